using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Replay.Core.State;

namespace Replay.Core.WhatIf;

/// <content>How it ends.</content>
public sealed partial class GuidedKernel
{
    /// <summary>The differences as they are now.</summary>
    public WhatIfReport Report()
    {
        bool knows = _machine is not null && _machine.Matrix.Seen;
        var departures = new List<Departure>();
        foreach (Departure? departure in _departures)
        {
            if (departure is not null) departures.Add(departure);
        }
        var irqs = new List<WhatIfIrq>();
        for (int irq = 0; irq < _irqsUsed; irq++)
        {
            if (_irqs[irq].Has(GuidedFlags.Departed) || _irqs[irq].Missed > 0) irqs.Add(Describe(irq));
        }
        var cpus = new List<WhatIfCpu>();
        for (int cpu = 0; cpu < _cpusUsed; cpu++)
        {
            int shift = knows && cpu < _machine!.Matrix.Count && _machine.Matrix[cpu].Known ? WindowShift : 0;
            ref GuidedCpu books = ref _cpus[cpu];
            if (!books.Differs && shift == 0) continue;
            cpus.Add(new WhatIfCpu(cpu, books.StaysOnline, books.Available + shift, books.Allocated,
                books.ManagedAllocated));
        }
        return new WhatIfReport
        {
            Rules = _rules,
            Departures = departures,
            Irqs = irqs,
            Cpus = cpus,
            Reserved = _reserved,
            Totals = _totals,
            Voided = _voids,
        };
    }

    private WhatIfIrq Describe(int irq)
    {
        ref GuidedIrq own = ref _irqs[irq];
        ref IrqDesc desc = ref _machine.Irqs[irq];
        bool departed = own.Has(GuidedFlags.Departed);
        int cpu = departed ? own.Cpu : own.Recorded.Cpu;
        byte vector = departed ? own.Vector : own.Recorded.Vector;
        bool differs = departed && (own.Vector == 0) != (own.Recorded.Vector == 0) && !own.Has(GuidedFlags.Fixed);
        bool moved = departed && own.Vector != 0 && own.Recorded.Vector != 0 && own.Cpu != own.Recorded.Cpu;
        bool waits = departed && own.Has(GuidedFlags.MovePending);
        bool matters = own.Missed > 0 || differs || moved || waits || own.Has(GuidedFlags.Stuck)
            || own.Has(GuidedFlags.WaitsForResume)
            || own.Has(GuidedFlags.NotAllocated) || own.Has(GuidedFlags.NotStarted);
        var text = new StringBuilder();
        if (own.Has(GuidedFlags.NotAllocated)) text.Append("not there: its allocation was refused (-ENOSPC)");
        else if (own.Has(GuidedFlags.NotStarted)) text.Append("not started: its request was refused (-ENOSPC)");
        else if (own.Has(GuidedFlags.WaitsForResume)) text.Append("waits for its device's resume");
        else if (vector == 0) text.Append("no vector");
        else if (own.Has(GuidedFlags.Stuck)) text.Append(CultureInfo.InvariantCulture, $"stuck on offline CPU {cpu}");
        else text.Append(CultureInfo.InvariantCulture, $"CPU {cpu}");
        if (waits)
            text.Append(CultureInfo.InvariantCulture,
                $", affinity {new CpuMask(own.Pending)} waits for its next arrival");
        if (departed && own.Previous != 0)
            text.Append(CultureInfo.InvariantCulture, $", old vector {own.Previous} on CPU {own.PreviousCpu} held");
        if (own.Missed > 0)
            text.Append(CultureInfo.InvariantCulture,
                $", {own.Missed} arrival{(own.Missed == 1 ? "" : "s")} not handled");
        string device = _machine.Tables.Devices[desc.Device];
        return new WhatIfIrq(irq, device.Length == 0 ? null : device, desc.Entry < 0 ? null : desc.Entry,
            vector == 0 && !own.Has(GuidedFlags.Stuck) ? null : cpu,
            vector == 0 || own.Has(GuidedFlags.NumberUnknown) ? null : vector,
            text.ToString(), matters, !own.Has(GuidedFlags.NotAllocated), own.Missed == 0
                && (own.Flags & (GuidedFlags.NotAllocated | GuidedFlags.NotStarted | GuidedFlags.Stuck)) == 0,
            own.Event, own.EventNs);
    }
}
