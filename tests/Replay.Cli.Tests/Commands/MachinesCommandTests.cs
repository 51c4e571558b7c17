using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using Replay.Cli.Machines;
using Replay.Cli.Tests.Fakes;
using Replay.Formats;
using Xunit;

namespace Replay.Cli.Tests.Commands;

/// <summary><c>replay</c> of several recordings at once.</summary>
public sealed class MachinesCommandTests
{
    private const string Clean = "traces/hazards/irq007-near.irqs";
    private const string Leak = "traces/hazards/irq007-raises.irqs";
    private const string Big = "traces/leak-pre/trace.dat";

    [Fact]
    public void Members_are_sums_and_each_machine_has_its_own()
    {
        using JsonDocument all = Json(Clean, Leak, Big);
        JsonElement root = all.RootElement;
        JsonElement[] machines = [.. root.GetProperty("machines").EnumerateArray()];
        Assert.Equal([Clean, Leak, Big], machines.Select(Name));
        Assert.Equal(machines.Sum(m => m.GetProperty("events").GetInt64()), root.GetProperty("events").GetInt64());
        Assert.Equal(machines.Sum(m => m.GetProperty("findings").GetArrayLength()),
            root.GetProperty("findings").GetArrayLength());
        Assert.Equal(
            machines.Sum(m => m.GetProperty("interrupts").GetProperty("delivered").GetInt64()),
            root.GetProperty("interrupts").GetProperty("delivered").GetInt64());
        foreach (JsonElement machine in machines)
        {
            using var alone = JsonDocument.Parse(RealCli.Run("replay", Name(machine), "--format", "json").Out);
            Assert.Equal(alone.RootElement.GetProperty("digest").GetString(),
                machine.GetProperty("digest").GetString());
            Assert.Equal(alone.RootElement.GetProperty("findings").GetRawText(),
                machine.GetProperty("findings").GetRawText());
            Assert.Equal(alone.RootElement.GetProperty("rules").GetString(), machine.GetProperty("rules").GetString());
        }
        Assert.Contains(root.GetProperty("findings").EnumerateArray(),
            f => f.GetProperty("machine").GetString() == Leak);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("3")]
    [InlineData("16")]
    public void Lanes_do_not_show(string lanes)
    {
        string[] files = [Big, Clean, Leak, "traces/no-such-file", Leak, Big];
        (int oneCode, string one, string oneError) = RealCli.Run(["replay", .. files,
            "--lanes", "1", "--format", "json"]);
        (int code, string several, string error) = RealCli.Run(["replay", .. files, "--lanes",
            lanes, "--format", "json"]);
        Assert.Equal(oneCode, code);
        Assert.Equal(oneError, error);
        Assert.Equal(Timeless(one), Timeless(several));
    }

    [Fact]
    public void A_recording_that_cannot_be_read_does_not_hide_the_others()
    {
        (int code, string text, string error) = RealCli.Run("replay", Clean, "traces/no-such-file", Leak);
        Assert.Equal(ExitCodes.BadInput, code);
        Assert.Contains("no such file", error, StringComparison.Ordinal);
        Assert.Contains("3 machines", text, StringComparison.Ordinal);
        Assert.Contains("cannot be read", text, StringComparison.Ordinal);
        Assert.Contains("IRQ007", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_worst_comes_first_and_clean_ones_have_a_row_only()
    {
        (int code, string text, _) = RealCli.Run("replay", Clean, Leak);
        Assert.Equal(ExitCodes.Findings, code);
        Assert.True(text.IndexOf(Leak, StringComparison.Ordinal) < text.IndexOf(Clean, StringComparison.Ordinal));
        Assert.Equal(text.IndexOf(Clean, StringComparison.Ordinal), text.LastIndexOf(Clean, StringComparison.Ordinal));
        (_, string all, _) = RealCli.Run("replay", Clean, Leak, "--all");
        Assert.NotEqual(all.IndexOf(Clean, StringComparison.Ordinal), all.LastIndexOf(Clean, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--format", "sarif")]
    [InlineData("--why", "26")]
    public void What_is_about_one_recording_is_refused(string option, string value) =>
        Assert.Equal(ExitCodes.Usage, RealCli.Run("replay", Clean, Leak, option, value).Code);

    [Fact]
    public void Standard_input_is_one_of_them_at_most() =>
        Assert.Equal(ExitCodes.Usage, RealCli.Run("replay", "-", "-").Code);

    [Fact]
    public void Results_are_in_the_order_of_the_items_whoever_is_first()
    {
        int[] items = [.. Enumerable.Range(0, 200)];
        int[] results = ParallelWork.Map(items, 4, item =>
        {
            Thread.SpinWait((item * 7919) % 5000);
            return item * 2;
        });
        Assert.Equal(items.Select(i => i * 2), results);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Of_several_failures_the_one_of_the_first_item_is_thrown(int lanes)
    {
        var begun = new List<int>();
        var e = Assert.Throws<BadInputException>(() =>
            ParallelWork.Map([.. Enumerable.Range(0, 100)], lanes, int (item) =>
            {
                lock (begun) begun.Add(item);
                if (item == 10) Thread.Sleep(30);
                if (item >= 10) throw new BadInputException($"item {item}");
                return item;
            }));
        Assert.Equal("item 10", e.Message);
        Assert.True(begun.Count < 100);
    }

    private static JsonDocument Json(params string[] files) =>
        JsonDocument.Parse(RealCli.Run(["replay", .. files, "--format", "json"]).Out);

    private static string Name(JsonElement machine)
    {
        string name = machine.GetProperty("name").GetString()!;
        return name[name.IndexOf("traces/", StringComparison.Ordinal)..];
    }

    private static string Timeless(string json) =>
        System.Text.RegularExpressions.Regex.Replace(json, "\"(seconds|eventsPerSecond)\":(null|[0-9.eE+-]+)", "");
}
