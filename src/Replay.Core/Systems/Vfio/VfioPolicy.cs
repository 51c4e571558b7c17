using Replay.Core.Rules;

namespace Replay.Core.Systems.Vfio;

/// <summary>What VFIO answers to error_detected, and whom it tells (rule aer.vfioResult).</summary>
internal enum VfioResult : byte
{
    CanRecover,
    AlwaysDisconnect,
    NonFatalToGuest,
    ByState,
}

/// <summary>What a guest's reset of its virtual bridge becomes on the host (rule aer.guestResetMap).</summary>
internal enum GuestResetMap : byte
{
    None,
    HotReset,
    DeviceReset,
}

/// <summary>The rules that decide about assigned devices, looked up once.</summary>
internal readonly record struct VfioPolicy
{
    public VfioPolicy(RuleChoice choice)
    {
        Result = choice["aer.vfioResult"] switch
        {
            "alwaysDisconnect" => VfioResult.AlwaysDisconnect,
            "nonFatalToGuest" => VfioResult.NonFatalToGuest,
            "byState" => VfioResult.ByState,
            _ => VfioResult.CanRecover,
        };
        ResetMap = choice["aer.guestResetMap"] switch
        {
            "hotReset" => GuestResetMap.HotReset,
            "deviceReset" => GuestResetMap.DeviceReset,
            _ => GuestResetMap.None,
        };
        SkipLinkReset = choice.Is("aer.hostLinkReset", "skippedForUser");
        BlockGuest = choice.Is("aer.blockGuestDuringRecovery", "yes");
        RestoreMessage = choice.Is("vfio.restoreMsixMessage", "yes");
        DynamicMsix = choice.Is("vfio.dynMsix", "yes");
        DisableAroundReset = choice.Is("guest.msixAroundReset", "disableEnable");
        ClearShadowOnReset = choice.Is("qemu.backdoorQuirk", "clearShadowOnResetWrite");
    }

    public VfioResult Result { get; }

    public GuestResetMap ResetMap { get; }

    /// <summary>aer.hostLinkReset: the host leaves the reset of a user's devices to the user.</summary>
    public bool SkipLinkReset { get; }

    /// <summary>aer.blockGuestDuringRecovery.</summary>
    public bool BlockGuest { get; }

    /// <summary>vfio.restoreMsixMessage: setting an eventfd writes the cached message into the device.</summary>
    public bool RestoreMessage { get; }

    /// <summary>vfio.dynMsix: a vector is added without switching MSI-X off.</summary>
    public bool DynamicMsix { get; }

    /// <summary>guest.msixAroundReset: the guest's driver switches MSI-X off before its reset.</summary>
    public bool DisableAroundReset { get; }

    /// <summary>qemu.backdoorQuirk.</summary>
    public bool ClearShadowOnReset { get; }

    /// <summary>
    /// True when the virtual machine monitor shows errors to its guest instead of stopping it: one that carries out the
    /// guest's resets does so that the guest can recover (Cao Jin's QEMU series).
    /// </summary>
    public bool ForwardsErrors => ResetMap != GuestResetMap.None;
}
