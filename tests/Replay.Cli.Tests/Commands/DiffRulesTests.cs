using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using Replay.Cli.Tests.Captures;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Commands;

/// <summary>One recording under two sets of rules.</summary>
public sealed class DiffRulesTests
{
    private const string Without = "linux-6.1,prefix:a6c11c0a5235";
    private const string With = "linux-6.1,fix:a6c11c0a5235";

    private static readonly string LeakPre = Path.Combine(Folders.Traces, "leak-pre", "trace.dat");

    public static TheoryData<string> AllTraces()
    {
        var data = new TheoryData<string>();
        foreach (string pattern in (string[])["*.irqs", "*.dat"])
        {
            foreach (string file in Folders.TraceFiles(pattern)) data.Add(file);
        }
        return data;
    }

    [Theory]
    [InlineData("--left", Without, "--right", With)]
    [InlineData("--with", "cpu.forceCompleteFirst=yes")]
    [InlineData("--right", "fix:a6c11c0a5235")]
    public void The_fix_gives_back_every_vector_that_leaked(params string[] sides)
    {
        (int exit, JsonElement root) = RunJson([LeakPre, .. sides]);
        Assert.Equal(1, exit);
        Assert.False(root.GetProperty("same").GetBoolean());
        Assert.Equal(220, CountOf(root.GetProperty("left"), "IRQ007"));
        Assert.Equal(41, CountOf(root.GetProperty("left"), "IRQ008"));
        Assert.Equal(0, root.GetProperty("right").GetProperty("findings").GetArrayLength());
        JsonElement first = root.GetProperty("firstDivergence");
        Assert.Equal(29826, first.GetProperty("event").GetInt64());
        Assert.Equal(12390984320UL, first.GetProperty("timeNs").GetUInt64());
        Assert.Equal("cpu.forceCompleteFirst: CPU 3 goes offline with the move of irq 26 pending",
            first.GetProperty("what").GetString());
        Assert.Equal("vector 35 on CPU 3 stays allocated", first.GetProperty("left").GetString());
        Assert.Equal("vector 35 on CPU 3 is given back", first.GetProperty("right").GetString());
        Assert.Equal(20, root.GetProperty("irqs").GetArrayLength());
        Assert.Equal("""{"name":"vectors in use","cpu":null,"left":259,"right":39}""", LastInUse(root).GetRawText());
    }

    /// <summary>
    /// The same workload was recorded with and without the fix. What each recording predicts for the other kernel
    /// is what that kernel really did: 220 leaked vectors, and after them no room to take CPU 3 offline.
    /// </summary>
    [CaptureFact]
    public void Each_of_two_recordings_predicts_the_books_of_the_other()
    {
        string leakPre = Path.Combine(Folders.Captures!, "leak-pre", "trace.dat"),
            leakPost = Path.Combine(Folders.Captures!, "leak-post", "trace.dat");
        (int exit, JsonElement post) = RunJson(leakPost, "--right", "prefix:a6c11c0a5235");
        Assert.Equal(1, exit);
        Assert.Equal(0, post.GetProperty("left").GetProperty("findings").GetArrayLength());
        Assert.Equal(220, CountOf(post.GetProperty("right"), "IRQ007"));
        Assert.Equal(1, post.GetProperty("consequences").GetProperty("right").GetProperty("offlineRefused").GetInt64());
        (_, JsonElement pre) = RunJson(leakPre, "--right", "fix:a6c11c0a5235");
        Assert.Equal(0, CountOf(pre.GetProperty("right"), "IRQ007"));
        Assert.Equal(Books(pre, "left"), Books(post, "right"));
        Assert.Equal(Books(pre, "right")[^2..], Books(post, "left")[^2..]);
    }

    [Theory]
    [InlineData("d-backdoor-reset", "b8f02af096b1", 11, "0001:00:01.0[0],0001:00:01.0[1]")]
    [InlineData("a-hibernate", "915cff7f38c5", 27, "0000:00:02.0[1],0000:00:02.0[0]")]
    [InlineData("a-hibernate-tie", "915cff7f38c5", 25, "0000:00:02.0[1],0000:00:03.0[0],0000:00:02.0[0]")]
    public void A_scenario_parts_where_the_fix_acts_and_in_what_it_saves(string name, string fix,
        long firstEvent, string irqs)
    {
        string file = Path.Combine(Folders.Traces, "scenarios", name + ".irqs");
        (int exit, JsonElement root) = RunJson(file, "--left", "prefix:" + fix, "--right", "fix:" + fix);
        Assert.Equal(1, exit);
        Assert.Equal(firstEvent, root.GetProperty("firstDivergence").GetProperty("event").GetInt64());
        var places = new List<string>();
        foreach (JsonElement irq in root.GetProperty("irqs").EnumerateArray())
        {
            string device = irq.GetProperty("device").GetString()!;
            places.Add(irq.GetProperty("entry").ValueKind == JsonValueKind.Null
                ? device : $"{device}[{irq.GetProperty("entry").GetInt32()}]");
        }
        Assert.Equal(irqs, string.Join(',', places));
    }

    [Theory]
    [MemberData(nameof(AllTraces))]
    public void Equal_rules_are_the_same(string trace)
    {
        (int exit, JsonElement root) = RunJson(Path.Combine(Folders.Traces, trace), "--left", With, "--right", With);
        Assert.Equal(0, exit);
        Assert.True(root.GetProperty("same").GetBoolean());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("firstDivergence").ValueKind);
        Assert.Equal(0, root.GetProperty("irqs").GetArrayLength());
    }

    [Fact]
    public void What_no_probe_watched_is_not_the_same_either()
    {
        // The CPU goes down with a move pending, and nothing is recorded of what it does meanwhile.
        string raises = File.ReadAllText(Path.Combine(Folders.Traces, "hazards", "irq007-raises.irqs"));
        var text = new StringBuilder();
        foreach (string line in raises.Split('\n'))
        {
            if (!line.Contains(" fixup_irqs", StringComparison.Ordinal)
                && !line.Contains(" lapic_offline", StringComparison.Ordinal)
                && !line.Contains(" send_cleanup_vector", StringComparison.Ordinal))
            {
                text.Append(line).Append('\n');
            }
        }
        string path = Path.Combine(Directory.CreateTempSubdirectory("irqreplay-diff-").FullName, "trace.irqs");
        File.WriteAllText(path, text.ToString());
        (int exit, JsonElement root) = RunJson(path, "--with", "cpu.forceCompleteFirst=yes");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.Equal(2, exit);
        Assert.Equal(JsonValueKind.Null, root.GetProperty("same").ValueKind);
        Assert.Equal("""{"rule":"cpu.forceCompleteFirst","decisions":1}""",
            Assert.Single(root.GetProperty("undecided").EnumerateArray()).GetRawText());
    }

    [Fact]
    public void Without_a_side_there_is_nothing_to_compare()
    {
        (int exit, _, string error) = Run(LeakPre);
        Assert.Equal(2, exit);
        Assert.Contains("--right fix:a6c11c0a5235", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_as_reviewed()
    {
        (_, string text, _) = Run(LeakPre, "--left", Without, "--right", With);
        Golden.Check("diff-rules", text.Replace(LeakPre, "capture.dat", StringComparison.Ordinal));
    }

    /// <summary>Counters of a side, those of all CPUs last; a row that both sides share is not in it.</summary>
    private static List<string> Books(JsonElement root, string side)
    {
        var books = new List<string>();
        foreach (JsonElement row in root.GetProperty("state").GetProperty("counters").EnumerateArray())
        {
            JsonElement cpu = row.GetProperty("cpu");
            if (row.GetProperty("name").GetString() == "vectors available"
                && cpu.ValueKind == JsonValueKind.Number && cpu.GetInt32() == 0)
                continue;
            books.Add($"{row.GetProperty("name").GetString()} {cpu} {row.GetProperty(side)}");
        }
        return books;
    }

    private static JsonElement LastInUse(JsonElement root)
    {
        JsonElement last = default;
        foreach (JsonElement row in root.GetProperty("state").GetProperty("counters").EnumerateArray())
        {
            if (row.GetProperty("name").GetString() == "vectors in use") last = row;
        }
        return last;
    }

    private static int CountOf(JsonElement side, string code)
    {
        int count = 0;
        foreach (JsonElement finding in side.GetProperty("findings").EnumerateArray())
        {
            if (finding.GetProperty("code").GetString() == code) count++;
        }
        return count;
    }

    private static (int Exit, JsonElement Root) RunJson(params string[] args)
    {
        (int exit, string text, _) = Run([.. args, "--format", "json"]);
        return (exit, JsonDocument.Parse(text).RootElement);
    }

    private static (int Exit, string Out, string Error) Run(params string[] args)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var host = new CliHost { Out = output, Error = error, OpenIn = static () => Stream.Null };
        int exit = Program.Run(["diff", .. args], host);
        return (exit, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
