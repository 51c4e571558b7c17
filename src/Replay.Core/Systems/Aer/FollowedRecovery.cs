using System.Collections.Generic;
using Replay.Core.Events;

namespace Replay.Core.Systems.Aer;

/// <summary>One recovery of a recording: whom it asked, what they answered, how it ended.</summary>
internal sealed class FollowedRecovery
{
    public required ushort Device { get; init; }

    public required long Event { get; init; }

    /// <summary>Devices that were asked, in no order that shows.</summary>
    public HashSet<ushort> Set { get; } = [];

    public DeviceStepCode Phase { get; set; } = DeviceStepCode.ErrorDetected;

    public AerAnswerCode Vote { get; set; } = AerAnswerCode.CanRecover;

    public bool Answered { get; set; }

    public bool Resumed { get; set; }

    public bool ResumeTold { get; set; }

    public long ResetEvent { get; set; } = -1;

    /// <summary>Last event that was part of it.</summary>
    public long LastEvent { get; set; }
}

/// <summary>A device that some recovery asked.</summary>
internal sealed class FollowedDevice
{
    public required ushort Device { get; init; }

    /// <summary>A recovery whose start was recorded asked it.</summary>
    public bool IsAsked { get; set; }

    public long AnswerEvent { get; set; } = -1;

    public long ResetEvent { get; set; } = -1;

    public long RepairEvent { get; set; } = -1;

    public long FailedEvent { get; set; } = -1;

    /// <summary>Last callback that was told, and the recovery that it was told for.</summary>
    public DeviceStepCode Callback { get; set; }

    public long CallbackOf { get; set; } = -1;
}
