using System;
using System.IO;
using System.Text;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public sealed class VerifyCommandTests : IDisposable
{
    // Two CPUs, each with one vector in use; an interrupt is activated and gets its vector on the one with more left.
    private const string Trace = """
        irqs 1
        @clock mono
        @kernel 6.1.0-50-amd64
        @cpus 2

        0.000000001 0 matrix_assign_system vector=32 online_maps=0 global_available=0 global_reserved=0 total_allocated=0
        0.000000002 0 matrix_assign_system vector=128 online_maps=0 global_available=0 global_reserved=0 total_allocated=0
        0.000000003 0 matrix_assign_system vector=50 online_maps=0 global_available=0 global_reserved=0 total_allocated=0
        0.000000004 0 matrix_online online_maps=1 global_available=201 global_reserved=0 total_allocated=0
        0.000000005 0 matrix_assign vector=48 cpu=0 online=1 available=200 allocated=1 managed=0 online_maps=1 global_available=200 global_reserved=0 total_allocated=1
        0.000000006 1 matrix_online online_maps=2 global_available=401 global_reserved=0 total_allocated=1
        1.000000001 0 matrix_reserve online_maps=2 global_available=401 global_reserved=1 total_allocated=1
        1.000000002 0 vector_reserve irq=40 ret=0
        1.000000003 0 vector_config irq=40 vector=239 cpu=0 apicdest=0x1
        1.000000004 0 vector_setup irq=40 is_legacy=0 ret=0
        2.000000001 0 vector_activate irq=40 is_managed=0 can_reserve=1 reserve=0
        2.000000002 0 matrix_alloc vector=33 cpu=1 online=1 available=200 allocated=1 managed=0 online_maps=2 global_available=400 global_reserved=0 total_allocated=2
        2.000000003 0 vector_alloc irq=40 vector=33 reserved=1 ret=0
        2.000000004 0 vector_update irq=40 vector=33 cpu=1 prev_vector=0 prev_cpu=0
        2.000000005 0 vector_config irq=40 vector=33 cpu=1 apicdest=0x2
        3.000000001 1 handler_entry irq=40 name=eth0
        3.000000002 1 handler_exit irq=40 ret=1

        """;

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("irqreplay-verify-").FullName,
        "trace.irqs");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public void Json_has_the_members_of_the_contract()
    {
        (int exit, string text) = Run(Trace, "--format", "json");
        Assert.Equal(0, exit);
        using JsonDocument json = JsonDocument.Parse(text);
        JsonElement root = json.RootElement;
        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        Assert.Equal(22, root.GetProperty("decisions").GetInt32());
        Assert.Equal(22, root.GetProperty("agreed").GetInt32());
        Assert.Equal(0, root.GetProperty("undetermined").GetInt32());
        JsonElement alloc = root.GetProperty("byKind").GetProperty("vectorAlloc");
        Assert.Equal("""{"decisions":2,"agreed":2,"undetermined":0}""", alloc.GetRawText());
        Assert.Equal(8, root.GetProperty("byKind").GetProperty("matrixCounters").GetProperty("agreed").GetInt32());
        Assert.Equal(1, root.GetProperty("byKind").GetProperty("deliveryCpu").GetProperty("agreed").GetInt32());
        Assert.Equal(0, root.GetProperty("disagreements").GetArrayLength());
        Assert.Equal("linux-6.1", root.GetProperty("rules").GetString());
    }

    [Fact]
    public void A_wrong_choice_is_named_with_what_was_expected_and_why()
    {
        string wrong = Trace.Replace("matrix_alloc vector=33 cpu=1",
            "matrix_alloc vector=39 cpu=1", StringComparison.Ordinal);
        (int exit, string text) = Run(wrong, "--format", "json");
        Assert.Equal(1, exit);
        using JsonDocument json = JsonDocument.Parse(text);
        JsonElement disagreement = Assert.Single(json.RootElement.GetProperty("disagreements").EnumerateArray());
        Assert.Equal(11, disagreement.GetProperty("event").GetInt64());
        Assert.Equal("vectorAlloc", disagreement.GetProperty("kind").GetString());
        Assert.Equal(40, disagreement.GetProperty("irq").GetInt32());
        Assert.Equal("vector 33 on CPU 1", disagreement.GetProperty("expected").GetString());
        Assert.Equal("vector 39 on CPU 1", disagreement.GetProperty("actual").GetString());
        Assert.Equal(
            "most available vectors, lowest CPU on a tie, first free bit; "
            + "available: 200 on CPU 0, 201 on CPU 1; candidates all",
            disagreement.GetProperty("because").GetString());
    }

    [Fact]
    public void A_real_change_of_the_kernel_is_named_once_and_followed()
    {
        // The kernel really took another vector: every record of the operation says so, and what
        // follows is right again.
        string other = Trace.Replace("vector=33", "vector=39", StringComparison.Ordinal);
        (int exit, string text) = Run(other, "--format", "json");
        Assert.Equal(1, exit);
        using JsonDocument json = JsonDocument.Parse(text);
        JsonElement disagreement = Assert.Single(json.RootElement.GetProperty("disagreements").EnumerateArray());
        Assert.Equal(11, disagreement.GetProperty("event").GetInt64());
    }

    [Fact]
    public void An_input_that_was_not_recorded_leaves_the_decision_open()
    {
        string caller = Trace.Replace("2.000000001 0 vector_activate irq=40 is_managed=0 can_reserve=1 reserve=0\n",
            "", StringComparison.Ordinal);
        (int exit, string text) = Run(caller, "--format", "json");
        Assert.Equal(0, exit);
        using JsonDocument json = JsonDocument.Parse(text);
        Assert.Equal(1,
            json.RootElement.GetProperty("byKind").GetProperty("vectorAlloc").GetProperty("undetermined").GetInt32());
        Assert.Equal(1,
            json.RootElement.GetProperty("undeterminedBy").GetProperty("caller").GetProperty("count").GetInt32());
    }

    [Fact]
    public void Text_is_as_reviewed()
    {
        string wrong = Trace.Replace("matrix_alloc vector=33 cpu=1",
            "matrix_alloc vector=39 cpu=1", StringComparison.Ordinal);
        (int exit, string text) = Run(wrong);
        Assert.Equal(1, exit);
        Golden.Check("verify", text);
    }

    [Fact]
    public void A_recording_without_decisions_says_so()
    {
        (int exit, string text) = Run("irqs 1\n@clock mono\n\n1.000000000 0 mark text=hello\n");
        Assert.Equal(0, exit);
        Assert.Contains("Nothing to verify", text, StringComparison.Ordinal);
    }

    private (int Exit, string Out) Run(string trace, params string[] args)
    {
        File.WriteAllText(_path, trace);
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var host = new CliHost { Out = output, Error = error, OpenIn = static () => Stream.Null };
        int exit = Program.Run(["verify", _path, .. args], host);
        Assert.Equal("", error.ToString());
        return (exit, Encoding.UTF8.GetString(output.ToArray()).Replace(Path.GetDirectoryName(_path) + "/",
            "", StringComparison.Ordinal));
    }
}
