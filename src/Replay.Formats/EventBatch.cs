using System;
using Replay.Core.Events;

namespace Replay.Formats;

/// <summary>The batch that lines fill. It grows where one line means many events: a machine that starts anew.</summary>
internal sealed class EventBatch
{
    private IrqEvent[] _records;
    private int _used;

    public EventBatch(int records) => _records = new IrqEvent[records];

    /// <summary>Time of the line at hand.</summary>
    public ulong TimeNs { get; set; }

    /// <summary>CPU of the line at hand.</summary>
    public ushort Cpu { get; set; }

    /// <summary>Events made so far, extensions not counted.</summary>
    public long Events { get; private set; }

    /// <summary>Records in the batch.</summary>
    public int Count => _used;

    public ReadOnlySpan<IrqEvent> Batch => _records.AsSpan(0, _used);

    public void Clear() => _used = 0;

    public void Add(EventKind kind, ulong a, ulong b = 0, uint irq = IrqEvent.NoIrq, byte vector = 0) =>
        Reserve(1)[0] = new IrqEvent
        {
            TimeNs = TimeNs,
            Cpu = Cpu,
            Kind = kind,
            Irq = irq,
            Vector = vector,
            A = a,
            B = b,
        };

    public void AddMark(ReadOnlySpan<byte> text)
    {
        Span<IrqEvent> records = Reserve(EventText.RecordCount((uint)text.Length));
        records[0] = new IrqEvent { TimeNs = TimeNs, Cpu = Cpu, Kind = EventKind.Mark };
        EventText.Write(text, records);
    }

    /// <summary>An invalidation: its second half is in an extension record.</summary>
    public void AddSubmission(ushort unit, ulong descriptor)
    {
        Span<IrqEvent> records = Reserve(2);
        records[0] = new IrqEvent
        {
            TimeNs = TimeNs,
            Cpu = Cpu,
            Kind = EventKind.QiSubmit,
            Irq = unit,
            A = descriptor,
        };
        records[1] = new IrqEvent { TimeNs = TimeNs, Cpu = Cpu, Kind = EventKind.Extension, Irq = IrqEvent.NoIrq };
    }

    private Span<IrqEvent> Reserve(int count)
    {
        if (_used + count > _records.Length)
            Array.Resize(ref _records, Math.Max(_records.Length * 2, _used + count));
        Span<IrqEvent> records = _records.AsSpan(_used, count);
        records.Clear();
        _used += count;
        Events++;
        return records;
    }
}
