namespace Replay.Core.Findings;

/// <summary>
/// Stable numbers of findings: 1 to 99 are classes of bug, 101 to 199 invariants of the model. <c>IRQ005</c> is number 5.
/// Numbers are never given to another meaning.
/// </summary>
public enum FindingCode : ushort
{
    StuckMasked = 1,
    NoHostMapping = 2,
    StaleMessage = 3,
    MaskedAfterStart = 4,
    StrayDelivery = 5,
    SlotOverwritten = 6,
    VectorLeak = 7,
    VectorExhausted = 8,
    StaleIec = 9,
    StaleIrtAlias = 10,
    HardwareShadowMismatch = 19,
    CounterMismatch = 24,
    RecoveryUnderUser = 29,
    ResetByPartialOwner = 30,

    SlotOwner = 101,
    SlotWithoutBit = 102,
    VectorOutsideWindow = 103,
    AllocatedSystemVector = 104,
    ManagedBitMixed = 105,
    OnlineMapCount = 106,
    GlobalAvailableSum = 107,
    AllocatedCount = 108,
    ManagedCount = 109,
    AvailableFormula = 110,
    TotalAllocatedSum = 111,
    ReservationCount = 112,
    ReservedWithVector = 114,
    MoveWithoutPrevious = 115,
    AllocatedDuringMove = 116,
    FreedWhilePending = 117,
    AllocationChoice = 118,
    ManagedAllocationChoice = 119,
    OfflineDespiteShortage = 120,
    LeftOnOfflineCpu = 121,
    NotRetriggered = 122,
    TargetOffline = 123,
    TriggerNotAsMasked = 146,
    RouteMissing = 147,
    HardwareMessageDiffers = 148,
    ErrorStateChange = 149,
    ResumeBeforeVote = 150,
    HotResetWithoutOwnership = 151,
}
