namespace Replay.Core.Events;

/// <summary>Calls of the virtual PCI driver; the number is the operand <c>step</c> of <c>hv_bus_step</c>.</summary>
public enum HvBusStepCode : byte
{
    Other = 0,
    Probe = 1,
    Suspend = 2,
    Resume = 3,
    Remove = 4,

    /// <summary>Every interrupt is mapped anew; only kernels with 915cff7f38c5 have the function.</summary>
    RestoreMsi = 5,
}

/// <summary>Text-form names of <see cref="HvBusStepCode"/>, by number.</summary>
public static class HvBusSteps
{
    public static string[] Names { get; } = ["other", "probe", "suspend", "resume", "remove", "restore_msi"];
}

/// <summary>State of a virtual PCI bus in the guest's driver (Linux enum hv_pcibus_state, the same numbers).</summary>
public enum HvBusStateCode : byte
{
    Init = 0,
    Probed = 1,
    Installed = 2,
    Removing = 3,
}

/// <summary>Text-form names of <see cref="HvBusStateCode"/>, by number.</summary>
public static class HvBusStates
{
    public static string[] Names { get; } = ["init", "probed", "installed", "removing"];
}

/// <summary>Packets of the virtual PCI protocol: message type minus 0x42490000 (Linux enum pci_message_type).</summary>
public enum HvPacketType : byte
{
    BusRelations = 0x00,
    QueryBusRelations = 0x01,
    D0Entry = 0x07,
    D0Exit = 0x08,
    ResourcesAssigned = 0x10,
    ResourcesReleased = 0x11,
    QueryProtocolVersion = 0x13,
    CreateInterrupt = 0x14,
    DeleteInterrupt = 0x15,
    ResourcesAssigned2 = 0x16,
    CreateInterrupt2 = 0x17,
    CreateInterrupt3 = 0x1B,
}

/// <summary>Text-form names of packets, by number; empty where the protocol has none.</summary>
public static class HvPacketTypes
{
    public static string[] Names { get; } =
    [
        "bus_relations", "query_bus_relations", "", "", "power_state_change", "query_resource_requirements",
        "query_resources", "d0_entry", "d0_exit", "read_block", "write_block", "eject", "", "", "", "eject_complete",
        "resources_assigned", "resources_released", "invalidate_block", "query_protocol_version", "create_interrupt",
        "delete_interrupt", "resources_assigned2", "create_interrupt2", "delete_interrupt2", "bus_relations2",
        "resources_assigned3", "create_interrupt3", "reset_device", "tdisp_command",
    ];

    /// <summary>True for every version of the packet that asks for a mapping.</summary>
    public static bool IsCreate(HvPacketType type) =>
        type is HvPacketType.CreateInterrupt or HvPacketType.CreateInterrupt2 or HvPacketType.CreateInterrupt3;
}

/// <summary>What happens to a VMBus channel; the number is the operand <c>op</c> of <c>vmbus_channel</c>.</summary>
public enum VmbusOperation : byte
{
    Other = 0,
    Offer = 1,
    Open = 2,
    Close = 3,
    Rescind = 4,
}

/// <summary>Text-form names of <see cref="VmbusOperation"/>, by number.</summary>
public static class VmbusOperations
{
    /// <summary>First word of the interface type of virtual PCI, 44C4F61D-4444-4400-9D52-802E27EDE19F.</summary>
    public const uint VirtualPciClass = 0x44C4F61D;

    public static string[] Names { get; } = ["other", "offer", "open", "close", "rescind"];
}
