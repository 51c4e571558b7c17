using System;
using Replay.Core.Events;
using Replay.Core.Replay;

namespace Replay.Core.Verify;

/// <content>The straight line for what nearly all records are.</content>
public sealed partial class Verifier<TRules>
{
    /// <summary>
    /// Passes over records from <paramref name="i"/> on, up to <paramref name="end"/>, for as long as there is nothing to
    /// judge: each of a CPU that has begun, and arrivals at the interrupt's place, or where that has none. Returns the
    /// index of the first one that may be otherwise.
    /// </summary>
    /// <remarks>As in the replay loop nothing jumps by the kind, which cannot be guessed.</remarks>
    private int PassPlain(ReadOnlySpan<IrqEvent> events, int i, int end)
    {
        ref readonly PlainRule.Table rules = ref PlainRule.ByKind;
        VerifyIrq[] irqs = _irqs;
        long[] last = _lastEvents;
        long first = _index + 1 - i;
        uint agreed = 0;
        events = events[..end];
        for (; (uint)i < (uint)events.Length; i++)
        {
            ref readonly IrqEvent e = ref events[i];
            ref readonly PlainRule rule = ref rules[(byte)e.Kind];
            uint row = e.Irq & rule.EntryMask;
            if (!rule.MayApply || row >= (uint)irqs.Length || e.Cpu >= (uint)last.Length || last[e.Cpu] == 0) break;
            ref VerifyIrq irq = ref irqs[row];

            // All ones for an arrival of an interrupt that has a place; a jump by that could not be guessed either.
            uint placed = (uint)(-irq.Vector >> 31) & rule.EntryMask;
            if (((uint)(irq.Cpu ^ e.Cpu) & placed) != 0) break;
            agreed += placed & 1;
            last[e.Cpu] = first + i + 1;
        }
        _index = first + i - 1;
        _deliveriesAgreed += agreed;
        return i;
    }
}
