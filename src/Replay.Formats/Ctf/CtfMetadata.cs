using System;
using System.Collections.Generic;

namespace Replay.Formats.Ctf;

/// <summary>What the metadata of a trace says.</summary>
internal sealed class CtfMetadata
{
    public bool BigEndian { get; set; }

    /// <summary>The largest alignment that any type has, in bytes.</summary>
    public int AlignBytes { get; set; } = 8;

    /// <summary>16 bytes; null where the trace has none.</summary>
    public byte[]? Uuid { get; set; }

    /// <summary>Null where packets have no header.</summary>
    public CtfStruct? PacketHeader { get; set; }

    /// <summary>Facts of the recorded machine and of the recorder; numbers as text.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public List<CtfClock> Clocks { get; } = [];

    /// <summary>By number.</summary>
    public Dictionary<ulong, CtfStreamClass> Streams { get; } = [];

    public string Fact(string name) => Environment.GetValueOrDefault(name, "");
}

/// <summary>What packets and events of a kind of stream are made of.</summary>
internal sealed class CtfStreamClass
{
    public ulong Id { get; set; }

    public int Line { get; init; }

    public CtfStruct? PacketContext { get; set; }

    public CtfStruct? EventHeader { get; set; }

    public CtfStruct? EventContext { get; set; }

    public List<CtfEventClass> Events { get; } = [];
}

/// <summary>A kind of event.</summary>
internal sealed class CtfEventClass
{
    public ulong Id { get; set; }

    public string Name { get; set; } = "";

    public int Line { get; init; }

    /// <summary>Null where the metadata has one stream only, and need not say.</summary>
    public ulong? StreamId { get; set; }

    public CtfStruct? Context { get; set; }

    public CtfStruct? Fields { get; set; }
}
