namespace Replay.Core.Events;

// Typed looks at the operands of remapping entries, messages and the devices that send them, as in EventViews.cs.

/// <summary>Operands of irte_write.</summary>
public readonly ref struct IrteStore
{
    private readonly ref readonly IrqEvent _record;

    public IrteStore(ref readonly IrqEvent record) => _record = ref record;

    public uint Index => _record.Irq;

    public byte Sub => _record.Vector;

    public ulong Lo => _record.A;

    public ulong Hi => _record.B;
}

/// <summary>Operands of irte_read.</summary>
public readonly ref struct IrteFetch
{
    private readonly ref readonly IrqEvent _record;

    public IrteFetch(ref readonly IrqEvent record) => _record = ref record;

    public uint Index => _record.Irq;

    public ulong Lo => _record.A;

    public ulong Hi => _record.B;
}

/// <summary>Operands of irte_write_amd and irte_read_amd.</summary>
public readonly ref struct AmdIrteStore
{
    private readonly ref readonly IrqEvent _record;

    public AmdIrteStore(ref readonly IrqEvent record) => _record = ref record;

    public ushort DevId => (ushort)(_record.Irq >> 16);

    public ushort Index => (ushort)_record.Irq;

    public ulong Lo => _record.A;

    public ulong Hi => _record.B;
}

/// <summary>Operands of amd_invalidate, device_alias.</summary>
public readonly ref struct AmdDevice
{
    private readonly ref readonly IrqEvent _record;

    public AmdDevice(ref readonly IrqEvent record) => _record = ref record;

    public ushort DevId => (ushort)(_record.Irq >> 16);

    public ushort Alias => (ushort)_record.Irq;
}

/// <summary>Operands of qi_submit.</summary>
public readonly ref struct Invalidation
{
    private readonly ref readonly IrqEvent _record;

    public Invalidation(ref readonly IrqEvent record) => _record = ref record;

    public ushort Iommu => (ushort)_record.Irq;

    public ulong Qw0 => _record.A;
}

/// <summary>Operands of ir_alloc, ir_free.</summary>
public readonly ref struct RemapRange
{
    private readonly ref readonly IrqEvent _record;

    public RemapRange(ref readonly IrqEvent record) => _record = ref record;

    public uint Count => (uint)_record.A;
}

/// <summary>Operands of msi_write, guest_msix_message, msix_table_read.</summary>
public readonly ref struct MessageWrite
{
    private readonly ref readonly IrqEvent _record;

    public MessageWrite(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)(_record.B >> 48);

    public ushort Entry => (ushort)(_record.B >> 32);

    public ulong Address => _record.A;

    public uint Data => (uint)_record.B;
}

/// <summary>Operands of msi_mask, msi_unmask.</summary>
public readonly ref struct MaskChange
{
    private readonly ref readonly IrqEvent _record;

    public MaskChange(ref readonly IrqEvent record) => _record = ref record;

    public ushort Chip => (ushort)_record.B;
}

/// <summary>Operands of msix_enable, msix_disable, pci_restore_msi_state and the other records of one device.</summary>
public readonly ref struct DeviceOperation
{
    private readonly ref readonly IrqEvent _record;

    public DeviceOperation(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;
}

/// <summary>Operands of vpci_channel.</summary>
public readonly ref struct ChannelChange
{
    private readonly ref readonly IrqEvent _record;

    public ChannelChange(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public bool Open => (_record.A >> 16 & 1) != 0;
}

/// <summary>Operands of vpci_create_interrupt.</summary>
public readonly ref struct HostMapping
{
    private readonly ref readonly IrqEvent _record;

    public HostMapping(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)(_record.B >> 48);

    public int Status => (int)_record.B;
}

/// <summary>Operands of device_raise.</summary>
public readonly ref struct DeviceEntry
{
    private readonly ref readonly IrqEvent _record;

    public DeviceEntry(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public ushort Entry => (ushort)(_record.A >> 16);
}
