namespace Replay.Core.Events;

// Typed looks at the operands of assigned devices and of recovery from PCIe errors, as in EventViews.cs.

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
