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

/// <summary>
/// Operands of vector_setup, vector_reserve, vector_reserve_managed, vector_alloc, vector_alloc_managed.
/// </summary>
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

/// <summary>
/// Operands of vector_config (with its APIC destination), apic_update_vector, vector_free_moved; cpu of vector_update.
/// </summary>
public readonly ref struct VectorPlace
{
    private readonly ref readonly IrqEvent _record;

    public VectorPlace(ref readonly IrqEvent record) => _record = ref record;

    public ushort Cpu => (ushort)_record.A;

    public uint ApicDest => (uint)(_record.A >> 32);
}

/// <summary>
/// Operands of matrix_online, matrix_reserve and the like, and the extension of every per-CPU matrix record.
/// </summary>
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

/// <summary>Operands of irq_set_affinity and the functions that it goes through.</summary>
public readonly ref struct AffinityRequest
{
    private readonly ref readonly IrqEvent _record;

    public AffinityRequest(ref readonly IrqEvent record) => _record = ref record;

    public ulong Mask => _record.A;
}
