using System.IO;
using System.Text.Json;
using Replay.Cli.Tests.Captures;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Scenarios;

/// <summary>
/// Where the Hyper-V hibernation fix parts each interrupt, and which driver a recording shows (scenario A.7).
/// </summary>
public sealed class FixDiffTests
{
    private const string Before = "prefix:915cff7f38c5", After = "fix:915cff7f38c5";

    [Fact]
    public void Interrupts_part_at_the_steps_of_the_specification()
    {
        JsonElement diff = RunJson(1, "diff", Trace("a-hibernate"), "--left", Before, "--right", After);
        JsonElement first = diff.GetProperty("firstDivergence");
        Assert.Equal("suspend_resume action=CPU_OFF val=2 start=1", first.GetProperty("line").GetString());
        Assert.Equal("step 6", first.GetProperty("afterMark").GetString());
        Assert.Equal("CPU_OFF begin", first.GetProperty("step").GetString());

        JsonElement moved = Irq(diff, 41).GetProperty("parts"), stayed = Irq(diff, 40).GetProperty("parts");
        Assert.Equal(first.GetProperty("event").GetInt64(), moved.GetProperty("event").GetInt64());
        Assert.Contains("cache=1", moved.GetProperty("left").GetString());
        Assert.Contains("cache=0", moved.GetProperty("right").GetString());
        Assert.Equal("hv_bus_step device=0000:00:02.0 step=resume", stayed.GetProperty("line").GetString());
        Assert.StartsWith("map=0", stayed.GetProperty("left").GetString());
        Assert.StartsWith("map=1", stayed.GetProperty("right").GetString());
    }

    [Fact]
    public void What_recordings_would_show_is_counted()
    {
        JsonElement diff = RunJson(1, "diff", Trace("a-hibernate"), "--left", Before, "--right", After);
        Assert.Equal(
            """[{"source":"log","sort":"hv_pci hv_irq_unmask() failed","left":2,"right":0},{"source":"vpci","sort":"CREATE_INTERRUPT","left":4,"right":8},{"source":"vpci","sort":"DELETE_INTERRUPT","left":2,"right":6}]""",
            diff.GetProperty("lines").GetRawText());
    }

    [Fact]
    public void Two_recordings_part_at_the_marker_behind_the_step()
    {
        JsonElement diff = RunJson(1, "diff", Trace("a-capture-p"), Trace("a-capture-q"));
        Assert.Equal("in the state of irq 41 at the marker \"step 7\"",
            diff.GetProperty("firstDivergence").GetProperty("what").GetString());
        Assert.StartsWith("STUCK_MASKED+NO_MAPPING", Irq(diff, 41).GetProperty("left").GetString());
        Assert.StartsWith("NO_MAPPING", Irq(diff, 40).GetProperty("left").GetString());
        Assert.StartsWith("WORKING", Irq(diff, 41).GetProperty("right").GetString());
        Assert.StartsWith("WORKING", Irq(diff, 40).GetProperty("right").GetString());
    }

    [Fact]
    public void A_recording_of_the_unfixed_driver_is_replayed_as_such_unless_told_otherwise()
    {
        string file = Trace("a-capture-p");
        Assert.Equal(["NO_MAPPING", "STUCK_MASKED+NO_MAPPING"], Ends(RunJson(1, "replay", file)));
        Assert.Equal(["WORKING", "STUCK_MASKED"],
            Ends(RunJson(1, "replay", file, "--with", "hv.resumeRecreate=allDescriptors")));
        Assert.Equal(["WORKING", "WORKING"], Ends(RunJson(0, "replay", file, "--rules", "linux-6.12")));
        Assert.Equal(["WORKING", "WORKING"], Ends(RunJson(0, "replay", Trace("a-capture-q"))));

        // The fix would have helped.
        JsonElement diff = RunJson(1, "diff", file, "--right", After);
        Assert.StartsWith("STUCK_MASKED+NO_MAPPING", Irq(diff, 41).GetProperty("left").GetString());
        Assert.StartsWith("WORKING", Irq(diff, 41).GetProperty("right").GetString());
    }

    private static string Trace(string name) => Path.Combine(Folders.Traces, "scenarios", name + ".irqs");

    private static JsonElement RunJson(int exit, params string[] args)
    {
        (int code, string output, _) = RealCli.Run([.. args, "--format", "json"]);
        Assert.Equal(exit, code);
        return JsonDocument.Parse(output).RootElement.Clone();
    }

    private static JsonElement Irq(JsonElement diff, int number)
    {
        foreach (JsonElement irq in diff.GetProperty("irqs").EnumerateArray())
        {
            if (irq.GetProperty("irq").GetInt32() == number) return irq;
        }
        Assert.Fail($"irq {number} does not differ");
        return default;
    }

    private static string[] Ends(JsonElement report)
    {
        foreach (JsonElement system in report.GetProperty("systems").EnumerateArray())
        {
            if (system.GetProperty("name").GetString() != "linux") continue;
            JsonElement interrupts = system.GetProperty("interrupts");
            return [interrupts[0].GetProperty("verdict").GetString()!,
                interrupts[1].GetProperty("verdict").GetString()!];
        }
        return [];
    }
}
