using System;
using System.Collections.Generic;
using System.Text.Json;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats.Sidecar;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>A replay that can be saved, restored and read out, under rules that a test chooses.</summary>
internal sealed class SavedReplay
{
    private readonly Func<Replayer<ChosenRules, NoProbe>> _make;

    public SavedReplay(EventTables tables, RuleChoice rules)
    {
        _make = () => new Replayer<ChosenRules, NoProbe>(tables, rules.ToKernelRules(), default, rules);
        Replayer = _make();
    }

    private SavedReplay(SavedReplay like)
    {
        _make = like._make;
        Replayer = _make();
    }

    public Replayer<ChosenRules, NoProbe> Replayer { get; }

    public byte[] State() => StateCodec.Save(Replayer.Transfer);

    public byte[] Findings(long from) => StateCodec.Save(archive => Replayer.TransferFindings(archive, from));

    /// <summary>A fresh replay with what was saved.</summary>
    public SavedReplay Restore(byte[] state, IEnumerable<byte[]> findings)
    {
        var fresh = new SavedReplay(this);
        StateCodec.Load(state, fresh.Replayer.Transfer);
        foreach (byte[] some in findings) StateCodec.Load(some, archive => fresh.Replayer.TransferFindings(archive, 0));
        return fresh;
    }

    /// <summary>All that can be said of the replay now, as text.</summary>
    public string Describe() => JsonSerializer.Serialize(StateReporter.Build(Replayer.Machine, "here"))
        + JsonSerializer.Serialize(ReplayReporter.Build(
            Replayer.Machine, Replayer.Findings, Replayer.EventCount, Replayer.AppliedCount,
            0, Replayer.Systems.Live) with
        {
            OfflineReleases = Replayer.OfflineReleases,
        });
}
