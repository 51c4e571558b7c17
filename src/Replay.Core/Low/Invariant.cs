using System;
using System.Diagnostics.CodeAnalysis;

namespace Replay.Core.Low;

/// <summary>Something in this program is wrong, not in its input: exit code 4.</summary>
public sealed class InvariantException : Exception
{
    public InvariantException() { }

    public InvariantException(string message) : base(message) { }

    public InvariantException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>Checks of our own books. On in Release; never inside the inner loop.</summary>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantException"/> when <paramref name="holds"/> is false.</summary>
    public static void Check([DoesNotReturnIf(false)] bool holds, string what)
    {
        if (!holds) Fail(what);
    }

    [DoesNotReturn]
    private static void Fail(string what) => throw new InvariantException(what);
}
