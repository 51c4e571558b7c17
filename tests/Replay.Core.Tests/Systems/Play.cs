using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.Systems;
using Replay.Formats;
using Xunit;

namespace Replay.Core.Tests.Systems;

/// <summary>One scenario of traces/scenarios, replayed under one choice of rules.</summary>
internal sealed class Play
{
    private readonly List<(string Text, long Event)> _marks;

    private Play(SystemReport report, FindingTable findings, List<(string Text, long Event)> marks)
    {
        Report = report;
        Findings = findings;
        _marks = marks;
    }

    public SystemReport Report { get; }

    public FindingTable Findings { get; }

    /// <summary>
    /// Replays a scenario; <paramref name="rules"/> as <c>--rules</c> and <c>--with</c> take them, with commas between.
    /// </summary>
    public static Play Run(string scenario, string rules)
    {
        using Recording recording =
            new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(PathOf(scenario));
        RuleChoice choice = RuleChoice.Parse(rules, default);
        var replayer = new Replayer<Linux612, ParanoidProbe>(recording.Tables, choice: choice);
        var marks = new List<(string, long)>();
        long index = -1;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            for (int i = 0; i < batch.Length; i++)
            {
                if (batch[i].Kind == EventKind.Extension) continue;
                index++;
                if (batch[i].Kind == EventKind.Mark) marks.Add((ReadText(batch[i..]), index));
            }
            replayer.Replay(batch);
        }
        replayer.Finish();
        Assert.Empty(recording.Report.Entries);
        foreach (NamedSystem live in replayer.Systems.Live)
        {
            if (live.Name == "linux") return new Play(live.System.Report, replayer.Findings, marks);
        }
        throw new InvalidOperationException(scenario + " has no system");
    }

    /// <summary>State of a part at a mark: its last change until then.</summary>
    public string State(string subject, string mark)
    {
        long at = EventOf(mark);
        string state = "none";
        foreach (StateLine line in Report.States)
        {
            if (line.Event <= at && line.Subject == subject) state = line.State;
        }
        return state;
    }

    /// <summary>One word of an interrupt's state at a mark: <c>cache</c> of <c>cache=1</c>.</summary>
    public string Word(string subject, string mark, string key)
    {
        foreach (string word in State(subject, mark).Split(' '))
        {
            if (word.StartsWith(key + "=", StringComparison.Ordinal)) return word[(key.Length + 1)..];
        }
        return "";
    }

    /// <summary>Verdicts of an entry's events, in order, one blank between.</summary>
    public string Verdicts(string device, int entry, int skip = 0)
    {
        var texts = new List<string>();
        foreach (EventVerdict row in Report.Events)
        {
            if (row.Device == device && row.Entry == entry) texts.Add(VerdictText.Describe(row));
        }
        return string.Join(" ", texts.GetRange(skip, texts.Count - skip));
    }

    public string End(int irq)
    {
        foreach (InterruptVerdict row in Report.Interrupts)
        {
            if (row.Irq == irq) return VerdictText.Name(row.Verdict);
        }
        return "none";
    }

    /// <summary>Failing calls as <c>call:error[:expected]</c>, those of one call only where it is named.</summary>
    public List<string> Calls(string? call = null)
    {
        var texts = new List<string>();
        foreach (FailingCall row in Report.Calls)
        {
            if (call is null || row.Call == call)
                texts.Add($"{row.Call}:{row.Error}{(row.Expected ? ":expected" : "")}");
        }
        return texts;
    }

    /// <summary>Number of lines of a source that hold a text, up to a mark where one is named.</summary>
    public int CountLines(string source, string text, string? from = null, string? until = null)
    {
        long first = from is null ? 0 : EventOf(from);
        long last = until is null ? long.MaxValue : EventOf(until);
        int count = 0;
        foreach (TraceLine line in Report.Lines)
        {
            if (line.Event >= first && line.Event <= last && line.Source == source
                && line.Text.Contains(text, StringComparison.Ordinal))
                count++;
        }
        return count;
    }

    /// <summary>First state in which one part differs in two plays: the event, and both states.</summary>
    public static (long Event, string Left, string Right)? FirstDivergence(Play left, Play right, string subject)
    {
        List<StateLine> one = left.LinesOf(subject), other = right.LinesOf(subject);
        for (int i = 0; i < Math.Max(one.Count, other.Count); i++)
        {
            if (i < one.Count && i < other.Count && one[i].Event == other[i].Event && one[i].State == other[i].State)
                continue;
            long a = i < one.Count ? one[i].Event : long.MaxValue, b = i < other.Count ? other[i].Event : long.MaxValue;
            long at = Math.Min(a, b);
            return (at, a == at ? one[i].State : i > 0 ? one[i - 1].State : "none", b == at ? other[i].State
                : i > 0 ? other[i - 1].State : "none");
        }
        return null;
    }

    public long EventOf(string mark)
    {
        foreach ((string text, long index) in _marks)
        {
            if (text == mark) return index;
        }
        throw new InvalidOperationException("no mark " + mark);
    }

    private List<StateLine> LinesOf(string subject)
    {
        var lines = new List<StateLine>();
        foreach (StateLine line in Report.States)
        {
            if (line.Subject == subject) lines.Add(line);
        }
        return lines;
    }

    private static string ReadText(ReadOnlySpan<IrqEvent> at)
    {
        Span<byte> utf8 = stackalloc byte[EventText.LengthMax];
        return System.Text.Encoding.UTF8.GetString(utf8[..EventText.Read(at, utf8)]);
    }

    public static string PathOf(string scenario, [CallerFilePath] string caller = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(caller)!, "..", "..", "..", "traces", "scenarios",
            string.Create(CultureInfo.InvariantCulture, $"{scenario}.irqs")));
}
