using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Events;
using Replay.Core.Low;

namespace Replay.Formats.Text;

/// <summary>Names for error messages: what there is, and which of it was meant. Cold.</summary>
internal static class TextNames
{
    private const int ShownMax = 40;

    /// <summary>
    /// The found text in quotes, at most 40 characters, control characters escaped; <c>nothing</c> when empty.
    /// </summary>
    public static string Show(string text)
    {
        if (text.Length == 0) return "nothing";
        string kept = text.Length > ShownMax ? text[..ShownMax] : text;
        byte[] utf8 = Encoding.UTF8.GetBytes(kept);
        byte[] quoted = new byte[TextQuoting.QuotedBytesMax(utf8.Length)];
        string shown = Encoding.UTF8.GetString(quoted, 0, TextQuoting.Quote(utf8, quoted));
        return text.Length > ShownMax ? shown + "…" : shown;
    }

    public static string SuggestKind(string found)
    {
        var names = new List<string>();
        foreach (EventKindInfo info in EventSchema.All) names.Add(info.Name);
        return Suggest(found, names);
    }

    public static string SuggestOperand(EventKindInfo info, string found)
    {
        var names = new List<string>();
        foreach (EventOperand operand in info.Operands) names.Add(operand.Name);
        return Suggest(found, names);
    }

    public static string SuggestSymbol(EventOperand operand, string found) => Suggest(found, operand.Symbols);

    public static string DescribeOperands(EventKindInfo info)
    {
        if (info.Operands.Length == 0) return $"no operands after {info.Name}";
        var text = new StringBuilder("an operand of ").Append(info.Name).Append(':');
        foreach (EventOperand operand in info.Operands) text.Append(' ').Append(operand.Name).Append('=');
        return text.ToString();
    }

    public static string DescribeSymbols(EventOperand operand) => string.Join(", ", operand.Symbols);

    /// <summary><c>; did you mean "x"?</c> for the nearest name, empty when none is near.</summary>
    public static string Suggest(string found, IEnumerable<string> names)
    {
        if (found.Length is 0 or > 64) return "";
        string? best = null;
        // A third of the letters may be wrong; beyond that a suggestion is a guess.
        int bestDistance = Math.Max(2, found.Length / 3) + 1;
        foreach (string name in names)
        {
            int distance = Nearest.Distance(found, name);
            if (distance >= bestDistance) continue;
            bestDistance = distance;
            best = name;
        }
        return best is null ? "" : $"; did you mean \"{best}\"?";
    }
}
