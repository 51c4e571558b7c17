using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-37 and I-30: a message that changes while it is in use. With remapping it never has to: only the remapping entry
/// changes; without it, whoever keeps a copy (a bridge's peer, a device's queue memory) goes on sending the old one.
/// </summary>
internal sealed class CopiedMessage(HazardContext context)
{
    private const int CopiesMax = 1 << 16;

    private readonly Dictionary<uint, Copy> _copies = [];

    public void Copied(in IrqEvent e)
    {
        if (_copies.Count < CopiesMax) _copies[e.Irq] = new Copy(context.Index, new MessageCopy(in e).Agent);
    }

    /// <summary>A message is about to be written.</summary>
    public void Writing(in IrqEvent e)
    {
        MachineState machine = context.Machine;
        if (e.Irq >= (uint)machine.Irqs.Used) return;
        ref IrqDesc desc = ref machine.Irqs[(int)e.Irq];
        var write = new MessageWrite(in e);
        var to = new MsiMessage(write.Address, write.Data);
        var from = new MsiMessage(desc.MessageAddress, desc.MessageData);
        if (!desc.Has(IrqFlags.MessageKnown) || from == to || from.IsZero) return;
        if (_copies.Remove(e.Irq, out Copy copy) && !to.IsZero)
        {
            string agent = machine.Tables.Names[copy.Agent];
            context.Report(FindingCode.CopiedMessage, copy.Event, string.Create(CultureInfo.InvariantCulture,
                $"The message of irq {e.Irq} changes while {(agent.Length == 0 ? "another agent" : agent)} keeps "
                + $"a copy: interrupts by the old one go astray."), new About { Irq = (int)e.Irq });
        }
        if (to.IsZero || !from.IsRemappable || !desc.Has(IrqFlags.Activated | IrqFlags.ActivatedKnown)) return;
        context.Report(FindingCode.MessageNotConstant, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"irq {e.Irq} goes through remapping and its message changes while it is active (0x{from.Address:x} "
            + $"to 0x{to.Address:x})."), new About { Irq = (int)e.Irq });
    }

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget() => _copies.Clear();

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Lookup(_copies, CopiesMax, archive.Value,
            copy => new Copy(archive.Value(copy.Event), archive.Value(copy.Agent)));
    }

    private readonly record struct Copy(long Event, ushort Agent);
}
