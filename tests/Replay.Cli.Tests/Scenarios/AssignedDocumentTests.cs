using System;
using System.IO;
using Replay.Cli.Tests.Captures;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Scenarios;

/// <summary>The scenarios that docs/ASSIGNED.md shows do what their #expect lines say.</summary>
public sealed class AssignedDocumentTests
{
    public static TheoryData<string> Blocks()
    {
        const string Start = "```irqs\n", End = "```";
        string text = File.ReadAllText(Path.Combine(Folders.Root, "docs", "ASSIGNED.md"));
        var blocks = new TheoryData<string>();
        foreach (string part in text.Split(Start).AsSpan(1))
            blocks.Add(part[..part.IndexOf(End, StringComparison.Ordinal)]);
        return blocks;
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_scenario_of_the_document_runs_as_it_says(string text)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            (int exit, string output, string errors) = RealCli.Run("scenarios", file);
            Assert.True(exit == 0, errors + output);
            Assert.Contains("expectations met", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
