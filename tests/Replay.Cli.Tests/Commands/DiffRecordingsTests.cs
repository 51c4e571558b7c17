using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using Replay.Cli.Tests.Captures;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Commands;

/// <summary>Two recordings of one workload.</summary>
public sealed class DiffRecordingsTests : IDisposable
{
    // The recordings of the two kernels differ in one event: the fixed one gives vector 33 back on the dying CPU.
    private const string Release = "2.101500000 1 free_moved_vector irq=40 vector=34 cpu=0 prev_vector=33 prev_cpu=1\n";
    private const string Leak = "2.200000000 0 send_cleanup_vector irq=40 vector=34 cpu=0 prev_vector=33 prev_cpu=1\n";

    private const string Trace = """
        irqs 1
        @clock mono
        @cpus 2

        1.000000000 0 matrix_online online_maps=1 global_available=200 global_reserved=0 total_allocated=1
        1.000100000 1 matrix_online online_maps=2 global_available=401 global_reserved=0 total_allocated=1
        1.010000000 0 msix_enable device=0000:00:03.0 min=1 max=1
        1.010001000 0 vector_reserve irq=40 ret=0
        1.010003000 0 vector_setup irq=40 is_legacy=0 ret=0
        1.010005000 0 vector_activate irq=40 is_managed=0 can_reserve=1 reserve=0
        1.010006000 0 vector_alloc irq=40 vector=33 reserved=1 ret=0
        1.010007000 0 vector_update irq=40 vector=33 cpu=1 prev_vector=0 prev_cpu=0
        1.010009000 0 msi_write irq=40 device=0000:00:03.0 entry=0 address=0xfee02000 data=0x21
        1.900000000 0 mark text="MARK 1 moved"
        2.000000000 0 vector_alloc irq=40 vector=34 reserved=0 ret=0
        2.000001000 0 vector_update irq=40 vector=34 cpu=0 prev_vector=33 prev_cpu=1
        2.050000000 0 mark text="MARK 2 offline"
        2.100000000 0 cpuhp_enter cpu=1 target=0 step=153 fun=takedown_cpu
        2.101000000 1 fixup_irqs
        2.102000000 1 lapic_offline
        2.103000000 0 cpuhp_exit cpu=1 state=92 step=153 ret=0
        2.150000000 0 mark text="MARK 3 fired"
        2.200001000 0 handler_entry irq=40 name=eth0
        2.200002000 0 handler_exit irq=40 ret=1

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("irqreplay-diff-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> AllTraces() => DiffRulesTests.AllTraces();

    [Fact]
    public void Json_has_the_members_of_the_contract()
    {
        (int exit, string text) = Run(Left(), Right(), "--format", "json");
        Assert.Equal(1, exit);
        using JsonDocument json = JsonDocument.Parse(text);
        JsonElement root = json.RootElement;
        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        Assert.False(root.GetProperty("same").GetBoolean());
        Assert.Equal(
            """{"event":12,"timeNs":2050000000,"what":"after the marker \"offline\"","left":"0 vectors given back at CPU offline","right":"1 vector given back at CPU offline"}""",
            root.GetProperty("firstDivergence").GetRawText());
        Assert.Equal(21, root.GetProperty("left").GetProperty("events").GetInt64());
        Assert.Equal(21, root.GetProperty("right").GetProperty("events").GetInt64());
        Assert.Equal(
            """[{"irq":40,"device":"0000:00:03.0","entry":0,"left":"IRQ007 VECTOR_LEAK","right":"1 given back at CPU offline"}]""",
            root.GetProperty("irqs").GetRawText());
        Assert.Equal("""{"leftMarkers":3,"rightMarkers":3,"paired":3,"confidence":"high"}""",
            root.GetProperty("alignment").GetRawText());
        Assert.Equal(
            """[{"marker":"offline","what":"given back at CPU offline","place":"0000:00:03.0[0]","left":0,"right":1}]""",
            root.GetProperty("givenBack").GetRawText());
        Assert.Equal(
            """[{"marker":"fired","what":"IRQ007","place":"0000:00:03.0[0]","left":1,"right":0}]""",
            root.GetProperty("findings").GetRawText());
    }

    [Fact]
    public void Text_is_as_reviewed()
    {
        (int exit, string text) = Run(Left(), Right());
        Assert.Equal(1, exit);
        Golden.Check("diff-recordings", text.Replace(_folder + "/", "", StringComparison.Ordinal));
    }

    [Fact]
    public void More_deliveries_at_other_times_are_only_timing()
    {
        string later = Trace.Replace("2.200001000 0 handler_entry", "2.200000500 0 handler_entry irq=40 name=eth0\n"
            + "2.200000600 0 handler_exit irq=40 ret=1\n2.200001000 0 handler_entry", StringComparison.Ordinal);
        (int exit, string text) = Run(Write("a", Trace),
            Write("b", later.Replace(" 2.1", " 2.10", StringComparison.Ordinal)));
        Assert.Equal(0, exit);
        Assert.Contains("Same: findings, interrupts and vectors in use agree.", text, StringComparison.Ordinal);
        Assert.Contains("Only timing, not counted above: 1 interrupt ran another number of times",
            text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_marker_more_does_not_shift_the_others()
    {
        string more = Trace.Replace("1.900000000 0 mark",
            "1.800000000 0 mark text=\"MARK 1 warm-up\"\n1.900000000 0 mark", StringComparison.Ordinal)
            .Replace("MARK 1 moved", "MARK 2 moved", StringComparison.Ordinal);
        (int exit, string text) = Run(Write("a", Trace), Write("b", more), "--format", "json");
        Assert.Equal(0, exit);
        using JsonDocument json = JsonDocument.Parse(text);
        Assert.Equal("""{"leftMarkers":3,"rightMarkers":4,"paired":3,"confidence":"medium"}""",
            json.RootElement.GetProperty("alignment").GetRawText());
    }

    [Theory]
    [MemberData(nameof(AllTraces))]
    public void A_recording_is_the_same_as_itself(string trace)
    {
        string path = Path.Combine(Folders.Traces, trace);
        (int exit, string text) = Run(path, path, "--format", "json");
        Assert.Equal(0, exit);
        using JsonDocument json = JsonDocument.Parse(text);
        Assert.True(json.RootElement.GetProperty("same").GetBoolean());
        Assert.Equal("""{"deliveries":0,"places":0}""", json.RootElement.GetProperty("timing").GetRawText());
    }

    [CaptureFact]
    public void The_pair_of_kernels_shows_what_the_fix_gives_back()
    {
        (int exit, string text) = Run(
            Path.Combine(Folders.Captures!, "leak-pre", "trace.dat"),
            Path.Combine(Folders.Captures!, "leak-post", "trace.dat"), "--format", "json");
        Assert.Equal(1, exit);
        using JsonDocument json = JsonDocument.Parse(text);
        JsonElement root = json.RootElement;
        Assert.Equal("""{"leftMarkers":229,"rightMarkers":230,"paired":229,"confidence":"high"}""",
            root.GetProperty("alignment").GetRawText());
        Assert.Equal("after the marker \"r1 offline cpu3\"",
            root.GetProperty("firstDivergence").GetProperty("what").GetString());
        Assert.Equal("14 vectors given back at CPU offline",
            root.GetProperty("firstDivergence").GetProperty("right").GetString());
        long left = 0, right = 0;
        foreach (JsonElement row in root.GetProperty("givenBack").EnumerateArray())
        {
            left += row.GetProperty("left").GetInt64();
            right += row.GetProperty("right").GetInt64();
        }
        Assert.Equal((0, 298), (left, right));
        var codes = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (JsonElement row in root.GetProperty("findings").EnumerateArray())
        {
            Assert.Equal(0, row.GetProperty("right").GetInt64());
            string code = row.GetProperty("what").GetString()!;
            codes[code] = codes.GetValueOrDefault(code) + row.GetProperty("left").GetInt64();
        }
        Assert.Equal([KeyValuePair.Create("IRQ007", 220L), KeyValuePair.Create("IRQ008", 41L)], codes);
        Assert.Equal(14, root.GetProperty("irqs").GetArrayLength());
    }

    private string Left() => Write("before.irqs",
        Trace.Replace("2.200001000 0 handler_entry", Leak + "2.200001000 0 handler_entry", StringComparison.Ordinal));

    private string Right() => Write("after.irqs",
        Trace.Replace("2.102000000 1 lapic", Release + "2.102000000 1 lapic", StringComparison.Ordinal));

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static (int Exit, string Out) Run(params string[] args)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var host = new CliHost { Out = output, Error = error, OpenIn = static () => Stream.Null };
        int exit = Program.Run(["diff", .. args], host);
        Assert.Equal("", error.ToString());
        return (exit, Encoding.UTF8.GetString(output.ToArray()));
    }
}
