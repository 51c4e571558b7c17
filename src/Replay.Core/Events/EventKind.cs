namespace Replay.Core.Events;

/// <summary>
/// What an <see cref="IrqEvent"/> says. The numbers are in recorded files and never change; a retired kind keeps its
/// number. Gaps leave room in each family. Operands of each kind: <see cref="EventSchema"/>, and EVENTS.md made of it.
/// </summary>
public enum EventKind : byte
{
    /// <summary>Never recorded; a zeroed record is damage, not an event.</summary>
    Invalid = 0,

    // 1-9: the recording itself.
    Mark = 1,
    Loss = 2,
    LogLine = 3,
    CpuSeen = 4,

    // 10-15: interrupts that arrive.
    HandlerEntry = 10,
    HandlerExit = 11,
    SystemEntry = 12,
    SystemExit = 13,

    // 20-35: the x86 vector domain (tracepoints irq_vectors:vector_*).
    VectorSetup = 20,
    VectorReserve = 21,
    VectorReserveManaged = 22,
    VectorActivate = 23,
    VectorDeactivate = 24,
    VectorAlloc = 25,
    VectorAllocManaged = 26,
    VectorUpdate = 27,
    VectorConfig = 28,
    VectorClear = 29,
    VectorFreeMoved = 30,
    VectorTeardown = 31,

    // 40-55: the vector matrix (tracepoints irq_matrix:*); counters are those after the operation.
    MatrixOnline = 40,
    MatrixOffline = 41,
    MatrixAssignSystem = 42,
    MatrixReserve = 43,
    MatrixRemoveReserved = 44,
    MatrixReserveManaged = 45,
    MatrixRemoveManaged = 46,
    MatrixAssign = 47,
    MatrixAlloc = 48,
    MatrixAllocManaged = 49,
    MatrixFree = 50,
    MatrixAllocReserved = 51,

    // 60-65: CPU hotplug state machine (tracepoints cpuhp:*).
    CpuhpEnter = 60,
    CpuhpMultiEnter = 61,
    CpuhpExit = 62,

    // 66-75: suspend, hibernation, device power.
    SuspendResume = 66,
    DevicePmStart = 67,
    DevicePmEnd = 68,

    // 80-89: interrupt remapping hardware.
    IrteWrite = 80,
    IrteWriteAmd = 81,
    QiSubmit = 82,
    AmdInvalidate = 83,
    DeviceAlias = 84,

    // 90-109: MSI and MSI-X of a device, config space, resets.
    MsiWrite = 90,
    MsiMask = 91,
    MsiUnmask = 92,
    MsixEnable = 93,
    MsixEnableReturn = 94,
    MsiEnable = 95,
    MsixDisable = 96,
    FreeIrqVectors = 97,
    PciSaveState = 98,
    PciRestoreState = 99,
    PciRestoreMsiState = 100,
    PcieFlr = 101,
    PciResetFunction = 102,
    PciSecondaryBusReset = 103,

    // 110-149: generic interrupt core and vector domain functions seen through probes.
    IrqSetAffinity = 110,
    IrqDoSetAffinity = 111,
    ApicSetAffinity = 112,
    ApicSetAffinityReturn = 113,
    MsiSetAffinity = 114,
    IrSetAffinity = 115,
    IoApicSetAffinity = 116,
    IrqStartup = 117,
    IrqShutdown = 118,
    IrqShutdownDeactivate = 119,
    SetupIrq = 120,
    FreeIrq = 121,
    ApicUpdateVector = 122,
    SendCleanupVector = 123,
    FreeMovedVector = 124,
    MoveCleanup = 125,
    CompleteMove = 126,
    ForceCompleteMove = 127,
    Retrigger = 128,
    CheckResend = 129,
    X86VectorActivate = 130,
    X86VectorDeactivate = 131,
    IrAlloc = 132,
    IrFree = 133,
    IrActivate = 134,
    IrDeactivate = 135,
    MatrixFreeCall = 136,
    AckIrq = 137,
    FlowHandler = 138,

    // 150-159: steps of a CPU going down or up, seen through probes.
    LapicCanUnplug = 150,
    LapicCanUnplugReturn = 151,
    FixupIrqs = 152,
    MigrateAllOff = 153,
    LapicOffline = 154,
    LapicOnline = 155,

    // 160-169: steps of the whole system or of one device, named by an operand.
    KernelStep = 160,
    DeviceStep = 161,

    // 170-179: PCIe errors, and what virtual machines do about them.
    AerEvent = 170,
    AerAnswer = 171,
    GuestAerStep = 172,
    GuestAccess = 173,
    AerTimer = 174,
    VmRun = 175,

    // 180-189: Hyper-V virtual PCI bus, as seen by guest or host.
    VpciChannel = 180,
    VpciCreateInterrupt = 181,
    VpciDeleteInterrupt = 182,
    HvBusStep = 183,
    HvBusState = 184,
    HvPacket = 185,
    HvHypercall = 186,
    HvHypercallDone = 187,
    HvUnmask = 188,
    VmbusChannel = 189,

    // 200-229: what devices, local APICs, IO-APICs, hypervisors and VMMs were seen to do or to hold.
    MsixStore = 201,
    MsixPending = 202,
    MsixSeen = 203,
    MsiModeSeen = 204,
    IrqStateSeen = 205,
    LapicAccept = 206,
    LapicService = 207,
    LapicEoi = 208,
    IoApicPin = 209,
    IoPageFault = 210,
    RemapControl = 211,
    IrteHalf = 212,
    PostedDescriptor = 213,
    VcpuPlace = 214,
    PiIrteUpdate = 215,
    IrqfdBind = 216,
    IrqfdSignal = 217,
    IrqRoute = 218,
    MsixControl = 219,
    MessageCopied = 221,
    GuestPin = 222,
    GuestEoi = 223,
    IrteRead = 224,
    IrteReadAmd = 225,

    // 230: what devices want, seen by nobody but the device; systems replay it.
    DeviceRaise = 230,

    // 231-244: a modelled machine: what happens to its kernel, its interrupts and its devices.
    Machine = 231,
    IrqAlloc = 232,
    IrqRequest = 233,
    CpuOff = 234,
    CpuOn = 235,
    Snapshot = 236,
    Restore = 237,
    KernelBoot = 238,
    Inject = 239,
    Tick = 240,
    MessageCopy = 241,

    // 242-244: what a host records of VFIO's vectors.
    VfioSignal = 242,
    GuestMsi = 243,
    VfioVector = 244,

    // 245-254: devices assigned to a virtual machine or another user (VFIO).
    VfioHost = 245,
    VfioFunction = 246,
    VfioSetIrqs = 247,
    GuestMsixControl = 248,
    GuestMsixMessage = 249,
    GuestMsixMask = 250,
    VfioReset = 251,
    VfioResetReturn = 252,
    KvmRoute = 253,
    MsixTableRead = 254,

    /// <summary>Continuation of the record before it; never an event of its own.</summary>
    Extension = 255,
}
