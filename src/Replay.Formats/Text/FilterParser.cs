using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Replay.Formats.Text;

// expression = and-list { "or" and-list }          kind=vector_* irq=24 or not (cpu=0,2-3 time>=1.5)
// and-list   = factor { ["and"] factor }
// factor     = "not" factor | "(" expression ")" | term
// term       = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value { "," value }

/// <summary>Recursive descent over a filter's expression, to postfix. Cold; the first error ends it.</summary>
internal sealed class FilterParser(string text)
{
    private readonly List<FilterTerm> _terms = [];
    private readonly List<int> _program = [];
    private int _at;
    private int _depth;
    private int _waiting;

    /// <summary>What is wrong, with its column; empty when nothing is.</summary>
    public string Error { get; private set; } = "";

    public bool TryParse(out FilterTerm[] terms, out int[] program)
    {
        bool parsed = ParseOr() && (SkipBlanks() || Fail(_at, text[_at] == ')'
            ? "a \")\" without its \"(\""
            : $"expected \"and\", \"or\" or the end, found {TextNames.Show(text[_at..])}"));
        terms = [.. _terms];
        program = [.. _program];
        return parsed;
    }

    private bool ParseOr()
    {
        if (!ParseAnd()) return false;
        while (TakeWord("or"))
        {
            if (!ParseAnd()) return false;
            Emit(EventFilter.Or);
        }
        return true;
    }

    private bool ParseAnd()
    {
        if (!ParseFactor()) return false;
        while (true)
        {
            bool isSaid = TakeWord("and");
            if (!isSaid && (SkipBlanks() || text[_at] == ')' || IsWord("or"))) return true;
            if (!ParseFactor()) return false;
            Emit(EventFilter.And);
        }
    }

    private bool ParseFactor()
    {
        if (++_depth > EventFilter.DepthMax) return Fail(_at, "nested too deeply");
        bool parsed = ParseOneFactor();
        _depth--;
        return parsed;
    }

    private bool ParseOneFactor()
    {
        if (TakeWord("not"))
        {
            if (!ParseFactor()) return false;
            Emit(EventFilter.Not);
            return true;
        }
        if (SkipBlanks()) return Fail(_at, "a comparison is missing, such as irq=24 or kind=vector_*");
        if (text[_at] != '(') return ParseTerm();
        int open = _at++;
        if (!ParseOr()) return false;
        if (SkipBlanks() || text[_at] != ')') return Fail(open, "a \"(\" without its \")\"");
        _at++;
        return true;
    }

    private bool ParseTerm()
    {
        int fieldAt = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '.')) _at++;
        string field = text[fieldAt.._at];
        if (field.Length == 0)
        {
            return Fail(fieldAt,
                $"expected a field such as kind, cpu, time or irq, found {TextNames.Show(text[fieldAt..])}");
        }
        SkipBlanks();
        if (!TakeComparison(out string comparison))
        {
            return Fail(_at, $"expected one of = != < <= > >= after \"{field}\", found {TextNames.Show(text[_at..])}");
        }
        SkipBlanks();
        int valueAt = _at;
        List<FilterValue> values = [];
        do
        {
            if (!TakeValue(out FilterValue value)) return false;
            values.Add(value);
        }
        while (Take(','));
        if (values.Count > 1 && comparison is not ("=" or "!="))
        {
            return Fail(valueAt, $"\"{comparison}\" compares with one value; a list needs = or !=");
        }
        FilterTerm? term = FilterTermBuilder.Build(field, fieldAt, comparison, values, out int errorAt,
            out string error);
        if (term is null) return Fail(errorAt, error);
        if (++_waiting > EventFilter.DepthMax - 1) return Fail(fieldAt, "nested too deeply");
        _program.Add(_terms.Count);
        _terms.Add(term);
        return true;
    }

    private bool TakeComparison(out string comparison)
    {
        comparison = "";
        foreach (string known in new[] { "!=", "<=", ">=", "=", "<", ">" })
        {
            if (string.CompareOrdinal(text, _at, known, 0, known.Length) != 0) continue;
            comparison = known;
            _at += known.Length;
            return true;
        }
        return false;
    }

    private bool TakeValue(out FilterValue value)
    {
        int start = _at;
        value = default;
        if (_at < text.Length && text[_at] == '"')
        {
            var quoted = new StringBuilder();
            for (_at++; _at < text.Length && text[_at] != '"'; _at++)
            {
                if (text[_at] == '\\' && _at + 1 < text.Length) _at++;
                quoted.Append(text[_at]);
            }
            if (_at >= text.Length) return Fail(start, "a text without its closing quote");
            _at++;
            value = new FilterValue(quoted.ToString(), start, true);
            return true;
        }
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not ('(' or ')' or ',' or '"')) _at++;
        value = new FilterValue(text[start.._at], start, false);
        return value.Text.Length > 0
            || Fail(start, "a value is missing; write an empty name as \"\" and quote blanks, commas and parentheses");
    }

    private void Emit(int operation)
    {
        _program.Add(operation);
        if (operation != EventFilter.Not) _waiting--;
    }

    private bool Take(char c)
    {
        if (_at >= text.Length || text[_at] != c) return false;
        _at++;
        return true;
    }

    // True at the end of the text.
    private bool SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        return _at >= text.Length;
    }

    private bool IsWord(string word)
    {
        SkipBlanks();
        int end = _at + word.Length;
        return string.CompareOrdinal(text, _at, word, 0, word.Length) == 0
            && (end >= text.Length || char.IsWhiteSpace(text[end]) || text[end] is '(' or ')');
    }

    private bool TakeWord(string word)
    {
        if (!IsWord(word)) return false;
        _at += word.Length;
        return true;
    }

    private bool Fail(int at, string message)
    {
        if (Error.Length == 0) Error = string.Create(CultureInfo.InvariantCulture, $"column {at + 1}: {message}");
        return false;
    }
}

/// <summary>One value of a comparison.</summary>
/// <param name="Text">Without its quotes.</param>
/// <param name="At">Where it stands in the expression.</param>
/// <param name="IsQuoted">True when it is text whatever it looks like.</param>
internal readonly record struct FilterValue(string Text, int At, bool IsQuoted);
