using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Formats.Ftrace;

namespace Replay.Formats.Mapping;

/// <summary>
/// Turns tracepoint records into canonical events. Formats are compiled once to plans of a few loads and shifts;
/// records are then mapped without allocation, without hashing and without a virtual call.
/// </summary>
/// <remarks>
/// Not for several threads at once. Names are interned when a record is mapped, in the schema's order of operands, and
/// only when the whole record is sound; so the same records in the same order give the same indexes on every route.
/// </remarks>
public sealed partial class RecordMapper
{
    /// <summary>Most records that one recorded event can become: a text and its extensions.</summary>
    public const int RecordsMax = EventText.LengthMax / EventText.BytesPerRecord + 1;

    /// <summary>
    /// Most plans; a recording has one per event it can contain, and 65536 only if somebody wants harm.
    /// </summary>
    internal const int PlansMax = 4096;

    private readonly MappingTable _table;
    private readonly EventTables _tables;
    private readonly ImportReport _report;
    private readonly IAddressNames _names;
    private readonly bool _bigEndian;
    private readonly PlanCompiler _compiler;
    private readonly MarkerEvents _markers;
    private readonly Dictionary<(EventKind Kind, int Operand), NameCache> _caches = [];
    private MapPlan[] _plans = new MapPlan[64];
    private int _planCount;

    /// <param name="table">Which events are mapped, and how.</param>
    /// <param name="tables">Names are interned here.</param>
    /// <param name="report">Damaged records are counted here.</param>
    /// <param name="names">What addresses in records mean.</param>
    /// <param name="bigEndian">Byte order of the records.</param>
    /// <param name="longSize">Bytes of the recorded kernel's pointers, 4 or 8.</param>
    public RecordMapper(MappingTable table, EventTables tables, ImportReport report, IAddressNames names,
        bool bigEndian, int longSize)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Events are little-endian words.");
        _table = table;
        _tables = tables;
        _report = report;
        _names = names;
        _bigEndian = bigEndian;
        _markers = new MarkerEvents(tables, report);
        _compiler = new PlanCompiler(bigEndian, longSize is 4 or 8 ? longSize : 8, CacheOf);
    }

    /// <summary>
    /// Compiles the first line of the table that fits the format. Returns the plan's number, or -1 when the table has
    /// no line for the event; a line that speaks of the event and does not fit its fields is reported.
    /// </summary>
    public int AddFormat(EventFormat format)
    {
        int at = 0;
        MappingLine? refused = null;
        while (_table.Next(format.System, format.Name, ref at) is { } line)
        {
            if (line.Kind is null) return -1;
            if (_compiler.TryCompile(line, format) is { } plan) return AddPlan(plan);
            refused ??= line;
        }
        if (refused is not null) ReportMisfit(refused, format);
        return -1;
    }

    /// <summary>
    /// Saves or restores what was learned from records; all formats met so far were added, in their order.
    /// </summary>
    public void Transfer(StateArchive archive)
    {
        // A dictionary that nothing is removed from is walked in the order in which it was filled.
        foreach (NameCache cache in _caches.Values) cache.Transfer(archive);
    }

    /// <summary>Text-form name of the kind that a plan makes.</summary>
    public string KindName(int plan) => _plans[plan].Kind.Name;

    /// <summary>Maps one record.</summary>
    /// <param name="plan">Number from <see cref="AddFormat"/>.</param>
    /// <param name="record">The whole record, common fields first; it may be longer than its fields.</param>
    /// <param name="timeNs">Time of the events.</param>
    /// <param name="cpu">CPU of the events.</param>
    /// <param name="output">Room for <see cref="RecordsMax"/> records.</param>
    /// <param name="fileOffset">Where the record lies, for messages.</param>
    /// <returns>Records written; 0 when the record is damaged, which is counted in the report.</returns>
    public int Map(int plan, ReadOnlySpan<byte> record, ulong timeNs, ushort cpu,
        Span<IrqEvent> output, long fileOffset)
    {
        MapPlan p = _plans[plan];
        if (record.Length < p.NeededLength) return TooShort(p, record.Length, fileOffset);
        switch (p.Shape)
        {
            case PlanShape.SystemVector:
                uint vector = BinaryPrimitives.ReadUInt32LittleEndian(record[p.FirstOffset..]);
                if (vector > byte.MaxValue) break;
                output[0] = new IrqEvent
                {
                    TimeNs = timeNs,
                    Cpu = cpu,
                    Kind = p.Template.Kind,
                    Irq = IrqEvent.NoIrq,
                    Vector = (byte)vector,
                    A = p.Template.A,
                };
                return 1;
            case PlanShape.HandlerEntryAtEnd:
                uint irq = BinaryPrimitives.ReadUInt32LittleEndian(record[p.FirstOffset..]);
                if ((int)irq < 0 || !p.Texts[0].Cache.TryGet(irq, record[p.SecondOffset..], out int name)) break;
                output[0] = new IrqEvent
                {
                    TimeNs = timeNs,
                    Cpu = cpu,
                    Kind = EventKind.HandlerEntry,
                    Irq = irq,
                    A = (uint)name,
                };
                return 1;
            case PlanShape.HandlerEntry:
                irq = BinaryPrimitives.ReadUInt32LittleEndian(record[p.FirstOffset..]);
                uint place = BinaryPrimitives.ReadUInt32LittleEndian(record[p.SecondOffset..]);
                int from = (int)(place & 0xffff), length = (int)(place >> 16);
                if ((int)irq < 0 || from + length > record.Length) break;
                if (!p.Texts[0].Cache.TryGet(irq, record.Slice(from, length), out name)) break;
                output[0] = new IrqEvent
                {
                    TimeNs = timeNs,
                    Cpu = cpu,
                    Kind = EventKind.HandlerEntry,
                    Irq = irq,
                    A = (uint)name,
                };
                return 1;
            case PlanShape.HandlerExit:
                irq = BinaryPrimitives.ReadUInt32LittleEndian(record[p.FirstOffset..]);
                if ((int)irq < 0) break;
                output[0] = new IrqEvent
                {
                    TimeNs = timeNs,
                    Cpu = cpu,
                    Kind = EventKind.HandlerExit,
                    Irq = irq,
                    A = BinaryPrimitives.ReadUInt32LittleEndian(record[p.SecondOffset..]),
                };
                return 1;
            case PlanShape.Irq:
                irq = BinaryPrimitives.ReadUInt32LittleEndian(record[p.FirstOffset..]);
                if ((int)irq < 0) break;
                ref IrqEvent e = ref output[0];
                Start(out e, ref p.Template, timeNs, cpu);
                e.Irq |= irq;
                return 1;
            case PlanShape.Text:
                return MapText(p, record, timeNs, cpu, output, fileOffset);
        }
        // Whatever a shape does not expect, damage included, ends here.
        return MapGeneral(p, record, timeNs, cpu, output, fileOffset);
    }

    private static void Start(out IrqEvent target, ref readonly IrqEvent template, ulong timeNs, ushort cpu)
    {
        target = template;
        target.TimeNs = timeNs;
        target.Cpu = cpu;
    }

    private int MapGeneral(MapPlan plan, ReadOnlySpan<byte> record, ulong timeNs, ushort cpu, Span<IrqEvent> output,
        long fileOffset)
    {
        output = output[..plan.Records];
        Start(out output[0], ref plan.Template, timeNs, cpu);
        if (output.Length > 1) Start(out output[1], ref plan.ExtensionTemplate, timeNs, cpu);
        Span<ulong> words = MemoryMarshal.Cast<IrqEvent, ulong>(output);
        foreach (ref readonly NumberOp op in plan.Numbers.AsSpan())
        {
            // Nearly all fields are unsigned words: one well predicted branch instead of a jump table.
            ReadOnlySpan<byte> bytes = record[op.Offset..];
            ulong value = op.Load == NumberLoad.U32
                ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : Load(op.Load, bytes);
            if ((op.Flags & ~NumberFlags.Signed32) != 0) value = Adjust(op, value, record);
            value = (value >> op.ShiftRight) & op.Mask;
            if ((value & op.Reject) != 0)
            {
                if (!IsNegative32(op, value)) return DoesNotFit(plan, op, value, fileOffset);
                value = (uint)value;
            }
            words[op.Word] |= value << op.ShiftLeft;
        }
        TextOp[] texts = plan.Texts;
        if (texts.Length == 0) return output.Length;
        foreach (TextOp op in texts)
        {
            // All texts are looked at before the first is interned: a damaged record leaves no name behind.
            if (!TryLocate(op, record, out _)) return TextOutside(plan, op, record.Length, fileOffset);
        }
        foreach (TextOp op in texts)
        {
            int index = IndexOf(op, record, plan.RemembersByIrq, output[0].Irq);
            words[op.Word] |= (ulong)(uint)index << op.Shift;
        }
        return output.Length;
    }

    private static ulong Load(NumberLoad load, ReadOnlySpan<byte> bytes) => load switch
    {
        NumberLoad.U8 => bytes[0],
        NumberLoad.U16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        NumberLoad.U32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        NumberLoad.U64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        NumberLoad.S8 => (ulong)(sbyte)bytes[0],
        NumberLoad.S16 => (ulong)BinaryPrimitives.ReadInt16LittleEndian(bytes),
        NumberLoad.S32 => (ulong)BinaryPrimitives.ReadInt32LittleEndian(bytes),
        NumberLoad.U16Swapped => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        NumberLoad.U32Swapped => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        NumberLoad.U64Swapped => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        NumberLoad.S16Swapped => (ulong)BinaryPrimitives.ReadInt16BigEndian(bytes),
        _ => (ulong)BinaryPrimitives.ReadInt32BigEndian(bytes),
    };

    private static ulong Adjust(in NumberOp op, ulong value, ReadOnlySpan<byte> record)
    {
        if ((op.Flags & NumberFlags.Positive) != 0 && (long)value < 0) return 0;
        if ((op.Flags & NumberFlags.Conditional) == 0) return value;
        return record.Slice(op.ConditionOffset, op.ConditionSize).ContainsAnyExcept((byte)0) ? value : 0;
    }

    private static bool IsNegative32(in NumberOp op, ulong value) =>
        (op.Flags & NumberFlags.Signed32) != 0 && (long)value is < 0 and >= int.MinValue;

    private int AddPlan(MapPlan plan)
    {
        if (_planCount == PlansMax) return TooManyPlans(plan);
        if (_planCount == _plans.Length) Array.Resize(ref _plans, _plans.Length * 2);
        _plans[_planCount] = plan;
        return _planCount++;
    }

    /// <summary>One cache an operand, whatever the number of formats: a hostile file cannot ask for more.</summary>
    private NameCache CacheOf(EventKind kind, int operand)
    {
        if (_caches.TryGetValue((kind, operand), out NameCache? cache)) return cache;
        bool forDevices = EventSchema.Find(kind)!.Operands[operand].Format == OperandFormat.Device;
        cache = new NameCache(kind == EventKind.HandlerEntry ? 1024 : 256, forDevices);
        _caches.Add((kind, operand), cache);
        return cache;
    }
}
