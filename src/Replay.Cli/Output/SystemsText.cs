using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Systems;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary>What systems say, for people; <c>replay</c> and <c>scenarios</c> share it.</summary>
internal static class SystemsText
{
    private const int RowsShown = 24;

    /// <summary>Headings of <see cref="InterruptRows"/>.</summary>
    public static string[] InterruptHeadings { get; } =
        ["!Interrupt", "Events of the device", "!At the end", ">Blame", "Why"];

    /// <summary>The systems of a recording: interrupts with a verdict, failing calls, states step by step.</summary>
    public static void Write(ReportConsole console, IReadOnlyList<NamedSystem> systems, bool all)
    {
        foreach (NamedSystem named in systems)
        {
            SystemReport report = named.System.Report;
            if (report.Events.Count + report.Interrupts.Count + report.Calls.Count + report.States.Count == 0) continue;
            console.Line();
            console.Heading($"System {named.Name}");
            WriteInterrupts(console, report, all ? int.MaxValue : RowsShown);
            WriteCalls(console, report.Calls);
            WriteNotes(console, report.Lines);
            WriteStates(console, report.States, all ? int.MaxValue : RowsShown);
            WriteLines(console, report.Lines, all ? int.MaxValue : RowsShown / 2);
        }
    }

    /// <summary>A row for each interrupt that has a verdict of either sort.</summary>
    public static List<Text[]> InterruptRows(IReadOnlyList<EventVerdict> events,
        IReadOnlyList<InterruptVerdict> interrupts)
    {
        var rows = new List<Text[]>();
        var order = new List<(string Device, int Entry)>();
        var ends = new Dictionary<(string, int), InterruptVerdict>();
        var verdicts = new Dictionary<(string, int), List<string>>();
        foreach (InterruptVerdict end in interrupts)
        {
            if (ends.TryAdd((end.Device, end.Entry), end)) order.Add((end.Device, end.Entry));
        }
        foreach (EventVerdict each in events)
        {
            (string Device, int Entry) key = (each.Device, each.Entry);
            if (!verdicts.TryGetValue(key, out List<string>? own))
            {
                verdicts.Add(key, own = []);
                if (!ends.ContainsKey(key)) order.Add(key);
            }
            own.Add(VerdictText.Describe(each));
        }
        foreach ((string Device, int Entry) key in order)
            rows.Add(Row(key.Device, key.Entry, ends.GetValueOrDefault(key), verdicts.GetValueOrDefault(key)));
        return rows;
    }

    public static void WriteCalls(ReportConsole console, IReadOnlyList<FailingCall> calls)
    {
        foreach (FailingCall call in calls)
        {
            console.Indented(string.Create(CultureInfo.InvariantCulture,
                $"event {call.Event}: {call.Call}{(call.Device.Length == 0 ? "" : " of " + call.Device)} fails: "
                + $"{call.Error}{(call.Expected ? " (in a correct run too)" : "")}"));
        }
    }

    private static void WriteNotes(ReportConsole console, IReadOnlyList<TraceLine> lines)
    {
        foreach (TraceLine line in lines)
        {
            if (line.Source == TraceLine.Note)
                console.Line(string.Create(CultureInfo.InvariantCulture, $"  note: event {line.Event}: {line.Text}"),
                    ReportConsole.Warn);
        }
    }

    /// <summary>Lines of the log, packets and hypercalls that a recording of this would show.</summary>
    public static void WriteLines(ReportConsole console, IReadOnlyList<TraceLine> lines, int max)
    {
        Table table = ReportConsole.NewTable(">Event", "!Seen in", "What a recording would show");
        int count = 0;
        foreach (TraceLine line in lines)
        {
            if (line.Source == TraceLine.Note || ++count > max) continue;
            table.AddRow(ReportConsole.Number(line.Event.ToString(CultureInfo.InvariantCulture)),
                ReportConsole.Cell(line.Source), ReportConsole.Cell(line.Text));
        }
        if (count == 0) return;
        console.Write(table);
        WriteMore(console, count - max, "line");
    }

    public static void WriteStates(ReportConsole console, IReadOnlyList<StateLine> states, int max)
    {
        if (states.Count == 0) return;
        Table table = ReportConsole.NewTable(">Event", "!What", "Step", "State");
        for (int i = 0; i < states.Count && i < max; i++)
        {
            StateLine row = states[i];
            table.AddRow(ReportConsole.Number(row.Event.ToString(CultureInfo.InvariantCulture)),
                ReportConsole.Cell(row.Subject), ReportConsole.Cell(row.Step), ReportConsole.Cell(row.State));
        }
        console.Write(table);
        WriteMore(console, states.Count - max, "step");
    }

    private static void WriteInterrupts(ReportConsole console, SystemReport report, int max)
    {
        List<Text[]> rows = InterruptRows(report.Events, report.Interrupts);
        if (rows.Count == 0) return;
        Table table = ReportConsole.NewTable(InterruptHeadings);
        for (int i = 0; i < rows.Count && i < max; i++) table.AddRow(rows[i]);
        console.Write(table);
        WriteMore(console, rows.Count - max, "interrupt");
    }

    private static void WriteMore(ReportConsole console, int left, string name)
    {
        if (left > 0) console.Line($"… and {PlainText.Count(left, name)} more; --all lists them.", ReportConsole.Dim);
    }

    private static Text[] Row(string device, int entry, InterruptVerdict? end, List<string>? verdicts) =>
    [
        ReportConsole.Cell(end?.Irq is { } irq
            ? string.Create(CultureInfo.InvariantCulture, $"irq {irq} {device}[{entry}]")
            : string.Create(CultureInfo.InvariantCulture, $"{device}[{entry}]")),
        ReportConsole.Cell(verdicts is null ? "-" : Shorten(verdicts)),
        ReportConsole.Cell(end is null ? "-" : VerdictText.Name(end.Verdict), StyleOf(end)),
        ReportConsole.Number(end?.Blame is { } blame ? blame.ToString(CultureInfo.InvariantCulture) : "-"),
        ReportConsole.Cell(end?.Reason ?? ""),
    ];

    /// <summary>All of them in their order, a run of equal ones as one with its length.</summary>
    internal static string Shorten(List<string> verdicts)
    {
        var parts = new List<string>();
        for (int i = 0; i < verdicts.Count;)
        {
            int end = i + 1;
            while (end < verdicts.Count && verdicts[end] == verdicts[i]) end++;
            parts.Add(end - i == 1
                ? verdicts[i] : string.Create(CultureInfo.InvariantCulture, $"{verdicts[i]} × {end - i}"));
            i = end;
        }
        return parts.Count <= 8 ? string.Join(", ", parts) : string.Join(", ", parts.GetRange(0, 8)) + ", …";
    }

    internal static Style StyleOf(InterruptVerdict? end) => end?.Verdict switch
    {
        EndVerdict.Working => ReportConsole.Good,
        null or EndVerdict.NotAllocated => Style.Plain,
        _ => ReportConsole.Bad,
    };
}
