using System;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-21: an interrupt that arrives at a high rate and that no handler takes. The kernel's own rule: of 100,000 arrivals
/// more than 99,900 refused, each no more than a tenth of a second after the one before (Linux
/// spurious.c note_interrupt).
/// </summary>
internal sealed class InterruptStorm(HazardContext context)
{
    private const int WindowArrivals = 100_000;
    private const int WindowRefused = 99_900;
    private const ulong RestartNs = 100_000_000;

    // From here on it is a run worth counting the arrivals of; single refusals are daily bread of shared interrupts.
    private const int RunStart = 16;

    private Run[] _runs = [];
    private int _lastReported = IrqDesc.None;

    /// <summary>An arrival of the interrupt ended with no handler having taken it.</summary>
    public void Refused(uint irq, ulong timeNs, long index)
    {
        if (irq >= (uint)context.Machine.Irqs.Used) return;
        if (irq >= (uint)_runs.Length) Array.Resize(ref _runs, context.Machine.Irqs.Count);
        ref Run run = ref _runs[irq];
        if (run.Refused == 0 || timeNs - run.LastNs > RestartNs)
        {
            run = new Run { FirstEvent = index, FirstNs = timeNs };
        }
        run.LastNs = timeNs;
        run.Refused++;
        if (run.Refused == RunStart) run.ArrivedAtStart = Arrived((int)irq);
        if (run.Refused <= WindowRefused) return;
        ulong arrived = Arrived((int)irq) - run.ArrivedAtStart + RunStart;
        if (arrived <= WindowArrivals) Report((int)irq, in run, timeNs, index);
        run = default;
    }

    public void NobodyCared(in KernelLogLine line)
    {
        _lastReported = line.Irq;
        context.Report(FindingCode.InterruptStorm, BeginOf(line.Irq), string.Create(CultureInfo.InvariantCulture,
            $"irq {line.Irq} arrived all the time and no handler took it: the kernel switches it off and polls."),
            new About { Irq = line.Irq });
    }

    /// <summary>Follows "nobody cared"; alone it is evidence enough.</summary>
    public void Disabled(in KernelLogLine line)
    {
        if (_lastReported != line.Irq) NobodyCared(in line);
        _lastReported = IrqDesc.None;
    }

    private long BeginOf(int irq) =>
        irq < _runs.Length && _runs[irq].Refused > 0 ? _runs[irq].FirstEvent : context.Index;

    private void Report(int irq, in Run run, ulong timeNs, long index)
    {
        context.Index = index;
        context.TimeNs = timeNs;
        ulong perSecond = timeNs > run.FirstNs ? run.Refused * 1_000_000_000UL / (timeNs - run.FirstNs) : 0;
        context.Report(FindingCode.InterruptStorm, run.FirstEvent, string.Create(CultureInfo.InvariantCulture,
            $"irq {irq} arrived {run.Refused} times in a row and no handler took it, {perSecond} times a second."),
            new About { Irq = irq });
    }

    private ulong Arrived(int irq)
    {
        ulong count = 0;
        for (int cpu = 0; cpu < context.Machine.Cpus.Used; cpu++) count += context.Machine.Irqs.Delivered(irq, cpu);
        return count;
    }

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget() => Array.Clear(_runs);

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Rows(ref _runs, IrqTable.IrqMax, (ref Run run) => run = new Run
        {
            Refused = archive.Value(run.Refused),
            FirstNs = archive.Value(run.FirstNs),
            LastNs = archive.Value(run.LastNs),
            FirstEvent = archive.Value(run.FirstEvent),
            ArrivedAtStart = archive.Value(run.ArrivedAtStart),
        });
        _lastReported = archive.Value(_lastReported);
    }

    private struct Run
    {
        public uint Refused;
        public ulong FirstNs;
        public ulong LastNs;
        public long FirstEvent;
        public ulong ArrivedAtStart;
    }
}
