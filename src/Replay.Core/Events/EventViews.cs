namespace Replay.Core.Events;

// Typed looks at the operands of a record, named as in EventSchema, which a test holds them against. They copy nothing
// and check nothing: the caller has looked at the kind.

/// <summary>Operands of loss.</summary>
public readonly ref struct LossCount
{
    private readonly ref readonly IrqEvent _record;

    public LossCount(ref readonly IrqEvent record) => _record = ref record;

    public ulong Count => _record.A;
}

/// <summary>Operands of handler_entry, setup_irq.</summary>
public readonly ref struct HandlerRun
{
    private readonly ref readonly IrqEvent _record;

    public HandlerRun(ref readonly IrqEvent record) => _record = ref record;

    public ushort Name => (ushort)_record.A;
}

/// <summary>Operands of handler_exit, and the probes on returning functions.</summary>
public readonly ref struct HandlerResult
{
    private readonly ref readonly IrqEvent _record;

    public HandlerResult(ref readonly IrqEvent record) => _record = ref record;

    public int Ret => (int)_record.A;
}

/// <summary>Operands of vector_setup, vector_reserve, vector_reserve_managed, vector_alloc, vector_alloc_managed.</summary>
public readonly ref struct VectorResult
{
    private readonly ref readonly IrqEvent _record;

    public VectorResult(ref readonly IrqEvent record) => _record = ref record;

    public bool Reserved => (_record.A & 1) != 0;

    public int Ret => (int)_record.B;
}

/// <summary>Operands of vector_activate, vector_deactivate.</summary>
public readonly ref struct VectorActivation
{
    private readonly ref readonly IrqEvent _record;

    public VectorActivation(ref readonly IrqEvent record) => _record = ref record;

    public bool IsManaged => (_record.A & 1) != 0;

    public bool CanReserve => (_record.A >> 1 & 1) != 0;

    public bool Reserve => (_record.A >> 2 & 1) != 0;
}

/// <summary>Operands of vector_update, vector_clear, send_cleanup_vector, free_moved_vector.</summary>
public readonly ref struct VectorMove
{
    private readonly ref readonly IrqEvent _record;

    public VectorMove(ref readonly IrqEvent record) => _record = ref record;

    public ushort Cpu => (ushort)_record.A;

    public ushort PrevCpu => (ushort)(_record.A >> 16);

    public byte PrevVector => (byte)(_record.A >> 32);
}

/// <summary>Operands of vector_config (with its APIC destination), apic_update_vector, vector_free_moved; cpu of vector_update.</summary>
public readonly ref struct VectorPlace
{
    private readonly ref readonly IrqEvent _record;

    public VectorPlace(ref readonly IrqEvent record) => _record = ref record;

    public ushort Cpu => (ushort)_record.A;

    public uint ApicDest => (uint)(_record.A >> 32);
}

/// <summary>Operands of matrix_online, matrix_reserve and the like, and the extension of every per-CPU matrix record.</summary>
public readonly ref struct MatrixCounters
{
    private readonly ref readonly IrqEvent _record;

    public MatrixCounters(ref readonly IrqEvent record) => _record = ref record;

    public uint OnlineMaps => (uint)_record.A;

    public uint GlobalAvailable => (uint)(_record.A >> 32);

    public uint GlobalReserved => (uint)_record.B;

    public uint TotalAllocated => (uint)(_record.B >> 32);
}

/// <summary>Operands of matrix_alloc, matrix_free and the other per-CPU matrix records.</summary>
public readonly ref struct MatrixOperation
{
    private readonly ref readonly IrqEvent _record;

    public MatrixOperation(ref readonly IrqEvent record) => _record = ref record;

    public ushort Cpu => (ushort)_record.A;

    public bool Online => (_record.A >> 16 & 1) != 0;

    public uint Available => (uint)(_record.A >> 32);

    public uint Allocated => (uint)_record.B;

    public uint Managed => (uint)(_record.B >> 32);
}

/// <summary>Operands of matrix_free_call.</summary>
public readonly ref struct MatrixRelease
{
    private readonly ref readonly IrqEvent _record;

    public MatrixRelease(ref readonly IrqEvent record) => _record = ref record;

    public ushort Cpu => (ushort)_record.A;

    public bool Managed => (_record.A >> 16 & 1) != 0;
}

/// <summary>Operands of cpuhp_enter, cpuhp_multi_enter.</summary>
public readonly ref struct HotplugStep
{
    private readonly ref readonly IrqEvent _record;

    public HotplugStep(ref readonly IrqEvent record) => _record = ref record;

    public ushort Cpu => (ushort)_record.A;

    /// <summary>State that the CPU is taken to; below <see cref="Step"/> on its way down.</summary>
    public int Target => (int)_record.B;

    public int Step => (int)(_record.A >> 32);

    public ushort Fun => (ushort)(_record.B >> 32);
}

/// <summary>Operands of cpuhp_exit.</summary>
public readonly ref struct HotplugResult
{
    private readonly ref readonly IrqEvent _record;

    public HotplugResult(ref readonly IrqEvent record) => _record = ref record;

    public ushort Cpu => (ushort)_record.A;

    public int Step => (int)(_record.A >> 32);

    public int Ret => (int)(_record.B >> 32);
}

/// <summary>Operands of suspend_resume.</summary>
public readonly ref struct SuspendPhase
{
    private readonly ref readonly IrqEvent _record;

    public SuspendPhase(ref readonly IrqEvent record) => _record = ref record;

    public ushort Action => (ushort)_record.A;

    public bool Start => (_record.A >> 16 & 1) != 0;
}

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

/// <summary>Operands of irte_write_amd.</summary>
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

/// <summary>Operands of irq_set_affinity and the functions that it goes through.</summary>
public readonly ref struct AffinityRequest
{
    private readonly ref readonly IrqEvent _record;

    public AffinityRequest(ref readonly IrqEvent record) => _record = ref record;

    public ulong Mask => _record.A;
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

/// <summary>Operands of aer_answer.</summary>
public readonly ref struct AerVoteGiven
{
    private readonly ref readonly IrqEvent _record;

    public AerVoteGiven(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public byte Callback => (byte)(_record.A >> 16);

    public byte Answer => (byte)(_record.A >> 24);
}

/// <summary>Operands of guest_aer_step.</summary>
public readonly ref struct GuestRecoveryStep
{
    private readonly ref readonly IrqEvent _record;

    public GuestRecoveryStep(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public byte Step => (byte)(_record.A >> 16);
}

/// <summary>Operands of guest_access.</summary>
public readonly ref struct GuestDeviceAccess
{
    private readonly ref readonly IrqEvent _record;

    public GuestDeviceAccess(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public byte Space => (byte)(_record.A >> 16);
}

/// <summary>Operands of aer_timer.</summary>
public readonly ref struct RecoveryTimer
{
    private readonly ref readonly IrqEvent _record;

    public RecoveryTimer(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public bool Ready => (_record.A >> 16 & 1) != 0;

    public bool Expired => (_record.A >> 17 & 1) != 0;
}

/// <summary>Operands of vm_run.</summary>
public readonly ref struct MachineRun
{
    private readonly ref readonly IrqEvent _record;

    public MachineRun(ref readonly IrqEvent record) => _record = ref record;

    public ushort Vm => (ushort)_record.A;

    public bool Running => (_record.A >> 16 & 1) != 0;
}

/// <summary>Operands of aer_event.</summary>
public readonly ref struct ErrorReport
{
    private readonly ref readonly IrqEvent _record;

    public ErrorReport(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public byte Severity => (byte)(_record.A >> 16);

    public uint Status => (uint)(_record.A >> 32);
}

/// <summary>Operands of device_step.</summary>
public readonly ref struct DeviceProgress
{
    private readonly ref readonly IrqEvent _record;

    public DeviceProgress(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public byte Step => (byte)(_record.A >> 16);

    public int State => (int)(_record.A >> 32);

    public ushort Source => (ushort)_record.B;
}

/// <summary>Operands of vfio_host.</summary>
public readonly ref struct HostDescription
{
    private readonly ref readonly IrqEvent _record;

    public HostDescription(ref readonly IrqEvent record) => _record = ref record;

    public byte Platform => (byte)_record.A;

    public byte IrqCode => (byte)(_record.A >> 8);

    public bool DmaTranslation => (_record.A >> 16 & 1) != 0;

    public bool Page0Mapped => (_record.A >> 17 & 1) != 0;
}

/// <summary>Operands of vfio_function.</summary>
public readonly ref struct FunctionDescription
{
    private readonly ref readonly IrqEvent _record;

    public FunctionDescription(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public ushort Port => (ushort)(_record.A >> 16);

    public ushort Owner => (ushort)(_record.A >> 32);

    public byte Bound => (byte)(_record.A >> 48);

    public ushort Entries => (ushort)_record.B;

    public ushort Group => (ushort)(_record.B >> 16);

    public bool NoBusReset => (_record.B >> 32 & 1) != 0;
}

/// <summary>Operands of vfio_set_irqs.</summary>
public readonly ref struct TriggerChange
{
    private readonly ref readonly IrqEvent _record;

    public TriggerChange(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public ushort Start => (ushort)(_record.A >> 16);

    public ushort Count => (ushort)(_record.A >> 32);

    public byte Trigger => (byte)(_record.A >> 48);
}

/// <summary>Operands of guest_msix_control.</summary>
public readonly ref struct GuestControlWrite
{
    private readonly ref readonly IrqEvent _record;

    public GuestControlWrite(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public bool Enable => (_record.A >> 16 & 1) != 0;

    public bool Mask => (_record.A >> 17 & 1) != 0;
}

/// <summary>Operands of guest_msix_mask, kvm_route.</summary>
public readonly ref struct EntryFlag
{
    private readonly ref readonly IrqEvent _record;

    public EntryFlag(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public ushort Entry => (ushort)(_record.A >> 16);

    public bool Value => (_record.A >> 32 & 1) != 0;
}

/// <summary>Operands of vfio_reset.</summary>
public readonly ref struct ResetRequest
{
    private readonly ref readonly IrqEvent _record;

    public ResetRequest(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public byte Kind => (byte)(_record.A >> 16);

    public byte Via => (byte)(_record.A >> 24);

    public ushort Caller => (ushort)(_record.A >> 32);

    public bool Single => (_record.A >> 48 & 1) != 0;

    public bool Contended => (_record.A >> 49 & 1) != 0;

    public bool EnableSurvives => (_record.A >> 50 & 1) != 0;

    public bool EntryMask => (_record.A >> 51 & 1) != 0;
}

/// <summary>Operands of vfio_reset_return.</summary>
public readonly ref struct ResetResult
{
    private readonly ref readonly IrqEvent _record;

    public ResetResult(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public int Ret => (int)(_record.A >> 32);
}
