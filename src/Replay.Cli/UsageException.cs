using System;

namespace Replay.Cli;

/// <summary>
/// The user asked for something that cannot be. The message says what to type instead; the exit code is 2.
/// </summary>
internal sealed class UsageException : Exception
{
    public UsageException() { }

    public UsageException(string message) : base(message) { }

    public UsageException(string message, Exception innerException) : base(message, innerException) { }
}
