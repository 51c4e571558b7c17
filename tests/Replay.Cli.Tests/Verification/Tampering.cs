using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats;

namespace Replay.Cli.Tests.Verification;

/// <summary>A whole recording in memory, in which one operand of one decision can be altered.</summary>
internal sealed class Tampering
{
    /// <summary>Operands of decisions: a vector, a CPU, a counter, an entry's field, an address.</summary>
    public static readonly (EventKind Kind, string[] Operands)[] Decisions =
    [
        (EventKind.MatrixOnline, ["online_maps", "global_available", "global_reserved", "total_allocated"]),
        (EventKind.MatrixReserve, ["online_maps", "global_available", "global_reserved", "total_allocated"]),
        (EventKind.MatrixRemoveReserved, ["online_maps", "global_available", "global_reserved", "total_allocated"]),
        (EventKind.MatrixReserveManaged, ["vector", "cpu", "online", "available", "allocated", "managed",
            "global_available", "total_allocated"]),
        (EventKind.MatrixAssign, ["vector", "cpu", "available", "allocated"]),
        (EventKind.MatrixAlloc, ["vector", "cpu", "available", "allocated", "managed", "online_maps",
            "global_available", "global_reserved", "total_allocated"]),
        (EventKind.MatrixAllocManaged, ["vector", "cpu", "available", "allocated", "managed",
            "global_available", "total_allocated"]),
        (EventKind.MatrixFree, ["vector", "cpu", "online", "available", "allocated", "managed", "global_available",
            "global_reserved", "total_allocated"]),
        (EventKind.VectorAlloc, ["vector", "reserved"]),
        (EventKind.VectorAllocManaged, ["vector"]),
        (EventKind.VectorUpdate, ["vector", "cpu", "prev_vector", "prev_cpu"]),
        (EventKind.VectorConfig, ["vector", "cpu", "apicdest"]),
        (EventKind.VectorClear, ["vector", "cpu", "prev_vector"]),
        (EventKind.VectorFreeMoved, ["vector", "cpu", "is_managed"]),
        (EventKind.VectorActivate, ["is_managed", "can_reserve"]),
        (EventKind.VectorTeardown, ["is_managed", "has_reserved"]),
        (EventKind.ApicUpdateVector, ["vector", "cpu"]),
        (EventKind.SendCleanupVector, ["vector", "cpu", "prev_vector", "prev_cpu"]),
        (EventKind.FreeMovedVector, ["vector", "cpu", "prev_vector", "prev_cpu"]),
        (EventKind.MatrixFreeCall, ["vector", "cpu", "managed"]),
        (EventKind.IrteWrite, ["index", "lo", "hi"]),
        (EventKind.IrteWriteAmd, ["index", "lo", "hi"]),
        (EventKind.MsiWrite, ["address", "data"]),
        (EventKind.MsiMask, ["hwirq"]),
        (EventKind.MsiUnmask, ["hwirq"]),
        (EventKind.ApicSetAffinityReturn, ["ret"]),
        (EventKind.LapicCanUnplugReturn, ["ret"]),
    ];

    private readonly IrqEvent[] _events;
    private readonly List<(int Record, long Event)>[] _byKind = new List<(int, long)>[256];

    private Tampering(IrqEvent[] events, EventTables tables, string kernel)
    {
        _events = events;
        Tables = tables;
        Kernel = kernel;
        long index = -1;
        for (int i = 0; i < events.Length; i++)
        {
            if (events[i].Kind == EventKind.Extension) continue;
            index++;
            (_byKind[(int)events[i].Kind] ??= []).Add((i, index));
        }
    }

    public EventTables Tables { get; }

    public string Kernel { get; }

    /// <summary>All records.</summary>
    public ReadOnlySpan<IrqEvent> Events => _events;

    public static Tampering Of(string path)
    {
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);
        var events = new List<IrqEvent>();
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) events.AddRange(batch);
        return new Tampering([.. events], recording.Tables, recording.Info.Kernel);
    }

    /// <summary>A copy with other events.</summary>
    public Tampering Changed(Func<IrqEvent[], IrqEvent[]> change) => new(change(_events), Tables, Kernel);

    public VerifyTally Verify() => KernelRelease.Parse(Kernel).UsesTimerCleanup
        ? Verify(default(Linux612))
        : Verify(default(Linux61));

    private VerifyTally Verify<TRules>(TRules rules)
        where TRules : struct, IKernelRules
    {
        var verifier = new Verifier<TRules>(Tables, rules);
        verifier.Verify(_events);
        verifier.Finish();
        return verifier.Tally;
    }

    /// <summary>Records of a kind.</summary>
    public int CountOf(EventKind kind) => _byKind[(int)kind]?.Count ?? 0;

    /// <summary>Alters one operand of one record, verifies, and puts it back.</summary>
    /// <returns>The altered event, what was changed, and the disagreements.</returns>
    public (long Event, string Change, VerifyTally Tally) Alter(EventKind kind, string operandName, Random random)
    {
        EventKindInfo info = EventSchema.Find(kind)!;
        EventOperand operand = info.FindOperand(operandName) ?? throw new ArgumentException(operandName);
        (int record, long index) = _byKind[(int)kind][random.Next(CountOf(kind))];
        IrqEvent kept = _events[record], keptExtension = _events[Math.Min(record + 1, _events.Length - 1)];
        IrqEvent extension = keptExtension;
        ulong old = operand.Get(kept, extension);
        ulong altered = Other(operandName, old, operand, random);
        operand.Set(ref _events[record], ref extension, altered);
        if (info.HasExtension) _events[record + 1] = extension;
        VerifyTally tally = Verify();
        _events[record] = kept;
        if (info.HasExtension) _events[record + 1] = keptExtension;
        return (index, $"{info.Name} {operandName} 0x{old:x} -> 0x{altered:x}", tally);
    }

    private static ulong Other(string name, ulong old, EventOperand operand, Random random)
    {
        while (true)
        {
            ulong value = name switch
            {
                "vector" or "prev_vector" => (ulong)random.Next(33, 235),
                "cpu" or "prev_cpu" => (ulong)random.Next(0, 4),
                "ret" => old == 0 ? unchecked((ulong)(-28)) : 0,
                "lo" => old ^ 1UL << random.Next(0, 48),
                "hi" => old ^ 1UL << random.Next(0, 20),
                "address" => old ^ 1UL << random.Next(2, 20),
                "data" => old ^ 1UL << random.Next(0, 8),
                "hwirq" => old ^ 1UL << random.Next(0, 16),
                "index" or "entry" => old ^ 1UL << random.Next(0, 5),
                "apicdest" => old ^ 1UL << random.Next(0, 6),
                _ => operand.Width == 1 ? old ^ 1 : old + (ulong)random.Next(-3, 4),
            };
            value &= operand.Mask;
            if (value != old) return value;
        }
    }
}
