using System;
using System.Diagnostics.CodeAnalysis;
using Replay.Core.Events;

namespace Replay.Formats.Text;

/// <summary>
/// Chooses events by an expression: <c>kind=vector_* irq=24 time&gt;=1.5</c>, <c>cpu=0,2-3 or not
/// device=0000:00:03.0</c>. The language is described in TEXT.md. Not for several threads.
/// </summary>
public sealed class EventFilter
{
    private readonly FilterTerm[] _terms;

    // Postfix: an index into the terms, or one of the operators below.
    private readonly int[] _program;

    internal const int And = -1;
    internal const int Or = -2;
    internal const int Not = -3;

    /// <summary>Most results that wait for an operator; the parser refuses deeper expressions.</summary>
    internal const int DepthMax = 64;

    internal EventFilter(FilterTerm[] terms, int[] program)
    {
        _terms = terms;
        _program = program;
    }

    /// <summary>
    /// Parses an expression. On failure <paramref name="error"/> says the column, from 1, and what to type instead.
    /// </summary>
    public static bool TryParse(string expression, [NotNullWhen(true)] out EventFilter? filter, out string error)
    {
        var parser = new FilterParser(expression);
        filter = parser.TryParse(out FilterTerm[] terms, out int[] program) ? new EventFilter(terms, program) : null;
        error = parser.Error;
        return filter is not null;
    }

    /// <summary>
    /// Sets the tables that names and devices of the events to come refer to; once for each recording.
    /// </summary>
    public void Bind(EventTables tables)
    {
        foreach (FilterTerm term in _terms) term.Bind(tables);
    }

    /// <summary>
    /// True when the event satisfies the expression. <paramref name="eventAndExtensions"/> is one event and the
    /// extension records that follow it; it must not be empty.
    /// </summary>
    /// <exception cref="InvalidOperationException">A name is compared before <see cref="Bind"/>.</exception>
    public bool Matches(ReadOnlySpan<IrqEvent> eventAndExtensions)
    {
        // A stack of bits: the newest result is bit 0.
        ulong stack = 0;
        foreach (int step in _program)
        {
            switch (step)
            {
                case And: stack = (stack >> 1) & (~1UL | (stack & 1)); break;
                case Or: stack = (stack >> 1) | (stack & 1); break;
                case Not: stack ^= 1; break;
                default: stack = (stack << 1) | (_terms[step].Matches(eventAndExtensions) ? 1UL : 0UL); break;
            }
        }
        return (stack & 1) != 0;
    }
}
