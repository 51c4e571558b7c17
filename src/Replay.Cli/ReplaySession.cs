using System.Collections.Generic;
using Replay.Cli.Checkpoints;
using Replay.Core.History;
using Replay.Core.Live;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Core.Systems;
using Replay.Core.WhatIf;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>What a session may do besides applying events.</summary>
/// <param name="Paranoid">Check the machine's own invariants after each batch.</param>
/// <param name="Rules">How the machine behaves; null lets the recorded kernel choose.</param>
/// <param name="Historian">Follows some things through the replay; null when nobody asks for a history.</param>
/// <param name="WhatIf">Rules that decide even where the recording shows that its kernel decided otherwise;
/// null for none.</param>
internal sealed record SessionOptions(
    bool Paranoid, RuleChoice? Rules = null, Historian? Historian = null, WhatIfRules? WhatIf = null);

/// <summary>Makes a fresh machine for one recording.</summary>
internal delegate ReplaySession SessionFactory(Recording recording, SessionOptions options);

/// <summary>One machine that one recording is replayed into. Called once a batch, never once an event.</summary>
internal abstract class ReplaySession : CheckpointedSession
{
    /// <summary>The machine as it is now.</summary>
    public abstract StateReport DescribeState(string at);

    /// <summary>The modelled systems as they are now.</summary>
    public virtual IReadOnlyList<NamedSystem> Systems => [];

    /// <summary>The vector allocator as it is now.</summary>
    public virtual MatrixRow DescribeMatrix() => DescribeState("").Matrix;

    /// <summary>Copies what a live view shows. At the border of a batch, on the thread that applies them.</summary>
    public virtual void TakeSnapshot(MachineSnapshot snapshot) { }

    /// <summary>Findings and totals. Called once, after the last event.</summary>
    public abstract ReplayReport Finish(double seconds);
}
