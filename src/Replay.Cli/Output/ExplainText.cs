using System.Globalization;
using Replay.Core.Findings;
using Replay.Core.Findings.Stories;
using Replay.Core.Rules;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>explain</c> for people.</summary>
internal static class ExplainText
{
    public static void WriteList(CliHost host)
    {
        using var console = new ReportConsole(host);
        Table table = ReportConsole.NewTable("!Code", "!Name", "!Severity", "Meaning");
        foreach (FindingInfo info in FindingCatalog.All)
        {
            table.AddRow(ReportConsole.Cell(info.Id), ReportConsole.Cell(info.Name),
                ReportConsole.Cell(Severities.Name(info.Severity)), ReportConsole.Cell(info.Meaning));
        }
        console.Write(table);
        console.Line("irqreplay explain CODE tells the story of one.");
    }

    public static void Write(FindingInfo info, Story? story, CliHost host)
    {
        using var console = new ReportConsole(host);
        console.Heading($"{info.Id} {info.Name} ({Severities.Name(info.Severity)})");
        console.Line(info.Meaning);
        if (story is not null) WriteStory(console, story);
        Section(console, "Look next", info.LookNext);
        console.Indented("irqreplay state FILE --at event:BLAME --irq N     the machine where the views parted");
        Section(console, "Source", info.Source);
        if (story is null) return;
        foreach (string address in story.Seen) console.Indented(address);
    }

    private static void WriteStory(ReportConsole console, Story story)
    {
        console.Line();
        console.Heading("What happens");
        Grid steps = ReportConsole.NewGrid(2);
        for (int i = 0; i < story.Steps.Count; i++)
        {
            string number = string.Create(CultureInfo.InvariantCulture, $"{i + 1}.");
            steps.AddRow(ReportConsole.Cell(number), ReportConsole.Cell(story.Steps[i]));
        }
        console.Write(steps);
        Section(console, "In a recording", story.Signature);
        Section(console, "Typical cause", story.Cause);
        Section(console, "Cure", story.Cure);
        if (story.Fix.Length > 0) Section(console, "Fix", story.Fix);
        if (story.Rules.Count == 0) return;
        console.Line();
        console.Heading("Reproduce");
        Grid rules = ReportConsole.NewGrid(2);
        foreach (string name in story.Rules)
            rules.AddRow(ReportConsole.Cell("--rules " + name),
                ReportConsole.Cell(RuleCatalog.FindSet(name)?.Meaning ?? ""));
        console.Write(rules);
    }

    private static void Section(ReportConsole console, string heading, string text)
    {
        console.Line();
        console.Heading(heading);
        console.Indented(text);
    }
}
