using System;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>The real machine behind <c>replay</c> and <c>state</c>; the probe is chosen here, once.</summary>
internal sealed class MachineSession<TProbe> : ReplaySession
    where TProbe : struct, IProbe
{
    private readonly Replayer<TProbe> _replayer;

    public MachineSession(EventTables tables) => _replayer = new Replayer<TProbe>(tables);

    public override void Apply(ReadOnlySpan<IrqEvent> events, EventTables tables) => _replayer.Replay(events);

    public override StateReport DescribeState(string at) => StateReporter.Build(_replayer.Machine, at);

    public override ReplayReport Finish(double seconds)
    {
        _replayer.Finish();
        return ReplayReporter.Build(
            _replayer.Machine, _replayer.Findings, _replayer.EventCount, _replayer.AppliedCount, seconds);
    }
}

/// <summary>Makes machines.</summary>
internal static class MachineSession
{
    public static ReplaySession Create(Recording recording, SessionOptions options) => options.Paranoid
        ? new MachineSession<ParanoidProbe>(recording.Tables)
        : new MachineSession<NoProbe>(recording.Tables);
}
