using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;
using Replay.Core.State;
using Replay.Core.Systems.Linux;

namespace Replay.Core.Systems.Remapping;

/// <summary>
/// Messages of a device that a host has passed to this guest: the host must back each with an interrupt and a remapping
/// entry of its own, or the message is blocked. The design discussion of IMS: silently at the trapped unmask, or by one
/// hypercall at the update of the guest's remapping entry, whose error the guest sees.
/// </summary>
internal sealed class BackedRoute : MessageRoute
{
    private readonly Dictionary<(ushort Device, int Entry), (int Cpu, byte Vector)> _backing = [];

    public BackedRoute(LinuxSystem system)
        : base(system)
    {
    }

    public override bool MovesAnytime => System.Policy.GuestRemapping;

    private bool Asks => System.Policy is { GuestRemapping: true, Backing: IrqBacking.HypercallAtIrteUpdate };

    public override int Activate(KernelIrq irq)
    {
        int error = Asks ? Ask(irq, irq.Cpu, irq.ConfiguredVector) : 0;
        if (error != 0) return error;
        System.WriteMessage(irq, MessageOf(irq));
        return 0;
    }

    public override void Deactivate(KernelIrq irq)
    {
        base.Deactivate(irq);
        _backing.Remove((irq.Device, irq.Entry));
    }

    /// <summary>An error of the host leaves the old target in force: the guest's new vector is given back.</summary>
    public override int SetAffinity(KernelIrq irq, CpuMask mask)
    {
        KernelIrq before = irq.Clone();
        int error = System.Kernel.SetVectorAffinity(irq, mask);
        if (error != 0) return error;
        if (Asks)
        {
            error = Ask(irq, irq.Cpu, irq.Vector);
            if (error != 0)
            {
                System.Kernel.UndoMove(irq, before);
                return error;
            }
            System.CompleteMove(irq);
            return 0;
        }
        if (!System.Policy.GuestRemapping) System.WriteMessage(irq, MessageOf(irq));
        if (_backing.ContainsKey((irq.Device, irq.Entry))) _backing[(irq.Device, irq.Entry)] = (irq.Cpu, irq.Vector);
        if (MovesAnytime) System.CompleteMove(irq);
        return 0;
    }

    /// <summary>The unmask of a table entry traps; a device's own message store does not.</summary>
    public override void Unmask(KernelIrq irq)
    {
        base.Unmask(irq);
        if (Asks || _backing.ContainsKey((irq.Device, irq.Entry))) return;
        string failure;
        if (irq.Chip == MessageChip.Ims || System.Policy.Backing != IrqBacking.AllocateOnUnmask)
        {
            failure = "nothing tells the host of it";
        }
        else if (System.Faults.TryTake(Injection.BackingRefused, irq.Device, out int status))
        {
            failure = $"the host has nothing left to back it with ({Errno.Name(status < 0 ? status : Errno.NoSpace)})";
        }
        else
        {
            _backing[(irq.Device, irq.Entry)] = (irq.Cpu, irq.Vector);
            return;
        }
        if (irq.MappingEvent < 0) irq.MappingEvent = System.EventIndex;
        System.RaiseOnce(FindingCode.SilentBackingFailure, irq, irq.MappingEvent,
            string.Create(CultureInfo.InvariantCulture,
                $"irq {irq.Number} is unmasked and {failure}: it is dead, and the guest cannot know."));
    }

    public override Destination Resolve(ushort device, int entry, MsiMessage message) =>
        _backing.TryGetValue((device, entry), out (int Cpu, byte Vector) target)
            ? Destination.At(target.Cpu, target.Vector)
            : Destination.Blocked("the host never made an entry");

    public override string DescribeMapping(KernelIrq irq) =>
        _backing.ContainsKey((irq.Device, irq.Entry)) ? "backed=1" : "backed=0";

    private int Ask(KernelIrq irq, int cpu, byte vector)
    {
        bool refused = System.Faults.TryTake(Injection.BackingRefused, irq.Device, out int status);
        int error = !refused ? 0 : status < 0 ? status : Errno.NoSpace;
        System.Show("hypercall", string.Create(CultureInfo.InvariantCulture,
            $"back irq={irq.Number} cpu={cpu} vector=0x{vector:x2} = {error}"));
        if (error == 0) _backing[(irq.Device, irq.Entry)] = (cpu, vector);
        return error;
    }

    /// <summary>With remapping of its own the guest's message names an entry and never changes.</summary>
    private MsiMessage MessageOf(KernelIrq irq) => System.Policy.GuestRemapping
        ? new(0xFEE0_0018UL | (ulong)(irq.Number & 0x7FFF) << 5, 0)
        : new(0xFEE0_0000UL | (ulong)(uint)irq.Cpu << 12, irq.ConfiguredVector);

    /// <summary>Saves or restores what the host has made.</summary>
    public void Transfer(StateArchive archive) => archive.Lookup(_backing, int.MaxValue,
        key => (archive.Value(key.Device), archive.Value(key.Entry)),
        target => (archive.Value(target.Cpu), archive.Value(target.Vector)));
}
