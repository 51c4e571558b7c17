using System;
using Replay.Core.Events;

namespace Replay.Formats.Mapping;

/// <summary>What a term of an expression takes its value from.</summary>
internal enum TermSource : byte
{
    /// <summary><see cref="MappingTerm.Number"/>; symbols of the operand are numbers too.</summary>
    Number,

    /// <summary>The field <see cref="MappingTerm.Text"/>, or one element of it.</summary>
    Field,

    /// <summary>The quoted <see cref="MappingTerm.Text"/>.</summary>
    Text,

    /// <summary>The recorded event's own name (<c>@name</c>).</summary>
    EventName,
}

/// <summary>One term: a source, then <c>&gt;&gt;</c>, <c>&amp;</c> and <c>&lt;&lt;</c> in that order.</summary>
internal sealed record MappingTerm(TermSource Source)
{
    /// <summary>Name of the field, or the quoted text.</summary>
    public string Text { get; init; } = "";

    /// <summary>Element of an array field; -1 for the field as a whole.</summary>
    public int Index { get; init; } = -1;

    /// <summary>Value of a constant, two's complement.</summary>
    public ulong Number { get; init; }

    public int ShiftRight { get; init; }

    public ulong Mask { get; init; } = ulong.MaxValue;

    public int ShiftLeft { get; init; }

    /// <summary>True when a negative field counts as 0 (<c>positive(field)</c>).</summary>
    public bool Positive { get; init; }

    /// <summary>Field that must not be 0 for the term to count (<c>if field</c>); empty when there is none.</summary>
    public string Condition { get; init; } = "";

    /// <summary>True when the term is nothing but its source: a signed field then keeps its sign.</summary>
    public bool IsPlain => ShiftRight == 0 && Mask == ulong.MaxValue && ShiftLeft == 0;
}

/// <summary>
/// One line of a mapping: which recorded event, and what each operand of the canonical kind is made of.
/// </summary>
internal sealed class MappingLine
{
    public MappingLine(string system, string name, string[] requiredFields,
        EventKindInfo? kind, MappingTerm[][] operands,
        string source, string fileName, int lineNumber)
    {
        System = system;
        Name = name;
        RequiredFields = requiredFields;
        Kind = kind;
        Operands = operands;
        Source = source;
        FileName = fileName;
        LineNumber = lineNumber;
    }

    /// <summary>Pattern of the event's group; one <c>*</c> stands for any text.</summary>
    public string System { get; }

    /// <summary>Pattern of the event's name.</summary>
    public string Name { get; }

    /// <summary>Fields that the recorded format must have, those of the expressions included.</summary>
    public string[] RequiredFields { get; }

    /// <summary>Row of the canonical kind; null for <c>skip</c>.</summary>
    public EventKindInfo? Kind { get; }

    /// <summary>Terms of each operand of <see cref="Kind"/>, in schema order; empty for "0 or none".</summary>
    public MappingTerm[][] Operands { get; }

    /// <summary>The line as written, without its comment.</summary>
    public string Source { get; }

    public string FileName { get; }

    public int LineNumber { get; }

    /// <summary>True when <see cref="Name"/> is a pattern.</summary>
    public bool HasNamePattern => Name.Contains('*', StringComparison.Ordinal);

    /// <summary>True when the line speaks of this event; its fields are not looked at.</summary>
    public bool Names(ReadOnlySpan<char> system, ReadOnlySpan<char> name) =>
        Matches(System, system) && Matches(Name, name);

    private static bool Matches(string pattern, ReadOnlySpan<char> text)
    {
        int star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0) return text.SequenceEqual(pattern);
        ReadOnlySpan<char> before = pattern.AsSpan(0, star), after = pattern.AsSpan(star + 1);
        return text.Length >= before.Length + after.Length && text.StartsWith(before) && text.EndsWith(after);
    }
}
