using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Findings;
using Replay.Core.Rules;
using Replay.Core.Systems;

namespace Replay.Cli.Scenarios;

/// <summary>
/// The words that an <c>#expect</c> line may have: a misspelt one must not look like a wrong outcome.
/// </summary>
internal static class ExpectationWords
{
    /// <summary>All keys, in the order in which TEXT.md has them.</summary>
    public static string[] Keys { get; } =
    [
        "rules", "device", "entry", "irq", "verdict", "nth", "end", "call", "error", "finding", "subject", "step", "at",
        "state", "has", "line", "count", "order", "policy",
    ];

    /// <summary>Keys that ask for something; the others say of what.</summary>
    public static string[] Asking { get; } = ["verdict", "end", "call", "finding", "state",
        "has", "line", "order", "policy"];

    private static readonly string[] Verdicts = Names(Enum.GetValues<Verdict>(), VerdictText.Name);
    private static readonly string[] Ends = Names(Enum.GetValues<EndVerdict>(), VerdictText.Name);

    /// <summary>Refuses a value that can never be met.</summary>
    /// <exception cref="ExpectationException">The key takes no such value.</exception>
    public static void Check(string key, string value, int column)
    {
        switch (key)
        {
            case "nth" or "entry" or "irq" or "count":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    throw new ExpectationException(column, $"{key} is a number, found \"{value}\"");
                break;
            case "verdict":
                int parenthesis = value.IndexOf('(', StringComparison.Ordinal);
                if (parenthesis >= 0 && !value.EndsWith(')'))
                    throw new ExpectationException(column, $"a parenthesis is not closed in \"{value}\"");
                Require("verdict", parenthesis < 0 ? value : value[..parenthesis], Verdicts, column);
                break;
            case "end": Require("end verdict", value, Ends, column); break;
            case "policy" when value != "none":
                try
                {
                    _ = RuleChoice.ForKernel(default).With(value);
                }
                catch (UnknownRuleException e)
                {
                    throw new ExpectationException(column, e.Message);
                }
                break;
            case "finding" when FindingCatalog.FindNamed(value) is null:
                Require("finding", value, FindingNames(), column);
                break;
        }
    }

    public static ExpectationException Unknown(int column, string sort, string word, IReadOnlyList<string> words) =>
        new(column, $"no {sort} \"{word}\"" + (Nearest.Find(word, words) is { } near
            ? $"; did you mean {near}?"
            : words.Count > 24 ? "" : $"; there are {string.Join(", ", words)}"));

    private static void Require(string sort, string word, string[] words, int column)
    {
        if (word != "none" && Array.IndexOf(words, word) < 0) throw Unknown(column, sort, word, words);
    }

    private static string[] FindingNames()
    {
        var names = new List<string>();
        foreach (FindingInfo info in FindingCatalog.All)
        {
            names.Add(info.Id);
            names.Add(info.Name);
        }
        return [.. names];
    }

    private static string[] Names<T>(T[] values, Func<T, string> name)
    {
        string[] names = new string[values.Length];
        for (int i = 0; i < names.Length; i++) names[i] = name(values[i]);
        return names;
    }
}
