using System;
using System.Collections.Generic;
using System.Globalization;

namespace Replay.Cli.Scenarios;

/// <summary>
/// One <c>#expect</c> line of a scenario: which rules, which row of the outcome, and what it must be. The form is
/// described in TEXT.md.
/// </summary>
internal sealed class Expectation
{
    /// <summary>First characters of the line.</summary>
    public const string Prefix = "#expect";

    private readonly Dictionary<string, string> _values;

    private Expectation(int line, string text, Dictionary<string, string> values)
    {
        Line = line;
        Text = text;
        _values = values;
    }

    /// <summary>Line of the file, from 1.</summary>
    public int Line { get; }

    /// <summary>The line without its prefix.</summary>
    public string Text { get; }

    /// <summary>
    /// Rules to replay under, as <c>--rules</c> and <c>--with</c> take them, commas between; empty for the kernel's.
    /// </summary>
    public string Rules => _values.GetValueOrDefault("rules", "");

    /// <summary>Which of the device's events, from 1; the last one when it is not said.</summary>
    public int? Nth => Number("nth");

    public int? Entry => Number("entry");

    public int? Irq => Number("irq");

    /// <summary>Lines that there must be; at least one when it is not said.</summary>
    public int? Count => Number("count");

    public string? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>Reads a line that starts with <see cref="Prefix"/>.</summary>
    /// <exception cref="ExpectationException">It is not in the form; the message says what is wrong,
    /// and where.</exception>
    public static Expectation Parse(string line, int number)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        int start = Prefix.Length;
        foreach (Range range in Split(line, start))
        {
            int column = range.Start.Value + 1;
            string word = line[range];
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new ExpectationException(column, $"expected key=value, found \"{word}\"");
            string key = word[..equals], value = word[(equals + 1)..].Trim('"');
            if (Array.IndexOf(ExpectationWords.Keys, key) < 0)
                throw ExpectationWords.Unknown(column, "key", key, ExpectationWords.Keys);
            if (!values.TryAdd(key, value)) throw new ExpectationException(column, $"{key} stands twice");
            ExpectationWords.Check(key, value, column + equals + 1);
        }
        if (!AsksSomething(values))
        {
            throw new ExpectationException(start + 1,
                "nothing is expected; give verdict=, end=, call=, finding=, state=, has=, line=, order= or policy=");
        }
        return new Expectation(number, line[Prefix.Length..].Trim(), values);
    }

    private static bool AsksSomething(Dictionary<string, string> values)
    {
        foreach (string key in ExpectationWords.Asking)
        {
            if (values.ContainsKey(key)) return true;
        }
        return false;
    }

    private int? Number(string key) =>
        _values.TryGetValue(key, out string? text)
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    /// <summary>Words with blanks between them; blanks inside quotes belong to the word.</summary>
    private static List<Range> Split(string text, int start)
    {
        var words = new List<Range>();
        bool quoted = false;
        int quote = 0;
        for (int i = start; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '"')
            {
                quoted = !quoted;
                quote = i;
            }
            if (i < text.Length && (text[i] is not (' ' or '\t') || quoted)) continue;
            if (i > start) words.Add(start..i);
            start = i + 1;
        }
        if (quoted) throw new ExpectationException(quote + 1, "a quote is not closed");
        return words;
    }
}
