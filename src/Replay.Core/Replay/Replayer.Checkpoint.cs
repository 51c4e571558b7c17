using Replay.Core.Checkpoints;

namespace Replay.Core.Replay;

/// <content>
/// Saving and restoring the whole replay between two batches. What comes after is the same as if
/// it had run straight on:
/// state, findings, verdicts, digest. The probe is not part of it.
/// </content>
public sealed partial class Replayer<TRules, TProbe>
{
    /// <summary>
    /// Saves the replay as it is now, or restores a saved one; without the findings that were kept, which
    /// <see cref="TransferFindings"/> saves. Restoring needs a replayer of the same rules that has replayed nothing
    /// yet, and the names that the recording had at that event. After a failure the replayer is of no more use.
    /// </summary>
    /// <exception cref="CheckpointException">What was saved does not fit.</exception>
    public void Transfer(StateArchive archive)
    {
        archive.Section("replayer", 2);
        _index = archive.Value(_index);
        _unknown = archive.Value(_unknown);
        _applied = archive.Value(_applied);
        _timeNs = archive.Value(_timeNs);
        _hotplugSeen = archive.Value(_hotplugSeen);
        _freesSeen = archive.Value(_freesSeen);
        _shutdownsSeen = archive.Value(_shutdownsSeen);
        _darkUnseen = archive.Value(_darkUnseen);
        _lastMatrixEvent = archive.Value(_lastMatrixEvent);
        _suspendEvent = archive.Value(_suspendEvent);
        _machineSlept = archive.Value(_machineSlept);
        _clearsSeen = archive.Value(_clearsSeen);
        _updatesSeen = archive.Value(_updatesSeen);
        _lastLearned = archive.Value(_lastLearned);
        _beganUnsure = archive.Value(_beganUnsure);
        _activated = archive.Value(_activated);
        archive.Numbers(ref _aliasOf, ushort.MaxValue + 1);
        archive.Numbers(ref _ownerOf, ushort.MaxValue + 1);
        archive.List(_releases, ReleasesMax, release => new OfflineRelease(
            archive.Value(release?.Event ?? 0), archive.Value(release?.Irq ?? 0), archive.Text(release?.Device),
            archive.Value(release?.Entry), archive.Value(release?.Cpu ?? 0), archive.Value(release?.Vector ?? 0)));
        _missingCount = archive.Value(_missingCount);
        archive.List(_missing, MissingKept, row => new MissingStretch(
            archive.Value(row?.Cpu ?? 0), archive.Value(row?.From ?? 0), archive.Value(row?.Event ?? 0),
            archive.Value(row?.TimeNs ?? 0), archive.Value(row?.IsTold ?? false)));
        _machine.Transfer(archive);
        _cpus = _machine.Cpus.Cpus;
        _findings.Transfer(archive);
        _hazards.Transfer(archive);
        _systems.Transfer(archive);
    }

    /// <summary>
    /// Saves the findings kept since their mark was <paramref name="from"/>, so that a row of checkpoints holds each
    /// once, or adds saved ones to those kept.
    /// </summary>
    /// <exception cref="CheckpointException">What was saved does not fit.</exception>
    public void TransferFindings(StateArchive archive, long from) => _findings.TransferKept(archive, from);
}
