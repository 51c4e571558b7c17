using System;

namespace Replay.Core.Checkpoints;

/// <summary>
/// Saved state cannot be used: damaged, of another version, or of a replay under other rules. Never the user's fault
/// and never fatal: the replay begins at the start instead.
/// </summary>
public sealed class CheckpointException : Exception
{
    public CheckpointException() { }

    public CheckpointException(string message) : base(message) { }

    public CheckpointException(string message, Exception innerException) : base(message, innerException) { }
}
