using System.Collections.Generic;
using Replay.Core.Checkpoints;
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

    /// <summary>Saves one, or restores one where there is none yet.</summary>
    public static FollowedRecovery Transfer(StateArchive archive, FollowedRecovery? recovery)
    {
        ushort device = archive.Value(recovery?.Device ?? 0);
        long began = archive.Value(recovery?.Event ?? 0);
        recovery ??= new FollowedRecovery { Device = device, Event = began };
        var devices = new List<ushort>(recovery.Set); // In the order of their calls.
        archive.List(devices, ushort.MaxValue + 1, archive.Value);
        if (archive.IsLoading) recovery.Set.UnionWith(devices);
        recovery.Phase = (DeviceStepCode)archive.Value((byte)recovery.Phase);
        recovery.Vote = (AerAnswerCode)archive.Value((byte)recovery.Vote);
        recovery.Answered = archive.Value(recovery.Answered);
        recovery.Resumed = archive.Value(recovery.Resumed);
        recovery.ResumeTold = archive.Value(recovery.ResumeTold);
        recovery.ResetEvent = archive.Value(recovery.ResetEvent);
        recovery.LastEvent = archive.Value(recovery.LastEvent);
        return recovery;
    }
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

    /// <summary>Saves one, or restores one where there is none yet.</summary>
    public static FollowedDevice Transfer(StateArchive archive, FollowedDevice? device)
    {
        ushort number = archive.Value(device?.Device ?? 0);
        device ??= new FollowedDevice { Device = number };
        device.IsAsked = archive.Value(device.IsAsked);
        device.AnswerEvent = archive.Value(device.AnswerEvent);
        device.ResetEvent = archive.Value(device.ResetEvent);
        device.RepairEvent = archive.Value(device.RepairEvent);
        device.FailedEvent = archive.Value(device.FailedEvent);
        device.Callback = (DeviceStepCode)archive.Value((byte)device.Callback);
        device.CallbackOf = archive.Value(device.CallbackOf);
        return device;
    }
}
