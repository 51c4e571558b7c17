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

    private const string Keys = "rules, device, entry, irq, nth, verdict, end, call, error, finding, subject, step, state, order";

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

    /// <summary>Rules to replay under, as <c>--rules</c> and <c>--with</c> take them, commas between; empty for the kernel's.</summary>
    public string Rules => _values.GetValueOrDefault("rules", "");

    /// <summary>Which of the device's events, from 1; the last one when it is not said.</summary>
    public int? Nth => Number("nth");

    public int? Entry => Number("entry");

    public int? Irq => Number("irq");

    public string? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>Reads a line that starts with <see cref="Prefix"/>.</summary>
    /// <exception cref="FormatException">It is not in the form; the message says what is wrong.</exception>
    public static Expectation Parse(string line, int number)
    {
        string text = line[Prefix.Length..].Trim();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string word in Split(text))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new FormatException($"expected key=value, found \"{word}\"");
            string key = word[..equals];
            if (Array.IndexOf(Keys.Split(", "), key) < 0) throw new FormatException($"no key \"{key}\"; the keys are {Keys}");
            if (!values.TryAdd(key, word[(equals + 1)..].Trim('"'))) throw new FormatException($"{key} stands twice");
        }
        var expectation = new Expectation(number, text, values);
        if (!expectation.AsksSomething)
            throw new FormatException("nothing is expected; give verdict=, end=, call=, finding=, state= or order=");
        foreach (string key in (string[])["nth", "entry", "irq"])
        {
            if (values.TryGetValue(key, out string? value) && expectation.Number(key) is null)
                throw new FormatException($"{key} is a number, found \"{value}\"");
        }
        return expectation;
    }

    private bool AsksSomething => _values.ContainsKey("verdict") || _values.ContainsKey("end") || _values.ContainsKey("call")
        || _values.ContainsKey("finding") || _values.ContainsKey("state") || _values.ContainsKey("order");

    private int? Number(string key) =>
        _values.TryGetValue(key, out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value : null;

    /// <summary>Words with blanks between them; blanks inside quotes belong to the word.</summary>
    private static List<string> Split(string text)
    {
        var words = new List<string>();
        bool quoted = false;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '"') quoted = !quoted;
            if (i < text.Length && (text[i] != ' ' || quoted)) continue;
            if (i > start) words.Add(text[start..i]);
            start = i + 1;
        }
        if (quoted) throw new FormatException("a quote is not closed");
        return words;
    }
}
