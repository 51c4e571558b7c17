using System.Globalization;
using System.Text;

namespace Replay.Cli;

/// <summary>Small conversions to text for people.</summary>
internal static class PlainText
{
    /// <summary>
    /// The text with control and format characters replaced: names and markers come out of files that may be hostile,
    /// and a terminal obeys what it is sent.
    /// </summary>
    public static string Clean(string text)
    {
        int first = 0;
        while (first < text.Length && !IsUnsafe(text[first])) first++;
        if (first == text.Length) return text;
        var clean = new StringBuilder(text, 0, first, text.Length);
        for (int i = first; i < text.Length; i++) clean.Append(IsUnsafe(text[i]) ? '\uFFFD' : text[i]);
        return clean.ToString();
    }

    /// <summary>As <see cref="Clean"/>, but keeps the line breaks of our own messages.</summary>
    public static string CleanLines(string text)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++) lines[i] = Clean(lines[i]);
        return string.Join('\n', lines);
    }

    /// <summary>Seconds with nine decimals.</summary>
    public static string Seconds(ulong timeNs) => string.Create(CultureInfo.InvariantCulture,
        $"{timeNs / 1_000_000_000}.{timeNs % 1_000_000_000:D9}");

    /// <summary>A length of time in the unit that leaves one to three digits before the point.</summary>
    public static string Duration(ulong ns) => ns switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{ns / 1e9:0.##} s"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{ns / 1e6:0.##} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ns / 1e3:0.##} µs"),
    };

    /// <summary>A whole number in groups of three digits.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of things: <c>1 event</c>, <c>1,200 events</c>, <c>5 processes</c>.</summary>
    public static string Count(long value, string one) =>
        Count(value) + " " + (value == 1 ? one : one.EndsWith('s') ? one + "es" : one + "s");

    /// <summary>A part of a whole in per cent; empty when there is no whole.</summary>
    public static string Share(long part, long whole) => whole <= 0 ? "" :
        string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:F1} %");

    /// <summary>Events a second, in the unit that leaves one to three digits.</summary>
    public static string Rate(double perSecond) => perSecond switch
    {
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e6:F1} M events/s"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e3:F1} k events/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond:F0} events/s"),
    };

    private static bool IsUnsafe(char value) =>
        char.IsControl(value)
        || char.GetUnicodeCategory(value) is UnicodeCategory.Format or UnicodeCategory.LineSeparator;
}
