using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Spec;

namespace Replay.Core.Systems.Vfio;

/// <summary>Who gets the host's interrupt of a vector.</summary>
internal enum Trigger : byte
{
    /// <summary>Nobody: no handler is installed.</summary>
    None = 0,

    /// <summary>QEMU's own eventfd: the guest has the entry masked.</summary>
    Qemu = 1,

    /// <summary>KVM's irqfd: straight into the guest.</summary>
    Kvm = 2,

    /// <summary>A driver of the host itself.</summary>
    Native = 3,
}

/// <summary>
/// One MSI-X entry of an assigned function, in its three copies: what the guest wrote (QEMU's shadow), what the host's
/// kernel keeps (msi_desc), what the device holds. Only the host's kernel writes the device (interrupt model 10.1).
/// </summary>
internal sealed class AssignedEntry
{
    // The guest's view, and the guest's own memory of it, from which its kernel restores.
    public MsiMessage Shadow;
    public MsiMessage GuestCache;
    public bool ShadowMasked = true;
    public bool GuestMasked = true;

    /// <summary>QEMU noted an interrupt that came while the guest had the entry masked.</summary>
    public bool VmmPending;

    /// <summary>KVM's route, which an armed irqfd needs; null when there is none.</summary>
    public MsiMessage? Route;

    // The host kernel's view.
    /// <summary>What the host composes for its interrupt of this entry.</summary>
    public MsiMessage HostMessage;
    public Trigger Trigger;
    public bool Allocated;
    public MsiMessage Cache;
    public bool CacheMasked = true;

    /// <summary>Interrupt number on the host; -1 when not recorded.</summary>
    public int Irq = -1;

    /// <summary>
    /// QEMU told of a change of the eventfd, and the host's free_irq and request_irq for it may follow.
    /// </summary>
    public bool IsTold;

    /// <summary>KVM holds an interrupt for a machine that is stopped.</summary>
    public bool KernelPending;

    // The device's view.
    public MsiMessage Hardware;
    public bool HardwareMasked = true;
    public bool Pending;

    /// <summary>Event that last changed how the entry is worth; findings blame it.</summary>
    public long CauseEvent = -1;

    /// <summary>True when a handler is installed.</summary>
    public bool HasHandler => Trigger != Trigger.None;

    /// <summary>Shadow · trigger · host cache · hardware, as the outcome tables write them.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"shadow {Name(Shadow)} {Mask(ShadowMasked)} · fd {TriggerName()} · cache {Name(Cache)} "
        + $"{Mask(CacheMasked)} · hw {Name(Hardware)} {Mask(HardwareMasked)}{(Pending ? " pending" : "")}");

    private string TriggerName() => Trigger switch
    {
        Trigger.Qemu => "QEMU",
        Trigger.Kvm => "KVM",
        Trigger.Native => "driver",
        _ => "none",
    };

    private string Name(MsiMessage message) =>
        message.IsZero ? "0/0"
        : message == HostMessage ? "msg_h"
        : message == GuestCache ? "msg_g"
        : string.Create(CultureInfo.InvariantCulture, $"0x{message.Address:x}/0x{message.Data:x}");

    private static string Mask(bool masked) => masked ? "masked" : "unmasked";

    /// <summary>Saves or restores the three copies.</summary>
    public void Transfer(StateArchive archive)
    {
        Shadow = archive.Value(Shadow);
        GuestCache = archive.Value(GuestCache);
        ShadowMasked = archive.Value(ShadowMasked);
        GuestMasked = archive.Value(GuestMasked);
        VmmPending = archive.Value(VmmPending);
        Route = archive.Value(Route);
        HostMessage = archive.Value(HostMessage);
        Trigger = (Trigger)archive.Value((byte)Trigger);
        Allocated = archive.Value(Allocated);
        Cache = archive.Value(Cache);
        CacheMasked = archive.Value(CacheMasked);
        KernelPending = archive.Value(KernelPending);
        Hardware = archive.Value(Hardware);
        HardwareMasked = archive.Value(HardwareMasked);
        Pending = archive.Value(Pending);
        CauseEvent = archive.Value(CauseEvent);
        Irq = archive.Value(Irq);
        IsTold = archive.Value(IsTold);
    }
}
