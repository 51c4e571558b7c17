using System.Globalization;
using Replay.Core.WhatIf;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary>Where a replay departs from its recording because the user chose the rules, for people.</summary>
internal static class WhatIfText
{
    private const int IrqsShown = 8;

    public static void Write(ReportConsole console, WhatIfReport? whatIf, bool all)
    {
        if (whatIf is null) return;
        console.Line();
        foreach (Departure departure in whatIf.Departures) WriteDeparture(console, departure);
        if (whatIf.IsAsRecorded)
        {
            console.Line("As recorded: these rules decide nothing otherwise.", ReportConsole.Dim);
            return;
        }
        foreach ((string key, string words, long count) in WhatIfRows.Of(whatIf))
        {
            if (count != 0 && !WhatIfRows.IsCost(key))
                console.Line(
                    $"  {(key == "heldMaxNs" ? PlainText.Duration((ulong)count) : PlainText.Count(count))} {words}");
        }
        WriteIrqs(console, whatIf, all);
    }

    private static void WriteDeparture(ReportConsole console, Departure departure)
    {
        if (departure.Undecided > 0)
        {
            console.Line($"{departure.Name}: {PlainText.Count(departure.Undecided, "decision")} could not be taken "
                + "otherwise, what they depend on is not recorded.", ReportConsole.Warn);
        }
        if (departure.Count == 0) return;
        console.Line(string.Create(CultureInfo.InvariantCulture,
            $"Departs from the recording by {departure.Name}, {PlainText.Count(departure.Count, "time")}, "
            + $"first at event {departure.FirstEvent}, {PlainText.Seconds(departure.FirstTimeNs)} s"),
            departure.IsRepresentation ? ReportConsole.Dim : ReportConsole.Warn);
        console.Line("  " + departure.What, departure.IsRepresentation ? ReportConsole.Dim : null);
        if (!departure.IsRepresentation) console.Facts([("recorded", departure.Recorded), ("now", departure.Own)]);
    }

    private static void WriteIrqs(ReportConsole console, WhatIfReport whatIf, bool all)
    {
        Table table = ReportConsole.NewTable("!Interrupt", "At the end");
        int rows = 0, more = 0;
        foreach (WhatIfIrq irq in whatIf.Irqs)
        {
            if (!irq.Matters) continue;
            if (rows == IrqsShown && !all)
            {
                more++;
                continue;
            }
            rows++;
            string message = irq.Entry is { } entry ? string.Create(CultureInfo.InvariantCulture, $"[{entry}]") : "";
            string place = irq.Device is null ? "" : $", {irq.Device}{message}";
            table.AddRow(ReportConsole.Cell(string.Create(CultureInfo.InvariantCulture, $"irq {irq.Irq}{place}")),
                ReportConsole.Cell(irq.State));
        }
        if (rows > 0) console.Write(table);
        if (more > 0) console.Line($"… and {PlainText.Count(more)} more; --all lists them.", ReportConsole.Dim);
    }
}
