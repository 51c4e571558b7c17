namespace Replay.Core.Events;

// Typed looks at the operands of the kinds of modelled machines and of virtual PCI, as in EventViews.cs.

/// <summary>Operands of hv_bus_step and hv_bus.</summary>
public readonly ref struct VpciBusChange
{
    private readonly ref readonly IrqEvent _record;

    public VpciBusChange(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public byte Step => (byte)(_record.A >> 16);

    public byte State => (byte)(_record.A >> 16);
}

/// <summary>Operands of hv_packet that lie in its first record; the address is the extension's A.</summary>
public readonly ref struct VpciPacket
{
    private readonly ref readonly IrqEvent _record;

    public VpciPacket(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public byte Type => (byte)(_record.A >> 16);

    public ushort Cpu => (ushort)(_record.A >> 32);

    public ushort Vector => (ushort)(_record.A >> 48);

    public uint Data => (uint)(_record.B >> 32);

    public int Status => (int)_record.B;
}

/// <summary>
/// Operands of hv_hypercall that lie in its first record; the set of processors is the extension's A.
/// </summary>
public readonly ref struct Hypercall
{
    private readonly ref readonly IrqEvent _record;

    public Hypercall(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public ushort Code => (ushort)(_record.A >> 16);

    public uint Address => (uint)(_record.A >> 32);

    public uint Data => (uint)_record.B;

    public ushort Status => (ushort)(_record.B >> 32);

    public byte Flags => (byte)(_record.B >> 48);
}

/// <summary>Operands of hv_hypercall_done.</summary>
public readonly ref struct HypercallResult
{
    private readonly ref readonly IrqEvent _record;

    public HypercallResult(ref readonly IrqEvent record) => _record = ref record;

    public ushort Status => (ushort)_record.A;
}

/// <summary>Operands of vmbus_channel.</summary>
public readonly ref struct VmbusChange
{
    private readonly ref readonly IrqEvent _record;

    public VmbusChange(ref readonly IrqEvent record) => _record = ref record;

    public uint Relid => (uint)_record.A;

    public byte Op => (byte)(_record.A >> 32);

    public uint Class => (uint)_record.B;
}

/// <summary>Operands of machine.</summary>
public readonly ref struct MachineDefinition
{
    private readonly ref readonly IrqEvent _record;

    public MachineDefinition(ref readonly IrqEvent record) => _record = ref record;

    public ushort Cpus => (ushort)_record.A;

    public byte WindowEnd => (byte)(_record.A >> 16);

    public byte Legacy => (byte)(_record.A >> 24);

    public bool NoPic => (_record.A >> 32 & 1) != 0;

    public byte Arch => (byte)(_record.A >> 40);
}

/// <summary>Operands of irq_alloc that lie in its first record; the affinity is the extension's A.</summary>
public readonly ref struct IrqAllocation
{
    private readonly ref readonly IrqEvent _record;

    public IrqAllocation(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public ushort Entry => (ushort)(_record.A >> 16);

    public ushort Count => (ushort)(_record.A >> 32);

    public ushort Min => (ushort)(_record.A >> 48);

    public byte Store => (byte)_record.B;

    public bool Managed => (_record.B >> 8 & 1) != 0;

    public bool Passthrough => (_record.B >> 9 & 1) != 0;
}

/// <summary>Operands of irq_request.</summary>
public readonly ref struct HandlerRequest
{
    private readonly ref readonly IrqEvent _record;

    public HandlerRequest(ref readonly IrqEvent record) => _record = ref record;

    public ushort Count => (ushort)_record.A;

    public ulong Affinity => _record.B;
}

/// <summary>Operands of cpu_off, cpu_on, tick.</summary>
public readonly ref struct CpuOperation
{
    private readonly ref readonly IrqEvent _record;

    public CpuOperation(ref readonly IrqEvent record) => _record = ref record;

    public ushort Cpu => (ushort)_record.A;
}

/// <summary>Operands of inject.</summary>
public readonly ref struct InjectedFault
{
    private readonly ref readonly IrqEvent _record;

    public InjectedFault(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public ushort Entry => (ushort)(_record.A >> 16);

    public ushort Cpu => (ushort)(_record.A >> 32);

    public byte What => (byte)(_record.A >> 48);

    public uint Count => (uint)_record.B;

    public int Status => (int)(_record.B >> 32);
}

/// <summary>Operands of message_copy.</summary>
public readonly ref struct MessageCopying
{
    private readonly ref readonly IrqEvent _record;

    public MessageCopying(ref readonly IrqEvent record) => _record = ref record;

    public ushort Device => (ushort)_record.A;

    public ushort Entry => (ushort)(_record.A >> 16);

    public ushort To => (ushort)(_record.A >> 32);

    public ushort ToEntry => (ushort)(_record.A >> 48);
}
