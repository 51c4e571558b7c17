using System;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>The straight line for what nearly all events are.</content>
public sealed partial class Replayer<TRules, TProbe>
{
    /// <summary>
    /// Applies events from <paramref name="i"/> on for as long as they are plain: handlers that start, or end and have
    /// taken the interrupt, system vectors, events that tell nothing; each of a known CPU, and of an interrupt where it
    /// was before. Returns the index of the first one that may not be; that one is <see cref="ApplyOne"/>'s.
    /// </summary>
    /// <remarks>
    /// Which of these kinds comes next is what a processor cannot guess, and a wrong guess costs more than
    /// all the work. So nothing here jumps by the kind: every event does the work of a start and of an end,
    /// and masks by its kind decide what of that counts. What has no interrupt is counted in a row where nobody looks.
    /// The jumps out of the line are rare, and so they are guessed.
    /// </remarks>
    private int ApplyPlain(ReadOnlySpan<IrqEvent> events, int i)
    {
        ref readonly PlainRule.Table rules = ref PlainRule.ByKind;
        IrqDesc[] irqs = _irqs.Descs;
        CpuArrival[] cpus = _machine.Cpus.Arrivals;
        ulong counts = 0;
        if (events.Length - i > PlainRule.CountMask) events = events[..(i + PlainRule.CountMask)];
        for (; (uint)i < (uint)events.Length; i++)
        {
            ref readonly IrqEvent e = ref events[i];
            ref readonly PlainRule rule = ref rules[(byte)e.Kind];
            ulong word = e.ArrivalWord;
            if ((uint)(word >> 32) - rule.FirstA > rule.RangeA || e.Cpu >= (uint)cpus.Length) break;
            ref ulong cpu = ref cpus[e.Cpu].Word;
            ulong change = cpu ^ (rule.After | e.Irq);
            uint row = (e.Irq + 1) & rule.EntryMask;
            if ((change & rule.MustBe) != 0 || row >= (uint)irqs.Length) break;
            ref IrqDesc irq = ref irqs[row];
            if (irq.ArrivalKey != (word & rule.ArrivalMask)) break;
            irq.Arrivals++;
            cpu ^= change & rule.HandlerMask;
            counts += rule.Counts;
        }
        irqs[0].Arrivals = 0; // Those of no interrupt.
        _machine.Delivered += (long)(counts & PlainRule.CountMask);
        _machine.SystemInterrupts += (long)(counts >> PlainRule.CountBits & PlainRule.CountMask);
        _unknown += (long)(counts >> (2 * PlainRule.CountBits));
        return i;
    }
}
