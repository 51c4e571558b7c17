using System;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-16: a counter of the vector allocator went below zero. Vectors are counted in tens of thousands at most,
/// so a value above 2^31 is a negative one (Linux matrix.c; the cascade of the PIC did it, ce5707fd1f73).
/// </summary>
internal sealed class CounterUnderflow(HazardContext context)
{
    private long _previous = -1;

    /// <summary>
    /// A record of the matrix: global counters in it, or a CPU's in it and the global ones in its extension.
    /// </summary>
    public void Record(ReadOnlySpan<IrqEvent> at, bool ofCpu)
    {
        ref readonly IrqEvent e = ref at[0];
        long previous = _previous;
        _previous = context.Index;
        if (!MayBeNegative(at, ofCpu)) return;
        if (ofCpu)
        {
            var own = new MatrixOperation(in e);
            Check("available", own.Available, previous, own.Cpu);
            Check("allocated", own.Allocated, previous, own.Cpu);
            Check("managed", own.Managed, previous, own.Cpu);
            if (at.Length < 2 || at[1].Kind != EventKind.Extension) return;
        }
        var global = new MatrixCounters(in at[ofCpu ? 1 : 0]);
        Check("global_available", global.GlobalAvailable, previous);
        Check("global_reserved", global.GlobalReserved, previous);
        Check("total_allocated", global.TotalAllocated, previous);
    }

    /// <summary>One look for all counters of a record; may be true for one whose global counters are missing.</summary>
    private static bool MayBeNegative(ReadOnlySpan<IrqEvent> at, bool ofCpu)
    {
        var global = new MatrixCounters(in at[ofCpu && at.Length > 1 ? 1 : 0]);
        uint all = global.GlobalAvailable | global.GlobalReserved | global.TotalAllocated;
        var own = new MatrixOperation(in at[0]);
        if (ofCpu) all |= own.Available | own.Allocated | own.Managed;
        return all > int.MaxValue;
    }

    /// <summary>"CPU 0 has 4294967295 vectors"; false for a number that can be.</summary>
    public bool Log(in KernelLogLine line)
    {
        if (line.Value <= int.MaxValue) return false;
        Check("vectors in use", (uint)line.Value, context.Index, line.Cpu);
        return true;
    }

    private void Check(string counter, uint value, long blame, int cpu = -1)
    {
        if (value <= int.MaxValue || !context.Wants(FindingCode.CounterUnderflow)) return;
        string where = cpu < 0 ? "the allocator's" : string.Create(CultureInfo.InvariantCulture, $"CPU {cpu}'s");
        context.Report(FindingCode.CounterUnderflow, context.Since(blame), string.Create(CultureInfo.InvariantCulture,
            $"{where} counter of {counter} is {(int)value}: more was given back than was taken."),
            new About { Cpu = cpu < 0 ? null : cpu });
    }

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        _previous = archive.Value(_previous);
    }
}
