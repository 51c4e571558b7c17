using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public class HistoryCommandTests
{
    /// <summary>
    /// irq 40 gives CPU 1 vector 33 up, irq 41 gets it; CPU 1 goes down with irq 41 on it, watched by probes only.
    /// </summary>
    private const string TwoOwners = """
        irqs 1
        @clock mono
        @cpus 2
        0.100 0 cpuhp_exit cpu=0 state=236 step=235 ret=0
        0.200 0 matrix_online online_maps=1 global_available=200 global_reserved=0 total_allocated=0
        0.300 1 matrix_online online_maps=2 global_available=400 global_reserved=0 total_allocated=0
        1.000 0 setup_irq irq=40 name=eth0
        +1us  0 matrix_alloc vector=33 cpu=1 online=1 available=199 allocated=1 managed=0 online_maps=2 global_available=399 global_reserved=0 total_allocated=1
        +1us  0 vector_alloc irq=40 vector=33 reserved=0 ret=0
        +1us  0 vector_update irq=40 vector=33 cpu=1 prev_vector=0 prev_cpu=0
        +1us  0 vector_config irq=40 vector=33 cpu=1 apicdest=0x2
        1.100 1 handler_entry irq=40 name=eth0
        +1us  1 handler_exit irq=40 ret=1
        +1us  1 handler_entry irq=40 name=eth0
        +1us  1 handler_exit irq=40 ret=1
        2.000 0 free_irq irq=40
        +1us  0 vector_deactivate irq=40 is_managed=0 can_reserve=1 reserve=0
        +1us  0 vector_clear irq=40 vector=33 cpu=1 prev_vector=0 prev_cpu=0
        +1us  0 matrix_free vector=33 cpu=1 online=1 available=200 allocated=0 managed=0 online_maps=2 global_available=400 global_reserved=0 total_allocated=0
        3.000 0 setup_irq irq=41 name=eth1
        +1us  0 matrix_alloc vector=33 cpu=1 online=1 available=199 allocated=1 managed=0 online_maps=2 global_available=399 global_reserved=0 total_allocated=1
        +1us  0 vector_update irq=41 vector=33 cpu=1 prev_vector=0 prev_cpu=0
        +1us  0 vector_config irq=41 vector=33 cpu=1 apicdest=0x2
        4.000 0 cpuhp_enter cpu=1 target=0 step=153 fun=takedown_cpu
        4.001 1 fixup_irqs
        4.002 1 apic_update_vector irq=41 vector=34 cpu=0
        4.003 1 lapic_offline
        4.004 0 cpuhp_exit cpu=1 state=92 step=153 ret=0
        """;

    [Fact]
    public void A_vector_has_its_owners_in_order_with_what_was_concluded_of_a_dying_cpu()
    {
        Assert.Equal(
        [
            "4 allocation free -> allocated | a driver requests the interrupt @3",
            "6 owner nobody -> irq 40 | a driver requests the interrupt @3",
            "8 delivered 2 interrupts to 10",
            "14 owner irq 40 -> nobody (shut down: one stray interrupt is silent) | a driver "
                + "gives the interrupt up @12",
            "15 allocation allocated -> free | a driver gives the interrupt up @12",
            "17 allocation free -> allocated | a driver requests the interrupt @16",
            "18 owner nobody (shut down: one stray interrupt is silent) -> irq 41 | a driver "
                + "requests the interrupt @16",
            "21 cpu online -> offline | CPU 1 going down @20",
            "22 owner irq 41 -> nobody | CPU 1 going down @20",
            "22 allocation allocated -> free | CPU 1 going down @20",
        ], Entries(RealCli.RunOn(TwoOwners, "history", "--vector", "1:33", "--format", "json")));
    }

    [Fact]
    public void An_interrupt_is_followed_off_a_dying_cpu()
    {
        Assert.Equal(
        [
            "18 place null -> vector 33 on CPU 1 | a driver requests the interrupt @16",
            "21 cpu CPU 1 online -> CPU 1 offline | CPU 1 going down @20",
            "22 place vector 33 on CPU 1 -> vector 34 on CPU 0 | CPU 1 going down @20",
        ], Entries(RealCli.RunOn(TwoOwners, "history", "--irq", "41", "--format", "json")));
    }

    [Theory]
    [InlineData("--to event:8", "4 6 8")]
    [InlineData("--from event:17", "17 18 21 22 22")]
    [InlineData("--from event:9 --to event:15", "8 14 15")]
    [InlineData("--from time:3.5", "21 22 22")]
    [InlineData("--to time:1.05", "4 6")]
    public void From_and_to_cut_what_is_listed_and_not_what_is_known(string options, string events)
    {
        (int code, string output, _) = RealCli.RunOn(
            TwoOwners, "history", ["--vector", "1:33", "--format", "json", .. options.Split(' ')]);
        Assert.Equal(0, code);
        var found = new List<string>();
        foreach (string line in Entries((code, output, "")))
            found.Add(line[..line.IndexOf(' ', StringComparison.Ordinal)]);
        Assert.Equal(events, string.Join(' ', found));
    }

    [Fact]
    public void A_leak_is_an_affinity_change_an_offline_and_a_completed_move()
    {
        Assert.Equal(
        [
            "10 owner nobody -> irq 40 | MSI-X is switched on for 0000:00:03.0 @7",
            "17 owner irq 40 -> irq 40 | null",
            "20 cpu online -> offline | CPU 1 going down @19",
            "23 owner irq 40 -> nobody | clean-up of the move @17",
        ], Entries(RealCli.Run("history", "traces/hazards/irq007-raises.irqs", "--vector",
            "1:33", "--format", "json")));
    }

    [Fact]
    public void A_remapping_entry_has_its_writers_and_its_stale_copy()
    {
        (int code, string output, _) = RealCli.Run("history", "traces/hazards/irq009-raises.irqs",
            "--irte", "16", "--format", "json");
        Assert.Equal(
        [
            "13 irte null -> present, vector 33 on CPU 1, source 00:03.0 | MSI-X is switched on for 0000:00:03.0 @7",
            "13 owner null -> irq 40 | MSI-X is switched on for 0000:00:03.0 @7",
            "19 irte present, vector 33 on CPU 1, source 00:03.0 -> present, vector 34 on CPU 0, "
                + "source 00:03.0 | affinity set to CPU 0 @15",
        ], Entries((code, output, "")));
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal("present, vector 34 on CPU 0, source 00:03.0; belongs to irq 40; "
            + "the hardware may still use the value of before", json.RootElement.GetProperty("now").GetString());
    }

    [Fact]
    public void An_amd_entry_is_named_by_its_device()
    {
        Assert.Equal(
        [
            "14 irte null -> enabled, vector 33 on CPU 1 | MSI-X is switched on for 0000:00:03.0 @8",
            "14 owner null -> irq 40 | MSI-X is switched on for 0000:00:03.0 @8",
            "22 irte enabled, vector 33 on CPU 1 -> enabled, vector 34 on CPU 0 | affinity set to CPU 0 @18",
            "23 cache enabled, vector 33 on CPU 1 -> enabled, vector 34 on CPU 0 | affinity set to CPU 0 @18",
        ], Entries(RealCli.Run("history", "traces/hazards/irq010-raises.irqs", "--irte",
            "00:03.0:3", "--format", "json")));
    }

    [Fact]
    public void A_device_entry_has_its_messages_masks_and_restores()
    {
        Assert.Equal(
        [
            "12 owner null -> irq 40 | MSI-X is switched on for 0000:00:03.0 @7",
            "12 message null -> 0xfee02000/0x21 (vector 33 on CPU 1) | MSI-X is switched on for 0000:00:03.0 @7",
            "12 mask null -> unmasked | MSI-X is switched on for 0000:00:03.0 @7",
            "13 enabled null -> on | MSI-X is switched on for 0000:00:03.0 @7",
            "13 mask unmasked -> masked | MSI-X is switched on for 0000:00:03.0 @7",
            "14 mask masked -> unmasked | start-up of the interrupt @14",
            "19 mask unmasked -> masked | CPU 1 going down @16",
            "21 message 0xfee02000/0x21 (vector 33 on CPU 1) -> 0xfee01000/0x22 (vector 34 on "
            + "CPU 0) | CPU 1 going down @16",
            "24 happening null -> the machine goes to sleep | null",
            "25 message 0xfee01000/0x22 (vector 34 on CPU 0) -> 0xfee01000/0x22 (vector 34 on CPU 0) | messages "
            + "of 0000:00:03.0 are restored from the kernel's cache @25",
            "26 happening null -> resume is over | null",
        ], Entries(RealCli.Run("history", "traces/hazards/irq001-raises.irqs", "--msix",
            "00:03.0:0", "--format", "json")));
    }

    [Fact]
    public void Text_is_as_reviewed()
    {
        (int code, string output, string error) = RealCli.Run("history",
            "traces/leak-pre/trace.dat", "--vector", "3:35");
        Assert.Equal(0, code);
        Assert.Equal("", error);
        Golden.Check("history", output);
    }

    [Fact]
    public void Json_has_its_members_in_their_order()
    {
        (_, string output, _) = RealCli.Run("history", "traces/hazards/irq005-raises.irqs", "--irq", "40", "--from",
            "event:21", "--format", "json");
        Assert.Equal(
            """
            {"schema":1,"what":"irq 40","seen":true,"dropped":0,"now":"vector 34 on CPU 0, unmasked","entries":[
            {"event":21,"timeNs":2200000000,"cpu":1,"change":"oldPlace","from":"vector 33 on CPU 1","to":"free",
            "text":"old place vector 33 on CPU 1: given back","reason":"clean-up of the move","blame":17},
            {"event":22,"timeNs":2300000000,"cpu":1,"change":"delivered","from":null,"to":"1 interrupt",
            "text":"1 interrupt on CPU 1, where it does not belong","reason":null,"blame":null,"count":1,"lastEvent":22,"lastTimeNs":2300000000}]}
            """.ReplaceLineEndings("") + "\n", output);
    }

    [Theory]
    [InlineData("--irq 99", "Nothing in this recording is about irq 99. It has the interrupts 40-41.")]
    [InlineData("--irte 5", "Nothing in this recording is about remapping entry 5.")]
    [InlineData("--irte 00:03.0:5", "Nothing in this recording is about remapping entry 5 of 00:03.0.")]
    [InlineData("--msix 00:03.0:5", "Nothing in this recording is about entry 5 of 0000:00:03.0.")]
    [InlineData("--vector 5:77", "Nothing in this recording is about vector 77 of CPU 5.")]
    public void What_the_recording_does_not_have_is_said(string options, string says)
    {
        (int code, string output, _) = RealCli.RunOn(TwoOwners, "history", options.Split(' '));
        Assert.Equal(0, code);
        Assert.Contains(says, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("",
        "history needs one thing to tell about: --irq N, --irte INDEX, --vector CPU:VECTOR or --msix DEVICE:ENTRY")]
    [InlineData("--irq 1 --irte 2", "history tells about one thing at a time")]
    [InlineData("--irq nvme0", "for example --irq 24")]
    [InlineData("--irq 131072", "an interrupt is a number")]
    [InlineData("--vector 35", "for example --vector 3:35 (or 3:0x23)")]
    [InlineData("--vector 3:256", "a vector is CPU:VECTOR")]
    [InlineData("--irte 65536", "a remapping entry is its index")]
    [InlineData("--irte 00:03:5", "for example --irte 00:03.0:5")]
    [InlineData("--msix 00:03.0", "for example --msix 0000:00:03.0:1")]
    [InlineData("--irq 1 --from end", "nothing comes after the end")]
    [InlineData("--irq 1 --from evnt:5", "did you mean --from \"event:5\"?")]
    [InlineData("--irq 1 --to event:900", "type --to event:24 or --to end")]
    [InlineData("--irq 1 --from event:900", "type --from event:24 or --from end")]
    [InlineData("--irq 1 --from event:20 --to event:5", "--from event:20 lies behind --to event:5")]
    [InlineData("--irq 1 --format sarif", "the formats here are text, json")]
    public void Wrong_values_say_what_to_type(string options, string says)
    {
        (int code, string output, string error) = RealCli.RunOn(TwoOwners, "history", options.Length == 0
            ? [] : options.Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.Equal("", output);
    }

    /// <summary>Each entry as <c>event change from -> to | reason @blame</c>.</summary>
    private static List<string> Entries((int Code, string Out, string Error) run)
    {
        Assert.Equal(0, run.Code);
        var lines = new List<string>();
        using JsonDocument json = JsonDocument.Parse(run.Out);
        foreach (JsonElement entry in json.RootElement.GetProperty("entries").EnumerateArray())
        {
            string head = $"{entry.GetProperty("event")} {entry.GetProperty("change").GetString()}";
            if (entry.TryGetProperty("lastEvent", out JsonElement last))
            {
                lines.Add($"{head} {entry.GetProperty("to").GetString()} to {last}");
                continue;
            }
            string blame = entry.GetProperty("blame").ValueKind == JsonValueKind.Null ? ""
                : string.Create(CultureInfo.InvariantCulture, $" @{entry.GetProperty("blame").GetInt64()}");
            lines.Add($"{head} {entry.GetProperty("from").GetString() ?? "null"} -> "
                + $"{entry.GetProperty("to").GetString() ?? "null"}"
                + $" | {entry.GetProperty("reason").GetString() ?? "null"}{blame}");
        }
        return lines;
    }
}
