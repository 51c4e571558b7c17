using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Formats.Ftrace;

namespace Replay.Formats.Mapping;

/// <summary>Says which recorded events become which canonical ones.</summary>
public sealed class MappingTable
{
    /// <summary>The table that the product ships.</summary>
    public static MappingTable BuiltIn { get; } = new();
}

/// <summary>Converts records of one recording.</summary>
public sealed class RecordMapper
{
    /// <summary>Most records that one recorded event can become.</summary>
    public const int RecordsMax = 66;

    private readonly List<(EventKind Kind, int IrqOffset)> _plans = [];
    private readonly bool _bigEndian;

    public RecordMapper(MappingTable table, EventTables tables, ImportReport report, IAddressNames names,
        bool bigEndian, int longSize)
    {
        _bigEndian = bigEndian;
    }

    /// <summary>Plan number, or -1 when the table has no line for the format.</summary>
    public int AddFormat(EventFormat format)
    {
        EventKind kind = format.FullName switch
        {
            "irq:irq_handler_entry" => EventKind.HandlerEntry,
            "irq:irq_handler_exit" => EventKind.HandlerExit,
            _ => EventKind.Invalid,
        };
        FieldFormat? irq = format.FindField("irq");
        if (kind == EventKind.Invalid || irq is null) return -1;
        _plans.Add((kind, irq.Offset));
        return _plans.Count - 1;
    }

    /// <summary>Text-form name of the plan's kind.</summary>
    public string KindName(int plan) => EventSchema.Find(_plans[plan].Kind)!.Name;

    /// <summary>Records written; 0 for a damaged record.</summary>
    public int Map(int plan, ReadOnlySpan<byte> record, ulong timeNs, ushort cpu, Span<IrqEvent> output,
        long fileOffset)
    {
        (EventKind kind, int offset) = _plans[plan];
        if (record.Length < offset + 4) return 0;
        ReadOnlySpan<byte> at = record[offset..];
        output[0] = default;
        output[0].TimeNs = timeNs;
        output[0].Cpu = cpu;
        output[0].Kind = kind;
        output[0].Irq = _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
        return 1;
    }
}
