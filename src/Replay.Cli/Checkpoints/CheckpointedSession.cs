using System;
using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Cli.Checkpoints;

/// <summary>
/// What a recording is given to, batch by batch, and what can be saved between two of them. Called once a batch, never
/// once an event.
/// </summary>
internal abstract class CheckpointedSession
{
    /// <summary>Takes whole events.</summary>
    public abstract void Apply(ReadOnlySpan<IrqEvent> events, EventTables tables);

    /// <summary>Events taken so far.</summary>
    public abstract long EventCount { get; }

    /// <summary>How much is kept of single findings: another number each time that there is more.</summary>
    public virtual long FindingsMark => 0;

    /// <summary>Saves the state between two batches, without findings, or restores it into a fresh session.</summary>
    /// <exception cref="CheckpointException">What was saved does not fit.</exception>
    public virtual void Transfer(StateArchive archive) => throw new NotSupportedException();

    /// <summary>
    /// Saves the findings kept since <see cref="FindingsMark"/> was <paramref name="from"/>, or adds saved ones to
    /// those kept.
    /// </summary>
    /// <exception cref="CheckpointException">What was saved does not fit.</exception>
    public virtual void TransferFindings(StateArchive archive, long from) => throw new NotSupportedException();
}
