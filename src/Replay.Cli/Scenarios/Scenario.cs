using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Replay.Formats;

namespace Replay.Cli.Scenarios;

/// <summary>A trace in text form with what must come out of it.</summary>
internal sealed class Scenario
{
    private readonly byte[] _text;

    private Scenario(string name, string title, byte[] text, List<Expectation> expectations)
    {
        Name = name;
        Title = title;
        _text = text;
        Expectations = expectations;
    }

    /// <summary>File name without its ending: <c>d-backdoor-reset</c>.</summary>
    public string Name { get; }

    /// <summary>Its first comment.</summary>
    public string Title { get; }

    public IReadOnlyList<Expectation> Expectations { get; }

    /// <summary>
    /// Rules to replay under, in the order in which the expectations name them; the kernel's own when none do.
    /// </summary>
    public IReadOnlyList<string> RuleTexts
    {
        get
        {
            var texts = new List<string>();
            foreach (Expectation expectation in Expectations)
            {
                if (!texts.Contains(expectation.Rules)) texts.Add(expectation.Rules);
            }
            if (texts.Count == 0) texts.Add("");
            return texts;
        }
    }

    /// <exception cref="BadInputException">An expectation is not in the form.</exception>
    public static Scenario Read(string name, Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        byte[] text = bytes.ToArray();
        var expectations = new List<Expectation>();
        string title = "";
        int number = 0;
        foreach (ReadOnlySpan<char> row in Encoding.UTF8.GetString(text).AsSpan().EnumerateLines())
        {
            number++;
            string line = row.ToString();
            if (line.StartsWith(Expectation.Prefix, StringComparison.Ordinal))
                expectations.Add(Parse(name, line, number));
            else if (title.Length == 0 && line.StartsWith("# ", StringComparison.Ordinal)) title = line[2..].Trim();
        }
        return new Scenario(name, title, text, expectations);
    }

    public Recording Open() =>
        new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(
            new MemoryStream(_text, writable: false), Name);

    private static Expectation Parse(string name, string line, int number)
    {
        try
        {
            return Expectation.Parse(line, number);
        }
        catch (ExpectationException e)
        {
            throw new BadInputException(string.Create(CultureInfo.InvariantCulture,
                $"{name}: line {number}, column {e.Column}: {e.Message}"), e);
        }
    }
}
