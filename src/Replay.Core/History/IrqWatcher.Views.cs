using System.Numerics;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.History;

/// <content>Whether the three views agree, and since when they do not.</content>
internal sealed partial class IrqWatcher
{
    private readonly long[] _partedEvent = new long[8];
    private readonly ulong[] _partedTimeNs = new ulong[8];
    private long _sleepEvent = -1;

    // The host hands out messages of its own for a virtual PCI bus: they say nothing about vectors.
    private bool _hostMapped;

    /// <summary>How the views disagree now.</summary>
    public Parting Parted { get; private set; }

    /// <summary>Event of the last arrival; -1 before the first.</summary>
    public long LastArrival { get; private set; } = -1;

    public int LastArrivalCpu { get; private set; }

    /// <summary>
    /// Event of the last arrival where it belongs, since the last change of place; -1 when there was none.
    /// </summary>
    public long LastArrivalHere { get; private set; } = -1;

    /// <summary>Event since which the views disagree in one way without a break.</summary>
    public long PartedEvent(Parting way) => _partedEvent[BitOperations.Log2((uint)way)];

    /// <summary>Time of <see cref="PartedEvent"/>.</summary>
    public ulong PartedTimeNs(Parting way) => _partedTimeNs[BitOperations.Log2((uint)way)];

    /// <summary>
    /// Ways in which the views disagree, and after which the interrupt did not arrive where it belongs.
    /// </summary>
    public Parting Lasting(Parting ways)
    {
        Parting lasting = Parting.None;
        for (Parting left = Parted & ways; left != 0; left &= left - 1)
        {
            Parting way = left & (Parting)(-(int)left);
            bool cured = LastArrivalHere > PartedEvent(way) && LastArrivalHere == LastArrival;
            if (!cured) lasting |= way;
        }
        return lasting;
    }

    private void Judge(in Moment at, in IrqDesc now, in MsixEntry entry, in Irte irte)
    {
        if (at.Historian.Causes.Sleep is { Kind: CauseKind.Suspend } sleep) _sleepEvent = sleep.Event;
        if (at.Record.Kind == EventKind.VpciCreateInterrupt && at.Record.Irq == (uint)_irq) _hostMapped = true;
        Parting parted = Compare(in at, in now, in entry, in irte);
        for (Parting fresh = parted & ~Parted; fresh != 0; fresh &= fresh - 1)
        {
            int way = BitOperations.TrailingZeroCount((uint)fresh);
            _partedEvent[way] = at.Index;
            _partedTimeNs[way] = at.Record.TimeNs;
        }
        Parted = parted;
    }

    private Parting Compare(in Moment at, in IrqDesc now, in MsixEntry entry, in Irte irte)
    {
        var parted = Parting.None;
        if (now.Has(IrqFlags.Started | IrqFlags.MaskedKnown | IrqFlags.Masked)) parted |= Parting.Masked;
        if (now.Has(IrqFlags.HostMappingGone)) parted |= Parting.HostMapping;
        if (now.Has(IrqFlags.Started) && entry.MessageKnown && entry.WriteEvent < _sleepEvent
            && at.Machine.RestoreMsiSeen
            && at.Machine.FunctionOf(in now) is { IsMsi: false })
        {
            parted |= Parting.NotRestored;
        }
        if (!now.Has(IrqFlags.VectorKnown) || now.Vector == 0) return parted;
        if (at.Machine.IsOffline(now.Cpu)) parted |= Parting.OfflineCpu;
        int slot = now.Cpu < at.Machine.Slots.CpuCount ? at.Machine.Slots[now.Cpu, now.Vector] : VectorTable.Unknown;
        if (slot >= 0 && slot != _irq) parted |= Parting.Slot;
        if (!_hostMapped && LeadsElsewhere(in at, in now, in entry)) parted |= Parting.Message;
        if (!irte.Known) return parted;
        if (IrteLeadsElsewhere(in at, in now, in irte)) parted |= Parting.Irte;
        else if (Wording.MayUseOld(at.Machine, in irte)) parted |= Parting.Cache;
        return parted;
    }

    /// <summary>The device's message, where it is known, and is the interrupt's own.</summary>
    private static bool LeadsElsewhere(in Moment at, in IrqDesc now, in MsixEntry entry)
    {
        if (!entry.MessageKnown) return false;
        var message = new MsiMessage(entry.Address, entry.Data);
        if (message.IsZero) return true;
        if (!message.IsInterrupt || message.IsRemappable || now.RemapIndex >= 0)
            return message.IsRemappable && now.RemapDevice < 0 && now.RemapIndex >= 0
                && message.RemapIndex != now.RemapIndex;
        return message.Vector != now.Vector || (at.ApicIds.Of(now.Cpu) is { } apic
            && at.ApicIds.CpuOf(message.Destination) is >= 0 && message.Destination != apic);
    }

    private static bool IrteLeadsElsewhere(in Moment at, in IrqDesc now, in Irte irte)
    {
        bool intel = now.RemapDevice < 0;
        if (intel ? !IrteBits.IsPresent(irte.Lo) : !AmdIrteBits.IsEnabled(irte.Lo)) return true;
        if (intel ? IrteBits.IsPosted(irte.Lo) : AmdIrteBits.IsGuestMode(irte.Lo)) return false;
        if ((intel ? IrteBits.Vector(irte.Lo) : AmdIrteBits.Vector(irte.Hi)) != now.Vector) return true;
        uint? destination = intel
            ? at.Machine.DestinationOf(IrteBits.Destination(irte.Lo)) : AmdIrteBits.Destination(irte.Lo, irte.Hi);
        return destination is { } found && at.ApicIds.Of(now.Cpu) is { } apic
            && at.ApicIds.CpuOf(found) >= 0 && found != apic;
    }
}
