namespace Replay.Core.Events;

// Typed looks at the operands of kinds 200 to 229, as in EventViews.cs.

/// <summary>Operands of device_raise, msix_store, msix_pending.</summary>
public readonly ref struct EntryOperation
{
    private readonly ref readonly IrqEvent _record;

    public EntryOperation(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public ushort Entry => (ushort)(_record.A >> 16);

    /// <summary>Operand pending of msix_pending.</summary>
    public bool Flag => (_record.A >> 32 & 1) != 0;

    /// <summary>Operand register of msix_store.</summary>
    public byte Choice => (byte)(_record.A >> 32);

    public uint Value => (uint)_record.B;
}

/// <summary>Operands of msix_control.</summary>
public readonly ref struct MsixControlWord
{
    private readonly ref readonly IrqEvent _record;

    public MsixControlWord(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public bool Enable => (_record.A >> 16 & 1) != 0;

    public bool Mask => (_record.A >> 17 & 1) != 0;
}

/// <summary>Operands of msix_seen.</summary>
public readonly ref struct EntryContent
{
    private readonly ref readonly IrqEvent _record;

    public EntryContent(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)(_record.B >> 48);

    public ushort Entry => (ushort)(_record.B >> 32);

    public ulong Address => _record.A;

    public uint Data => (uint)_record.B;

    public bool Masked => (_record.Vector & 1) != 0;
}

/// <summary>Operands of msi_mode_seen.</summary>
public readonly ref struct MsiMode
{
    private readonly ref readonly IrqEvent _record;

    public MsiMode(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public bool Msix => (_record.A >> 16 & 1) != 0;

    public bool Msi => (_record.A >> 17 & 1) != 0;

    public bool Intx => (_record.A >> 18 & 1) != 0;
}

/// <summary>Operands of irq_state_seen.</summary>
public readonly ref struct GenericFlags
{
    private readonly ref readonly IrqEvent _record;

    public GenericFlags(ref readonly IrqEvent record) => _record = ref record;

    public bool Disabled => (_record.A & 1) != 0;

    public bool Masked => (_record.A >> 1 & 1) != 0;
}

/// <summary>Operands of lapic_accept, lapic_service, lapic_eoi.</summary>
public readonly ref struct LapicStep
{
    private readonly ref readonly IrqEvent _record;

    public LapicStep(ref readonly IrqEvent record) => _record = ref record;

    public ushort Cpu => (ushort)_record.A;

    public bool Level => (_record.A >> 16 & 1) != 0;
}

/// <summary>Operands of ioapic_pin; rte and pin of guest_pin.</summary>
public readonly ref struct PinState
{
    private readonly ref readonly IrqEvent _record;

    public PinState(ref readonly IrqEvent record) => _record = ref record;

    public ulong Rte => _record.A;

    public byte IoApic => (byte)_record.B;

    public byte Pin => (byte)(_record.B >> 8);
}

/// <summary>Operands of io_page_fault.</summary>
public readonly ref struct PageFault
{
    private readonly ref readonly IrqEvent _record;

    public PageFault(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.B;

    public ulong Address => _record.A;
}

/// <summary>Operands of remap_control.</summary>
public readonly ref struct RemapSetup
{
    public const byte Capability = 1;
    public const byte SetTable = 2;
    public const byte Enable = 3;
    public const byte Disable = 4;

    private readonly ref readonly IrqEvent _record;

    public RemapSetup(ref readonly IrqEvent record) => _record = ref record;

    public byte Step => _record.Vector;

    public ushort Unit => (ushort)_record.B;

    public ulong Value => _record.A;
}

/// <summary>Operands of irte_half.</summary>
public readonly ref struct IrteHalfStore
{
    private readonly ref readonly IrqEvent _record;

    public IrteHalfStore(ref readonly IrqEvent record) => _record = ref record;

    public uint Index => _record.Irq;

    public int Half => _record.Vector & 1;

    public ulong Value => _record.A;
}

/// <summary>Operands of posted_descriptor.</summary>
public readonly ref struct DescriptorState
{
    private readonly ref readonly IrqEvent _record;

    public DescriptorState(ref readonly IrqEvent record) => _record = ref record;

    public ulong Address => _record.A;

    public bool Pir => (_record.B & 1) != 0;

    public bool On => (_record.B >> 1 & 1) != 0;

    public bool Sn => (_record.B >> 2 & 1) != 0;

    public byte Nv => (byte)(_record.B >> 8);

    public uint Ndst => (uint)(_record.B >> 32);
}

/// <summary>Operands of vcpu_place.</summary>
public readonly ref struct VcpuMove
{
    public const byte Running = 1;
    public const byte Preempted = 2;
    public const byte Blocked = 3;

    private readonly ref readonly IrqEvent _record;

    public VcpuMove(ref readonly IrqEvent record) => _record = ref record;

    public ulong Address => _record.A;

    public byte State => (byte)_record.B;

    public uint Apic => (uint)(_record.B >> 32);
}

/// <summary>Operands of pi_irte_update.</summary>
public readonly ref struct PostedUpdate
{
    private readonly ref readonly IrqEvent _record;

    public PostedUpdate(ref readonly IrqEvent record) => _record = ref record;

    public bool Set => (_record.B & 1) != 0;
}

/// <summary>Operands of irqfd_bind, irqfd_signal.</summary>
public readonly ref struct IrqfdOperation
{
    private readonly ref readonly IrqEvent _record;

    public IrqfdOperation(ref readonly IrqEvent record) => _record = ref record;

    public uint Gsi => (uint)_record.A;

    public bool Bound => (_record.A >> 32 & 1) != 0;
}

/// <summary>Operands of irq_route.</summary>
public readonly ref struct RouteChange
{
    private readonly ref readonly IrqEvent _record;

    public RouteChange(ref readonly IrqEvent record) => _record = ref record;

    public uint Gsi => (uint)_record.B;

    public bool Present => (_record.B >> 32 & 1) != 0;
}

/// <summary>Operands of message_copied.</summary>
public readonly ref struct MessageCopy
{
    private readonly ref readonly IrqEvent _record;

    public MessageCopy(ref readonly IrqEvent record) => _record = ref record;

    public ushort Agent => (ushort)_record.A;
}
