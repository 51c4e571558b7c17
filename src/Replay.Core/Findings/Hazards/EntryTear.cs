using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// I-34: an entry that is present and posted, before or after the change, is exchanged as a whole; half of it would
/// lead into somebody's memory (Linux modify_irte uses a 16-byte exchange then).
/// </summary>
internal sealed class EntryTear(HazardContext context)
{
    /// <summary>One half of an entry is about to be stored.</summary>
    public void Storing(in IrqEvent e)
    {
        var store = new IrteHalfStore(in e);
        if (context.Machine.Remap is not { } table || store.Index >= (uint)table.Used) return;
        ref Irte entry = ref table[(int)store.Index];
        if (!entry.Known || !IrteBits.IsPresent(entry.Lo)) return;
        if (!IrteBits.IsPosted(entry.Lo) && (store.Half == 1 || !IrteBits.IsPosted(store.Value))) return;
        context.Report(FindingCode.EntryTear, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"The {(store.Half == 0 ? "low" : "high")} half of remapping entry {store.Index} is stored alone while "
            + $"the entry is present and posted: hardware may read a mixture."),
            new About { Irq = entry.Irq < 0 ? null : entry.Irq });
    }
}
