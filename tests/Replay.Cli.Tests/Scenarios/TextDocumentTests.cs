using System;
using System.IO;
using System.Text.RegularExpressions;
using Replay.Cli.Scenarios;
using Replay.Cli.Tests.Captures;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Scenarios;

/// <summary>
/// What TEXT.md tells a writer of scenarios is true: its first scenario, what it prints, its examples and keys.
/// </summary>
public sealed partial class TextDocumentTests
{
    private static readonly string Document = Path.Combine(Folders.Root, "src", "Replay.Formats", "Text", "TEXT.md");

    [Fact]
    public void The_first_scenario_prints_what_the_document_says()
    {
        string text = File.ReadAllText(Document);
        Match block = OutputBlock().Match(text);
        Assert.True(block.Success);
        string scenario = Scenarios(text)[0];
        string folder = Directory.CreateTempSubdirectory("irqreplay-test-").FullName;
        try
        {
            string file = Path.Combine(folder, "first.irqs");
            File.WriteAllText(file, scenario);
            (int code, string output, string error) = RealCli.Run("scenarios", file);
            Assert.Equal((0, ""), (code, error));
            string printed = string.Join('\n', Array.ConvertAll(output.TrimEnd().Split('\n'), line => line.TrimEnd()));
            string updated = text[..block.Index] + $"<!-- output: scenarios first.irqs -->\n```text\n{printed}\n```"
                + text[(block.Index + block.Length)..];
            if (Environment.GetEnvironmentVariable("IRQREPLAY_GOLDEN") == "update")
                File.WriteAllText(Document, updated);
            else Assert.Equal(updated, text);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Expectations_of_its_examples_are_read()
    {
        int lines = 0;
        foreach (string scenario in Scenarios(File.ReadAllText(Document)))
        {
            foreach (string line in scenario.Split('\n'))
            {
                if (!line.StartsWith(Expectation.Prefix, StringComparison.Ordinal)) continue;
                Assert.NotNull(Expectation.Parse(line, 1));
                lines++;
            }
        }
        Assert.True(lines >= 6);
    }

    [Fact]
    public void Every_key_has_its_row()
    {
        string text = File.ReadAllText(Document);
        string table = text[text.IndexOf("| key | says |", StringComparison.Ordinal)..text.IndexOf("## Filters",
            StringComparison.Ordinal)];
        foreach (string key in ExpectationWords.Keys) Assert.Contains($"`{key}`", table, StringComparison.Ordinal);
    }

    private static string[] Scenarios(string text)
    {
        string part = text[text.IndexOf("## Write a scenario", StringComparison.Ordinal)..];
        MatchCollection blocks = ScenarioBlock().Matches(part);
        string[] scenarios = new string[blocks.Count];
        for (int i = 0; i < scenarios.Length; i++) scenarios[i] = blocks[i].Groups[1].Value;
        return scenarios;
    }

    [GeneratedRegex(@"<!-- output: scenarios first.irqs -->\n```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex OutputBlock();

    [GeneratedRegex(@"```irqs\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ScenarioBlock();
}
