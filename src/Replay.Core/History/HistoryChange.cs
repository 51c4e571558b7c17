namespace Replay.Core.History;

/// <summary>
/// What about a thing an entry of its history tells; the number is an index of <see cref="HistoryChanges.Names"/>.
/// </summary>
public enum HistoryChange : byte
{
    /// <summary>The interrupt was set up, or freed.</summary>
    Existence,

    /// <summary>CPU and vector of an interrupt.</summary>
    Place,

    /// <summary>The old place of a move.</summary>
    OldPlace,

    /// <summary>The CPUs asked for.</summary>
    Affinity,

    /// <summary>The allocator answered that it has no vector.</summary>
    Refused,

    /// <summary>Activated or deactivated.</summary>
    Activation,

    /// <summary>Started or stopped.</summary>
    Started,

    /// <summary>Masked or unmasked.</summary>
    Mask,

    /// <summary>Address and data of the message.</summary>
    Message,

    /// <summary>Content of a remapping entry.</summary>
    Irte,

    /// <summary>The hardware's copy of a remapping entry.</summary>
    Cache,

    /// <summary>Interrupt that a vector, remapping entry or device entry belongs to.</summary>
    Owner,

    /// <summary>The allocator's bit of a vector.</summary>
    Allocation,

    /// <summary>A CPU went offline or came back.</summary>
    Cpu,

    /// <summary>MSI-X of the device was switched on or off.</summary>
    Enabled,

    /// <summary>The host's mapping of the interrupt.</summary>
    HostMapping,

    /// <summary>Something happened to the device or to the whole machine.</summary>
    Happening,

    /// <summary>Interrupts that arrived on one CPU, with nothing else between them.</summary>
    Delivered,
}

/// <summary>Names of <see cref="HistoryChange"/> in JSON, by number.</summary>
public static class HistoryChanges
{
    public static string[] Names { get; } =
    [
        "existence", "place", "oldPlace", "affinity", "refused", "activation", "started", "mask", "message", "irte",
        "cache", "owner", "allocation", "cpu", "enabled", "hostMapping", "happening", "delivered",
    ];
}
