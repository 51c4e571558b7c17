using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Systems.Vfio;

namespace Replay.Core.Systems.Aer;

/// <summary>What the drivers of functions answer: a scenario says it, else what most drivers do.</summary>
internal sealed class DriverAnswers
{
    private readonly Dictionary<(AssignedFunction, DeviceStepCode), AerAnswerCode> _told = [];

    public void Tell(AssignedFunction function, DeviceStepCode callback, AerAnswerCode answer) =>
        _told[(function, callback)] = answer;

    /// <summary>
    /// Answer of a host driver with callbacks. Most drivers (nvme, igb) can go on after a non-fatal error
    /// and want a reset when the link froze.
    /// </summary>
    public AerAnswerCode Native(AssignedFunction function, DeviceStepCode callback, ChannelState state)
    {
        if (_told.TryGetValue((function, callback), out AerAnswerCode answer)) return answer;
        if (callback != DeviceStepCode.ErrorDetected) return AerAnswerCode.Recovered;
        return state == ChannelState.Frozen ? AerAnswerCode.NeedReset : AerAnswerCode.CanRecover;
    }

    /// <summary>Saves or restores what was told.</summary>
    public void Transfer(StateArchive archive, VfioModel model) => archive.Map(_told, int.MaxValue, key =>
        (model.RequireFunction(archive.Value(key.Item1?.Name ?? "")), (DeviceStepCode)archive.Value((byte)key.Item2)),
        answer => (AerAnswerCode)archive.Value((byte)answer));
}
