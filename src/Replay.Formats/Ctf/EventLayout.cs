using System;
using Replay.Formats.Mapping;

namespace Replay.Formats.Ctf;

/// <summary>Which code passes an event.</summary>
internal enum EventShape : byte
{
    /// <summary>Anything: its plans are run.</summary>
    Plan,

    /// <summary>Nothing but fields that always have the same size.</summary>
    Fixed,

    /// <summary>Those, then one text.</summary>
    FixedAndText,
}

/// <summary>An event of a stream: how to pass it, and what becomes of it.</summary>
internal sealed class EventLayout
{
    /// <summary>It has not occurred yet.</summary>
    public const int Unresolved = 0;

    /// <summary>Counted, and nothing else.</summary>
    public const int CountOnly = -1;

    /// <summary>Dropped as if never recorded.</summary>
    public const int Ignored = -2;

    private readonly CtfEventClass _kind;

    /// <param name="kind">As described.</param>
    /// <param name="system">Group of names without one; empty for perf's, of which counters have none.</param>
    /// <param name="contexts">How to pass what stands between header and fields.</param>
    /// <param name="fields">How to pass the fields.</param>
    public EventLayout(CtfEventClass kind, string system, DecodePlan contexts, DecodePlan fields)
    {
        _kind = kind;
        Contexts = contexts;
        Fields = fields;
        Align = kind.Fields?.Align ?? 1;
        Bits = fields.Bits;
        Shape = contexts.Steps.Length > 0 || (!fields.IsFixed && !fields.EndsWithText) ? EventShape.Plan
            : fields.IsFixed ? EventShape.Fixed : EventShape.FixedAndText;
        int colon = kind.Name.IndexOf(':', StringComparison.Ordinal);
        bool isGrouped = colon > 0 && colon < kind.Name.Length - 1;
        System = isGrouped ? kind.Name[..colon] : system;
        Name = isGrouped ? kind.Name[(colon + 1)..] : kind.Name;
        CpuOffset = FindCpu(kind.Fields);
        IsTracepoint = system.Length > 0 || HasType(kind.Fields);
    }

    /// <summary>Group of the event; of names without one that of the recorder.</summary>
    public string System { get; }

    public string Name { get; }

    public string FullName => System.Length == 0 ? Name : System + ":" + Name;

    /// <summary>False for a counter of perf's: what kernels record for everyone begins with its type.</summary>
    public bool IsTracepoint { get; }

    /// <summary>What stands between header and fields.</summary>
    public DecodePlan Contexts { get; }

    public DecodePlan Fields { get; }

    /// <summary>Alignment of the fields.</summary>
    public int Align { get; }

    /// <summary>Bits of the fields up to the first whose size is not known.</summary>
    public long Bits { get; }

    public EventShape Shape { get; }

    /// <summary>Bytes from the start of the fields to the CPU that perf writes into events; -1 for none.</summary>
    public int CpuOffset { get; }

    /// <summary>Records.</summary>
    public long Count { get; set; }

    /// <summary>The mapper's plan plus one, or one of the constants above.</summary>
    public int Plan { get; set; }

    /// <summary>
    /// Takes fields apart where they have no fixed places; null where bytes of the packet are the record.
    /// </summary>
    public DecodePlan? Keeper { get; private set; }

    /// <summary>Bytes of a record that is made, before its texts.</summary>
    public int RecordBytes { get; private set; }

    /// <summary>Finds the line of the mapping, when the event first occurs.</summary>
    public void Resolve(RecordMapper mapper, MappingTable mapping, bool bigEndian, Func<CtfEventClass, RecordLayout,
        DecodePlan> compile)
    {
        Plan = CountOnly;
        if (!mapping.MayMap(System, Name)) return;
        var record = RecordLayout.Make(System, Name, _kind.Fields ?? CtfStruct.Empty, bigEndian);
        int plan = mapper.AddFormat(record.Format);
        if (plan < 0) return;
        Plan = plan + 1;
        if (record.IsDirect) return;
        RecordBytes = record.FixedBytes;
        Keeper = compile(_kind, record);
    }

    private static bool HasType(CtfStruct? fields)
    {
        foreach (CtfField field in fields?.Fields ?? [])
        {
            if (field.Name == "common_type") return true;
        }
        return false;
    }

    // Since 2016 perf writes a stream a CPU, and the CPU into the packet's context (tools/perf/util/data-convert-bt.c).
    private static int FindCpu(CtfStruct? fields)
    {
        long at = 0;
        foreach (CtfField field in fields?.Fields ?? [])
        {
            if (field.Type.FixedBits < 0) break;
            at = CtfType.AlignUp(at, field.Type.Align);
            if (field is { Name: "perf_cpu", Type: CtfInteger { Bits: 32 } })
                return (at & 7) == 0 ? (int)(at >> 3) : -1;
            at += field.Type.FixedBits;
        }
        return -1;
    }
}
