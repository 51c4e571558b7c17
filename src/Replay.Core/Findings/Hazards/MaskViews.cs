using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-38, I-25, I-26: an interrupt's mask exists three times: the generic flag, the kernel's cached control word, the
/// device's entry. Unmasking looks at the first only (Linux chip.c unmask_irq), restoring at the second only.
/// </summary>
internal sealed class MaskViews(HazardContext context, SuspendPhases suspend)
{
    private const int IrqsMax = 1 << 16;

    private readonly Dictionary<int, View> _generic = [];
    private readonly Dictionary<int, View> _hardware = [];

    /// <summary>The generic flags of an interrupt were read.</summary>
    public void GenericSeen(in IrqEvent e)
    {
        if (e.Irq >= (uint)context.Machine.Irqs.Used || _generic.Count == IrqsMax) return;
        int irq = (int)e.Irq;
        var flags = new GenericFlags(in e);
        _generic[irq] = new View(flags.Masked, flags.Disabled, context.Index);
        ref IrqDesc desc = ref context.Machine.Irqs[irq];
        if (!CacheKnown(in desc)) return;
        bool cache = desc.Has(IrqFlags.Masked);
        if (!flags.Disabled && flags.Masked != cache)
        {
            context.Report(FindingCode.MaskGenericCache, desc.MaskEvent, string.Create(CultureInfo.InvariantCulture,
                $"irq {irq}: the generic flag says {Word(flags.Masked)}, the cached control word {Word(cache)}."),
                new About { Irq = irq });
        }
        CheckThree(irq, in desc);
    }

    /// <summary>An entry is about to be taken over as read from the device.</summary>
    public void EntrySeen(in IrqEvent e)
    {
        var content = new EntryContent(in e);
        MachineState machine = context.Machine;
        if (suspend.IsSuspended
            || machine.Msix.Find(content.Device) is not { } function || content.Entry >= function.Count)
            return;
        int irq = function[content.Entry].Irq;
        if (irq < 0 || _hardware.Count == IrqsMax) return;
        _hardware[irq] = new View(content.Masked, false, context.Index);
        ref IrqDesc desc = ref machine.Irqs[irq];
        if (!CacheKnown(in desc)) return;
        bool cache = desc.Has(IrqFlags.Masked);
        if (content.Masked != cache)
        {
            context.Report(FindingCode.MaskHardwareCache, desc.MaskEvent, string.Create(CultureInfo.InvariantCulture,
                $"irq {irq}: the device's entry is {Word(content.Masked)}, the cached control word says "
                + $"{Word(cache)}."), new About { Irq = irq });
        }
        CheckThree(irq, in desc);
    }

    /// <summary>
    /// Both readings are of after the last change of the mask: the three must be one, but for a lazy disable.
    /// </summary>
    private void CheckThree(int irq, in IrqDesc desc)
    {
        if (!_generic.TryGetValue(irq, out View generic) || !_hardware.TryGetValue(irq, out View hardware)) return;
        if (generic.Event < desc.MaskEvent || hardware.Event < desc.MaskEvent) return;
        bool cache = desc.Has(IrqFlags.Masked);
        if ((generic.Masked == cache && cache == hardware.Masked)
            || (generic.Disabled && !generic.Masked && !cache && !hardware.Masked))
            return;
        context.Report(FindingCode.MaskDisagreement, desc.MaskEvent, string.Create(CultureInfo.InvariantCulture,
            $"irq {irq} is {Word(generic.Masked)} for the core, {Word(cache)} in the kernel's cache and "
            + $"{Word(hardware.Masked)} in the device: the next restore or unmask goes wrong."),
            new About { Irq = irq });
    }

    private bool CacheKnown(in IrqDesc desc) =>
        context.Machine.MaskSeen && desc.Has(IrqFlags.MaskedKnown) && desc.MaskEvent >= 0;

    private static string Word(bool masked) => masked ? "masked" : "unmasked";

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget()
    {
        _generic.Clear();
        _hardware.Clear();
    }

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Lookup(_generic, IrqsMax, archive.Value, Transfer);
        archive.Lookup(_hardware, IrqsMax, archive.Value, Transfer);

        View Transfer(View view) =>
            new(archive.Value(view.Masked), archive.Value(view.Disabled), archive.Value(view.Event));
    }

    private readonly record struct View(bool Masked, bool Disabled, long Event);
}
