using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace Replay.Formats.Ctf;

/// <summary>A kind of stream: plans of its packets and events, and which registers mean something.</summary>
internal sealed class StreamLayout
{
    /// <summary>Events with numbers below this are found in a flat table.</summary>
    private const int FlatMax = 1 << 16;

    private readonly Dictionary<ulong, EventLayout> _byId = [];
    private EventLayout?[] _flat = [];

    /// <summary>Number of the stream.</summary>
    public required ulong Id { get; init; }

    public required CtfStreamClass Class { get; init; }

    public required DecodePlan PacketContext { get; init; }

    public HeaderLayout Header { get; set; } = null!;

    /// <summary>Of its events; null for one that counts nanoseconds from nowhere.</summary>
    public CtfClock? Clock { get; set; }

    /// <summary>Added to the clock's nanoseconds: streams of several clocks have one time.</summary>
    public ulong ShiftNs { get; set; }

    /// <summary>Registers of the packet's context; -1 for what it does not have.</summary>
    public required int TimeBegin { get; init; }
    public required int TimeEnd { get; init; }
    public required int ContentSize { get; init; }
    public required int PacketSize { get; init; }
    public required int SequenceNumber { get; init; }
    public required int Discarded { get; init; }
    public required int Cpu { get; init; }

    /// <summary>Bits of the counter of discarded events, which wraps.</summary>
    public required int DiscardedBits { get; init; }

    public Dictionary<ulong, EventLayout>.ValueCollection Events => _byId.Values;

    public void Add(ulong id, EventLayout kind)
    {
        _byId.Add(id, kind);
        if (id >= FlatMax) return;
        if ((int)id >= _flat.Length) System.Array.Resize(ref _flat, System.Math.Max((int)id + 1, _flat.Length * 2));
        _flat[id] = kind;
    }

    /// <summary>The event of a number; null when the metadata has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public EventLayout? Find(ulong id)
    {
        EventLayout?[] flat = _flat;
        return id < (ulong)flat.Length ? flat[id] : FindLarge(id);
    }

    /// <summary>Time of a value of the clock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ToNs(ulong ticks) => CountsNs ? ticks : Convert(ticks);

    /// <summary>True when values of the clock are times as they are.</summary>
    public bool CountsNs { get; set; }

    private EventLayout? FindLarge(ulong id) => id >= FlatMax ? _byId.GetValueOrDefault(id) : null;

    private ulong Convert(ulong ticks)
    {
        ulong ns = Clock?.ToNs(ticks) ?? ticks;
        ulong shifted = ns + ShiftNs;
        return shifted < ns ? ulong.MaxValue : shifted;
    }
}
