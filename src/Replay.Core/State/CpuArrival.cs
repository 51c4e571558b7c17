using System.Runtime.InteropServices;
using Replay.Core.Events;

namespace Replay.Core.State;

/// <summary>What the handlers of an interrupt that arrived have said so far.</summary>
public enum Arrival : byte
{
    None = 0,

    /// <summary>A handler started; nothing recorded of its answer.</summary>
    Running = 1,

    /// <summary>All handlers so far said "not mine".</summary>
    Refused = 2,

    /// <summary>A handler took it.</summary>
    Taken = 3,
}

// offset  0        4        5     6    7       8   eight per cache line
//         LastIrq  Arrival  Seen  (0)  plain
//         u32      u8       u8    u8   0x80        and all of it as one u64

/// <summary>
/// What the replay loop has to know of a CPU at each event: apart from <see cref="CpuState"/>, and one word, so that an
/// arrival replaces it with one store.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
public struct CpuArrival // mutable struct: never readonly
{
    public const int SizeBytes = 8;

    /// <summary>Bit of <see cref="Word"/> that says: nothing but counts can come of the CPU's next plain event.</summary>
    internal const ulong PlainBit = 1UL << 63;

    /// <summary>Bit of <see cref="Word"/> that is never set.</summary>
    internal const ulong NeverBit = 1UL << 48;

    private const byte Plain = 0x80;

    /// <summary>All fields.</summary>
    [FieldOffset(0)] internal ulong Word;

    /// <summary>Interrupt whose handler ran last, for shared interrupts.</summary>
    [FieldOffset(0)] public uint LastIrq;

    [FieldOffset(4)] private Arrival _arrival;
    [FieldOffset(5)] private bool _seen;
    [FieldOffset(7)] private byte _plain;

    /// <summary>A CPU that nothing is known of.</summary>
    public static CpuArrival Unseen => new() { LastIrq = IrqEvent.NoIrq };

    /// <summary>How the handlers of the last arrival answered.</summary>
    public Arrival Arrival
    {
        readonly get => _arrival;
        set
        {
            _arrival = value;
            UpdatePlain();
        }
    }

    /// <summary>The CPU is known, and nothing has to be concluded from the mere fact that it records.</summary>
    public bool Seen
    {
        readonly get => _seen;
        set
        {
            _seen = value;
            UpdatePlain();
        }
    }

    private void UpdatePlain() => _plain = _seen && _arrival != Arrival.Refused ? Plain : (byte)0;
}
