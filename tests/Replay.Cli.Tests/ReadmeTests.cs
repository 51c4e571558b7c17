using System;
using System.Collections.Generic;
using System.IO;
using System.Text.RegularExpressions;
using Replay.Cli.Tests.Captures;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests;

/// <summary>
/// What README shows is what the program prints: each block behind an <c>output:</c> comment is compared with a run of
/// that command on a terminal of 120 columns. Times differ from run to run and are masked.
/// </summary>
public partial class ReadmeTests
{
    [Fact]
    public void Outputs_in_README_are_what_the_commands_print()
    {
        string path = Path.Combine(Folders.Root, "README.md");
        string text = File.ReadAllText(path);
        MatchCollection blocks = OutputBlock().Matches(text);
        Assert.NotEmpty(blocks);
        string updated = OutputBlock().Replace(text, block =>
            $"<!-- output: {block.Groups[1].Value} -->\n```text\n{Run(block.Groups[1].Value.Split(' '))}```");
        if (Environment.GetEnvironmentVariable("IRQREPLAY_GOLDEN") == "update")
        {
            File.WriteAllText(path, updated);
            return;
        }
        Assert.Equal(Mask(updated), Mask(text));
    }

    [Fact]
    public void Files_that_documents_link_to_exist()
    {
        var missing = new List<string>();
        foreach (string document in (string[])["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "traces/README.md"])
        {
            string path = Path.Combine(Folders.Root, document);
            foreach (Match link in Link().Matches(File.ReadAllText(path)))
            {
                string target = Path.Combine(Path.GetDirectoryName(path)!, link.Groups[1].Value);
                if (!File.Exists(target) && !Directory.Exists(target))
                    missing.Add(document + ": " + link.Groups[1].Value);
            }
        }
        Assert.Empty(missing);
    }

    private static string Run(string[] args)
    {
        (_, string text, string error) = RealCli.RunOnTerminal(120, args);
        Assert.Equal("", error);
        return string.Join('\n', Array.ConvertAll(text.Split('\n'), line => line.TrimEnd()));
    }

    private static string Mask(string text) => Timing().Replace(text, "T s, R events/s");

    [GeneratedRegex(@"<!-- output: (.+?) -->\n```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex OutputBlock();

    [GeneratedRegex(@"[\d.]+ s, [\d.,]+ [kMG]? ?events/s")]
    private static partial Regex Timing();

    [GeneratedRegex(@"\]\(([^)#:]+)\)")]
    private static partial Regex Link();
}
