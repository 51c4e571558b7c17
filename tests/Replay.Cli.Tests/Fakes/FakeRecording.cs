using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Events;
using Replay.Formats;

namespace Replay.Cli.Tests.Fakes;

/// <summary>A recording in memory, given out in batches of whole events.</summary>
internal sealed class FakeRecording : Recording
{
    private readonly List<IrqEvent> _records = [];
    private int _done;

    /// <summary>Events of one batch.</summary>
    public int BatchEvents { get; set; } = 3;

    /// <summary>Called before each batch.</summary>
    public Action BeforeBatch { get; set; } = static () => { };

    public bool IsDisposed { get; private set; }

    public int BatchesRead { get; private set; }

    public override double Progress => _records.Count == 0 ? 1 : (double)_done / _records.Count;

    public FakeRecording Add(EventKind kind, ulong timeNs, uint irq = IrqEvent.NoIrq, ushort cpu = 0,
        byte vector = 0, ulong a = 0, ulong b = 0)
    {
        _records.Add(
            new IrqEvent { Kind = kind, TimeNs = timeNs, Irq = irq, Cpu = cpu, Vector = vector, A = a, B = b });
        return this;
    }

    public FakeRecording AddMark(string text, ulong timeNs)
    {
        var records = new IrqEvent[EventText.LengthMax / EventText.BytesPerRecord];
        records[0] = new IrqEvent { Kind = EventKind.Mark, TimeNs = timeNs };
        int count = EventText.Write(Encoding.UTF8.GetBytes(text), records);
        _records.AddRange(records[..count]);
        return this;
    }

    /// <summary>A small capture with a marker that spans two records, and records that became nothing.</summary>
    public static FakeRecording Small()
    {
        var recording = new FakeRecording();
        recording.Info.Format = "fake v1";
        recording.Info.Kernel = "6.1.0-50-amd64";
        recording.Info.Clock = "mono";
        recording.Info.CpuCount = 4;
        recording.Info.RecordCount = 10;
        recording.Info.EventCount = 6;
        recording.Info.FirstTimeNs = 1_000_000_001;
        recording.Info.LastTimeNs = 3_500_000_000;
        recording.Info.Sources.Add(new SourceCount("ftrace:print", 2, "mark"));
        recording.Info.Sources.Add(new SourceCount("irq:irq_handler_entry", 4, "handler_entry"));
        recording.Info.Sources.Add(new SourceCount("sched:sched_switch", 4, ""));
        int name = recording.Tables.Names.Intern("virtio0-input.0");
        return recording
            .Add(EventKind.HandlerEntry, 1_000_000_001, irq: 24, cpu: 1, a: (ulong)name)
            .AddMark("MARK 7 snap_before begin", 1_500_000_000)
            .Add(EventKind.HandlerEntry, 2_000_000_000, irq: 25, cpu: 2, a: (ulong)name)
            .Add(EventKind.HandlerEntry, 2_000_000_000, irq: 24, cpu: 1, a: (ulong)name)
            .AddMark("suspend", 3_000_000_000)
            .Add(EventKind.HandlerEntry, 3_500_000_000, irq: 24, cpu: 3, a: (ulong)name);
    }

    public override bool MapsNames => true;

    public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
    {
        BeforeBatch();
        int start = _done;
        for (int i = 0; i < BatchEvents && _done < _records.Count; i++)
        {
            _done++;
            while (_done < _records.Count && _records[_done].Kind == EventKind.Extension) _done++;
        }
        events = _records.ToArray().AsSpan(start, _done - start);
        if (events.IsEmpty) return false;
        BatchesRead++;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
