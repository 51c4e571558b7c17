using System;

namespace Replay.Cli.Scenarios;

/// <summary>An <c>#expect</c> line is not in the form.</summary>
internal sealed class ExpectationException : Exception
{
    public ExpectationException(int column, string message)
        : base(message) => Column = column;

    /// <summary>Where in the line, from 1.</summary>
    public int Column { get; }
}
