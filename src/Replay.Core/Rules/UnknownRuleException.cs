using System;

namespace Replay.Core.Rules;

/// <summary>A set, behaviour or alternative that does not exist was asked for. The message says what does.</summary>
public sealed class UnknownRuleException : Exception
{
    public UnknownRuleException() { }

    public UnknownRuleException(string message) : base(message) { }

    public UnknownRuleException(string message, Exception innerException) : base(message, innerException) { }
}
