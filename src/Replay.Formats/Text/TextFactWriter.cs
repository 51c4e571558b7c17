using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Replay.Formats.Text;

/// <summary>
/// Writes the <c>@</c> lines. Which fact stands where is fixed, not a matter of when it became known: what an opened
/// recording knows (source, clock, kernel, CPUs, wall clock) on top, what counting gives at the end. A fact of the top
/// that changed since is repeated at the end, where the last one counts.
/// </summary>
internal sealed class TextFactWriter
{
    private readonly string[] _top = new string[5];

    /// <summary>Lines at the top, the first ones of the text or of a machine's part included.</summary>
    public string WriteTop(RecordingInfo info, string heading)
    {
        var text = new StringBuilder();
        text.Append(heading).Append("@sealed\n");
        for (int i = 0; i < _top.Length; i++)
        {
            _top[i] = MakeTopFact(i, info);
            // Facts at their default need no line here; at the end they do, when they replace another value.
            if (!IsTopDefault(i, info)) text.Append(_top[i]);
        }
        return text.ToString();
    }

    /// <summary>Lines at the end: late facts, counts, losses and the seal.</summary>
    public string WriteEnd(RecordingInfo info, ImportReport report, TextTally tally)
    {
        var text = new StringBuilder();
        for (int i = 0; i < _top.Length; i++)
        {
            string now = MakeTopFact(i, info);
            if (now != _top[i]) text.Append(now);
        }
        if (info.RecordCount != tally.EventCount) Append(text, $"@records {info.RecordCount}\n");
        if (info.LostCount != tally.LostCount) Append(text, $"@lost {info.LostCount}\n");
        if (info.FirstTimeNs != tally.FirstTimeNs) text.Append("@first ").Append(Time(info.FirstTimeNs)).Append('\n');
        if (info.LastTimeNs != tally.LastTimeNs) text.Append("@last ").Append(Time(info.LastTimeNs)).Append('\n');
        WriteSources(text, info.Sources, tally.MakeSources());
        foreach (LossEntry entry in report.Entries)
        {
            Append(text, $"@loss {SeverityName(entry.Severity)} {entry.FirstOffset} {entry.Count} ");
            Append(text, $"{Quoted(entry.What)} {Quoted(entry.Expected)} {Quoted(entry.Found)}\n");
        }
        Append(text, $"@end {tally.EventCount}\n");
        return text.ToString();
    }

    public static string SeverityName(LossSeverity severity) => severity switch
    {
        LossSeverity.Note => "note",
        LossSeverity.Warning => "warning",
        _ => "data_loss",
    };

    private static void WriteSources(StringBuilder text, List<SourceCount> sources, List<SourceCount> derived)
    {
        if (AreSame(sources, derived)) return;
        if (sources.Count == 0)
        {
            text.Append("@count none\n");
            return;
        }
        foreach (SourceCount source in sources)
        {
            Append(text, $"@count {Word(source.Name)} {source.Count}");
            if (source.KindName.Length > 0) text.Append(' ').Append(Word(source.KindName));
            text.Append('\n');
        }
    }

    private static bool AreSame(List<SourceCount> left, List<SourceCount> right)
    {
        if (left.Count != right.Count) return false;
        for (int i = 0; i < left.Count; i++)
        {
            if (left[i] != right[i]) return false;
        }
        return true;
    }

    private static string MakeTopFact(int index, RecordingInfo info) => index switch
    {
        0 => $"@source {Word(SourceFormat(info))} {Word(info.SourceFile)} {info.SourceBytes}\n",
        1 => $"@clock {Word(info.Clock)}\n",
        2 => $"@kernel {Word(info.Kernel)}\n",
        3 => $"@cpus {info.CpuCount}\n",
        _ => $"@wall {info.WallOffsetNs?.ToString(CultureInfo.InvariantCulture) ?? TextSpec.None}\n",
    };

    private static bool IsTopDefault(int index, RecordingInfo info) => index switch
    {
        0 => SourceFormat(info) == TextSpec.FormatName && info.SourceFile.Length == 0 && info.SourceBytes == 0,
        1 => info.Clock.Length == 0,
        2 => info.Kernel.Length == 0,
        3 => info.CpuCount == 0,
        _ => info.WallOffsetNs is null,
    };

    private static string SourceFormat(RecordingInfo info) =>
        info.SourceFormat.Length > 0 ? info.SourceFormat : info.Format.Length > 0 ? info.Format : TextSpec.FormatName;

    private static string Time(ulong? timeNs)
    {
        if (timeNs is null) return TextSpec.None;
        Span<byte> digits = stackalloc byte[TextNumber.BytesMax];
        return Encoding.ASCII.GetString(digits[..TextNumber.WriteTime(timeNs.Value, digits)]);
    }

    private static string Word(string text) => Encoding.UTF8.GetString(TextQuoting.Encode(text, TextSpec.FactBytesMax));

    private static string Quoted(string text)
    {
        string word = Word(text);
        return word[0] == '"' ? word : $"\"{word}\"";
    }

    private static void Append(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture));
}
