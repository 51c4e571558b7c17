using System;

namespace Replay.Formats;

/// <summary>
/// The input cannot be read at all. The message names position, expected and found; the exit code is 3.
/// </summary>
public sealed class BadInputException : Exception
{
    public BadInputException() { }

    public BadInputException(string message) : base(message) { }

    public BadInputException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>The usual shape: position, expected, found.</summary>
    public static BadInputException At(string file, long offset, string expected, string found) =>
        new($"{file}: offset {offset}: expected {expected}, found {found}");
}
