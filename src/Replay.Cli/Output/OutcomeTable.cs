using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Cli.Scenarios;
using Replay.Core.Systems;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary>
/// What became of each interrupt under each choice of rules, side by side: a column for each choice, named by a letter;
/// two lines for each interrupt, what it is worth at the end and what became of the device's events.
/// Columns that do not fit the width go into a further table.
/// </summary>
internal sealed class OutcomeTable
{
    /// <summary>Events of one cell; more are left to the states step by step.</summary>
    private const int EventsWidthMax = 40;

    private const int Gap = 2;

    private readonly IReadOnlyList<ScenarioRun> _runs;
    private readonly List<Row> _rows = [];

    public OutcomeTable(IReadOnlyList<ScenarioRun> runs)
    {
        _runs = runs;
        Collect();
        Join();
    }

    /// <summary>Name of a run's column: A, B …, Z, AA.</summary>
    public static string Letter(int run) =>
        run < 26 ? ((char)('A' + run)).ToString() : Letter((run / 26) - 1) + (char)('A' + (run % 26));

    /// <summary>The rules that the letters stand for, then the tables.</summary>
    public void Write(ReportConsole console)
    {
        for (int i = 0; i < _runs.Count; i++) console.Line($"  {Letter(i)}  {NameOf(_runs[i])}");
        if (_rows.Count == 0) return;
        int labels = 0;
        foreach (Row row in _rows) labels = Math.Max(labels, row.Label.Length);
        for (int first = 0; first < _runs.Count;)
        {
            int last = first, width = labels + Gap;
            while (last < _runs.Count && (last == first || width + ColumnWidth(last) + Gap <= console.Width))
                width += ColumnWidth(last++) + Gap;
            WriteColumns(console, first, last);
            first = last;
        }
    }

    /// <summary>Why interrupts do not work under one choice of rules, those with the same reason together.</summary>
    public void WriteReasons(ReportConsole console, int run)
    {
        var reasons = new List<(string Text, List<string> Labels)>();
        foreach (Row row in _rows)
        {
            if (row.Cells[run].End is not { } end || end.Verdict == EndVerdict.Working) continue;
            string since = end.Blame is { } blame
                ? string.Create(CultureInfo.InvariantCulture, $" since event {blame}") : "";
            string text = $"{VerdictText.Name(end.Verdict)}{since}{(end.Reason.Length == 0 ? "" : ": " + end.Reason)}";
            int at = reasons.FindIndex(each => each.Text == text);
            if (at < 0) reasons.Add((text, [row.Label]));
            else reasons[at].Labels.Add(row.Label);
        }
        foreach ((string text, List<string> labels) in reasons)
            console.Indented(
                $"{string.Join(", ", labels.Count > 8 ? [.. labels.GetRange(0, 8), "…"] : labels)}: {text}");
    }

    public static string NameOf(ScenarioRun run) => run.RuleText.Length == 0 ? run.Rules.ToString() : run.RuleText;

    private void WriteColumns(ReportConsole console, int first, int last)
    {
        var headings = new List<string> { "!Interrupt" };
        for (int i = first; i < last; i++) headings.Add(Letter(i));
        Table table = ReportConsole.NewTable([.. headings]);
        foreach (Row row in _rows)
        {
            var ends = new List<Text> { ReportConsole.Cell(row.Label) };
            var events = new List<Text> { ReportConsole.Cell("") };
            bool any = false;
            for (int i = first; i < last; i++)
            {
                Cell cell = row.Cells[i];
                ends.Add(ReportConsole.Cell(cell.EndText, SystemsText.StyleOf(cell.End)));
                events.Add(ReportConsole.Cell(cell.Events, ReportConsole.Dim));
                any |= cell.Events.Length > 0;
            }
            table.AddRow(ends);
            if (any) table.AddRow(events);
        }
        console.Write(table);
    }

    private int ColumnWidth(int run)
    {
        int width = 1;
        foreach (Row row in _rows)
            width = Math.Max(width,
                Math.Max(row.Cells[run].EndText.Length, Math.Min(row.Cells[run].Events.Length, EventsWidthMax)));
        return width;
    }

    private void Collect()
    {
        var places = new Dictionary<(string, int), Row>();
        for (int run = 0; run < _runs.Count; run++)
        {
            var events = new Dictionary<(string, int), List<string>>();
            foreach (InterruptVerdict end in _runs[run].Interrupts)
            {
                ref Cell cell = ref Place(places, end.Device, end.Entry, end.Irq).Cells[run];
                if (cell.End is null) cell = cell with { End = end };
            }
            foreach (EventVerdict each in _runs[run].Events)
            {
                Place(places, each.Device, each.Entry, each.Irq);
                if (!events.TryGetValue((each.Device, each.Entry), out List<string>? own))
                    events.Add((each.Device, each.Entry), own = []);
                own.Add(VerdictText.Describe(each));
            }
            foreach (((string, int) key, List<string> own) in events)
            {
                ref Cell cell = ref places[key].Cells[run];
                cell = cell with { Events = SystemsText.Shorten(own) };
            }
        }
    }

    private Row Place(Dictionary<(string, int), Row> places, string device, int entry, int? irq)
    {
        if (places.TryGetValue((device, entry), out Row? row)) return row;
        row = new Row(device, entry, irq, _runs.Count);
        places.Add((device, entry), row);
        _rows.Add(row);
        return row;
    }

    /// <summary>Neighbouring entries of a device that fare alike everywhere become one row.</summary>
    private void Join()
    {
        for (int i = _rows.Count - 1; i > 0; i--)
        {
            Row before = _rows[i - 1], row = _rows[i];
            if (!before.Precedes(row)) continue;
            before.LastEntry = row.LastEntry;
            _rows.RemoveAt(i);
        }
    }

    private readonly record struct Cell(InterruptVerdict? End, string Events)
    {
        public string EndText => End is null ? "-" : VerdictText.Name(End.Verdict);

        public bool IsLike(Cell other) => Events == other.Events && EndText == other.EndText
            && End?.Reason == other.End?.Reason && End?.Blame == other.End?.Blame;
    }

    private sealed class Row
    {
        private readonly string _device;
        private readonly int _entry;
        private readonly int? _irq;

        public Row(string device, int entry, int? irq, int runs)
        {
            (_device, _entry, _irq, LastEntry) = (device, entry, irq, entry);
            Cells = new Cell[runs];
            Array.Fill(Cells, new Cell(null, ""));
        }

        public Cell[] Cells { get; }

        /// <summary>Last entry that the row stands for.</summary>
        public int LastEntry { get; set; }

        public string Label => _entry == LastEntry
            ? string.Create(CultureInfo.InvariantCulture,
                $"{(_irq is { } irq ? $"irq {irq} " : "")}{_device}[{_entry}]")
            : string.Create(CultureInfo.InvariantCulture,
                $"{(_irq is { } first ? $"irq {first}-{first + LastEntry - _entry} " : "")}{_device}["
                + $"{_entry}-{LastEntry}]");

        public bool Precedes(Row next)
        {
            if (_device != next._device || LastEntry + 1 != next._entry || next._irq != _irq + (next._entry - _entry))
                return false;
            for (int i = 0; i < Cells.Length; i++)
            {
                if (!Cells[i].IsLike(next.Cells[i])) return false;
            }
            return true;
        }
    }
}
