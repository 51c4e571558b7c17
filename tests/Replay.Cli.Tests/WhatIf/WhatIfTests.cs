using System;
using System.IO;
using System.Text;
using System.Text.Json;
using Replay.Cli.Tests.Captures;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.WhatIf;
using Replay.Formats.Tests;
using Xunit;

namespace Replay.Cli.Tests.WhatIf;

/// <summary>
/// Each rule on a recording of a few lines: where the two sides part, with which inputs, and what follows. On all other
/// recordings the rule changes nothing.
/// </summary>
public sealed class WhatIfTests
{
    [Fact]
    public void Without_reservation_the_message_that_finds_no_vector_is_refused_at_allocation()
    {
        TraceText trace = new(cpus: 2, available: 1);
        for (int irq = 40; irq < 44; irq++) trace.Allocate(irq);
        trace.Request(40, cpu: 0, vector: 0x21 + 201).Arrive(40, 0);
        JsonElement diff = Diff(trace, "vector.reservation=off");
        AssertFirst(diff, "vector.reservation: irq 40", "available 1 on CPU 0, 1 on CPU 1",
            "a reservation, no vector yet", "CPU 0 vector");
        Assert.Equal(2, Consequence(diff, "allocationsRefused"));
        Assert.Contains("irq 42", Right(diff).GetProperty("firstRefusal").GetProperty("what").GetString(),
            StringComparison.Ordinal);
        Assert.Equal("not there: its allocation was refused (-ENOSPC), IRQ008 VECTOR_EXHAUSTED",
            OutcomeOf(diff, 42, "right"));
        Assert.Equal("not there: its allocation was refused (-ENOSPC), IRQ008 VECTOR_EXHAUSTED",
            OutcomeOf(diff, 43, "right"));
        Assert.Equal(2, diff.GetProperty("findings").GetProperty("onlyRight").GetInt32());
        Assert.Equal(2, Rule(diff, "vector.reservation").GetProperty("decisions").GetInt64() - 2);
    }

    [Fact]
    public void A_refused_interrupt_misses_what_was_recorded_of_it()
    {
        TraceText trace = new(cpus: 1, available: 1);
        trace.Allocate(40).Allocate(41).Request(41, 0, 0x21 + 201).Arrive(41, 0).Arrive(41, 0);
        JsonElement diff = Diff(trace, "vector.reservation=off");
        Assert.Equal(2, Consequence(diff, "arrivalsMissed"));
        Assert.StartsWith("not there: its allocation was refused (-ENOSPC), 2 arrivals not handled",
            OutcomeOf(diff, 41, "right"), StringComparison.Ordinal);
        Assert.Equal(0, diff.GetProperty("right").GetProperty("interrupts").GetProperty("delivered").GetInt64());
    }

    [Fact]
    public void Vectors_that_are_not_reserved_leave_none_to_set_aside()
    {
        TraceText trace = new(cpus: 2, available: 1);
        trace.Allocate(40).Allocate(41).AllocateManaged(42, cpu: 1, vector: 0x21 + 201);
        JsonElement diff = Diff(trace, "vector.reservation=off");
        Assert.Equal(1, Consequence(diff, "allocationsRefused"));
        Assert.Contains("No managed vector could be set aside for irq 42: available 0 on CPU 0, 0 on CPU 1",
            Right(diff).GetProperty("firstRefusal").GetProperty("what").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("not there", OutcomeOf(diff, 42, "right"), StringComparison.Ordinal);
        Assert.Null(Counter(diff, "vectors available", 1)); // Taken by irq 41 here, set aside there.
    }

    /// <summary>
    /// A thousand moves, each with an old place that a timer gives back: nothing is made for any of them.
    /// </summary>
    [Fact]
    public void Departing_and_coming_back_allocates_nothing()
    {
        TraceText trace = Started();
        for (int i = 0; i < 1000; i++)
        {
            int from = i & 1, to = 1 - from;
            trace.Line(0, $"irq_set_affinity irq=40 mask=0x{1 << to:x} force=0").Move(from, 40, from, 33, to, 33,
                1UL << to).Arrive(40, from)
                .CleanUp(40, from, 33, to, 33).Arrive(40, to).Wait(10_000);
        }
        string path = Path.Combine(Directory.CreateTempSubdirectory("irqreplay-whatif-").FullName, "trace.irqs");
        File.WriteAllText(path, trace.ToString());
        TraceReplay read = TraceReplay.Read(path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        RuleChoice recorded = RuleChoice.For("linux-6.1");
        WhatIfRules rules = WhatIfRules.From(recorded.With("vector.cleanup=timer"), recorded,
            static rule => rule == "vector.cleanup");
        int middle = read.EventStart(read.Events.Length / 2);
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            var guided = new GuidedKernel(rules);
            var replayer = new Replayer<Linux61, WhatIfProbe>(read.Tables, probe: new WhatIfProbe(guided));
            replayer.Replay(read.Events.AsSpan(..middle));
            long before = GC.GetAllocatedBytesForCurrentThread();
            replayer.Replay(read.Events.AsSpan(middle..));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.InRange(guided.Report().Totals.Held, 999, 1000);
            return allocated;
        }));
    }

    [Fact]
    public void Without_remapping_a_move_waits_for_the_next_arrival_and_the_old_vector_for_the_one_after()
    {
        TraceText trace = Moved(remapping: true).CleanUp(40, 0, 33, 1, 33);
        JsonElement diff = Diff(trace, "ir.host=off");
        AssertFirst(diff, "ir.host: irq 40", "on CPU 0 is to move to CPU 1", "moved at once to CPU 1 vector 33",
            "waits for its next arrival");
        Assert.Equal("CPU 0, affinity 1 waits for its next arrival", OutcomeOf(diff, 40, "right"));

        trace.Arrive(40, 1);
        diff = Diff(trace, "ir.host=off");
        Assert.Equal(1, Consequence(diff, "deferred"));
        Assert.Equal(1, Consequence(diff, "messageWrites"));
        Assert.Equal(JsonValueKind.Array, diff.GetProperty("irqs").ValueKind);
        Assert.Equal(0, diff.GetProperty("irqs").GetArrayLength());
        // The old one is held until it arrives again.
        Assert.Equal("vectors in use 0 0 1", Counter(diff, "vectors in use", 0));

        trace.Wait(50_000).Arrive(40, 1);
        diff = Diff(trace, "ir.host=off");
        Assert.Equal(1, Consequence(diff, "held"));
        Assert.InRange(Consequence(diff, "heldMaxNs"), 50_000_000, 51_000_000);
        Assert.Equal(0, diff.GetProperty("state").GetProperty("counters").GetArrayLength());
    }

    [Fact]
    public void With_remapping_a_move_that_waited_is_carried_out_at_once()
    {
        TraceText trace = Started().Line(0, $"irq_set_affinity irq=40 mask=0x2 force=0");
        JsonElement diff = Diff(trace, "ir.host=on");
        AssertFirst(diff, "ir.host: irq 40", "on CPU 0 is to move to CPU 1",
            "waits for its next arrival", "moved at once");
        Assert.Equal("CPU 0", OutcomeOf(diff, 40, "left"));
        Assert.Equal("CPU 1", OutcomeOf(diff, 40, "right"));

        trace.Move(0, 40, 0, 33, 1, 33, 0x2).Arrive(40, 0).Wait(1000).CleanUp(40, 0, 33, 1, 33).Arrive(40, 1);
        diff = Diff(trace, "ir.host=on");
        Assert.Equal(0, diff.GetProperty("irqs").GetArrayLength());
        Assert.Equal(0, diff.GetProperty("state").GetProperty("irqs").GetInt32());
        Assert.Equal(1, Consequence(diff, "entryWrites"));
        Assert.Equal(0, Consequence(diff, "messageWrites"));
    }

    [Fact]
    public void A_timer_holds_the_old_vector_for_a_jiffy()
    {
        TraceText trace = Started().Line(0, $"irq_set_affinity irq=40 mask=0x2 force=0")
            .Move(0, 40, 0, 33, 1, 33, 0x2).Arrive(40, 0)
            .CleanUp(40, 0, 33, 1, 33).Arrive(40, 1);
        JsonElement diff = Diff(trace, "vector.cleanup=timer");
        AssertFirst(diff, "vector.cleanup: irq 40", "its old CPU 0 vector 33 is to be given back",
            "given back by an IPI at once",
            "in the next jiffy");
        Assert.Equal("vectors in use 0 0 1", Counter(diff, "vectors in use", 0));
        diff = Diff(trace.Wait(5_000).Line(1, $"irq_startup irq=90"), "vector.cleanup=timer");
        Assert.Equal(1, Consequence(diff, "held"));
        Assert.Null(Counter(diff, "vectors in use", 0));
        Assert.Equal("vectors available 1 200 201", Counter(diff, "vectors available", 1)); // 0x20 is a device vector.
    }

    [Fact]
    public void A_request_while_the_timer_runs_is_busy_and_waits()
    {
        TraceText trace = Moved(remapping: true).CleanUp(40, 0, 33, 1, 33)
            .Line(0, $"irq_set_affinity irq=40 mask=0x1 force=0")
            .Move(0, 40, 1, 33, 0, 34, 0x1);
        JsonElement diff = Diff(trace, "vector.cleanup=timer");
        Assert.Equal(1, Consequence(diff, "busy"));
        Assert.StartsWith("CPU 1, affinity 0 waits for its next arrival",
            OutcomeOf(diff, 40, "right"), StringComparison.Ordinal);
        Assert.Equal("CPU 0", OutcomeOf(diff, 40, "left"));
    }

    [Theory]
    [InlineData("yes", "is given back", 0)]
    [InlineData("no", "stays allocated", 1)]
    public void A_dying_cpu_gives_old_places_back_or_not(string alternative, string right, int leaks)
    {
        TraceText trace = Moved(remapping: false).Arrive(40, 0).CleanUp(40, 0, 33, 1, 33).Arrive(40, 1)
            .Move(1, 40, 1, 33, 0, 33, 0x1);
        trace.BeginOffline(1);
        if (leaks > 0) trace.Line(1, $"free_moved_vector irq=40 vector=33 cpu=0 prev_vector=33 prev_cpu=1");
        trace.EndOffline(1);
        if (leaks == 0) trace.Line(0, $"send_cleanup_vector irq=40 vector=33 cpu=0 prev_vector=33 prev_cpu=1");
        trace.Arrive(40, 0);
        JsonElement diff = Diff(trace, "cpu.forceCompleteFirst=" + alternative);
        AssertFirst(diff, "cpu.forceCompleteFirst: CPU 1 goes offline with the move of irq 40 pending", "",
            "vector 33 on CPU 1",
            "vector 33 on CPU 1 " + right);
        Assert.Equal(leaks, CountOf(diff.GetProperty("right"), "IRQ007"));
        Assert.Equal(1 - leaks, CountOf(diff.GetProperty("left"), "IRQ007"));
    }

    [Theory]
    [InlineData("yes", "stays directed at CPU 1 vector 33, offline", "tried on all online CPUs: CPU 0 vector 33")]
    [InlineData("no", "tried on all online CPUs: CPU 0 vector 33", "stays directed at CPU 1 vector 33, offline")]
    public void An_interrupt_without_vector_in_its_mask_is_tried_everywhere_or_stays_behind(string retry,
        string left, string right)
    {
        TraceText trace = new(cpus: 3);
        trace.Allocate(40).Request(40, 1, 33).BeginOffline(1)
            .Line(1, $"irq_do_set_affinity irq=40 mask=0x4 force=0")
            .Line(1, $"apic_set_affinity irq=40 mask=0x4 force=0")
            .Line(1, $"apic_set_affinity_return ret=-28");
        if (retry == "no") trace.Move(1, 40, 1, 33, 0, 33, 0x5, dark: true);
        trace.EndOffline(1).Arrive(40, 0);
        JsonElement diff = Diff(trace, "cpu.offlineEnospcRetry=" + retry);
        AssertFirst(diff, "cpu.offlineEnospcRetry: CPU 1 goes offline and irq 40",
            "finds no vector in its mask", left, right);
        Assert.Equal(retry == "no" ? "stuck on offline CPU 1, 1 arrival not handled, IRQ015 AFFINITY_STUCK" : "CPU 0",
            OutcomeOf(diff, 40, "right"));
    }

    [Fact]
    public void A_managed_interrupt_of_a_sleeping_device_waits_for_the_resume()
    {
        TraceText trace = new(cpus: 2);
        trace.Line(0, $"suspend_resume action=dpm_suspend_noirq val=2 start=1").Line(0,
            $"vector_activate irq=40 is_managed=1 can_reserve=0 reserve=0")
            .Line(0, $"vector_update irq=40 vector=34 cpu=1 prev_vector=0 prev_cpu=0");
        JsonElement diff = Diff(trace, "cpu.managedStartWhileSuspended=no");
        AssertFirst(diff, "cpu.managedStartWhileSuspended: managed irq 40",
            "its CPU is back and its device still asleep",
            "started on CPU 1 vector 34", "waits for its device's resume");
        Assert.StartsWith("waits for its device's resume", OutcomeOf(diff, 40, "right"), StringComparison.Ordinal);
        Assert.StartsWith("CPU 1", OutcomeOf(diff, 40, "left"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("msi.affinityProtocol=direct", "msi.affinityProtocol", true)]
    [InlineData("apic.flatLogical=no", "apic.flatLogical", true)]
    [InlineData("vector.windowEnd=postedMsi", "vector.windowEnd", true)]
    public void What_is_only_written_differently_is_said_as_such(string with, string rule, bool representation)
    {
        TraceText trace = Started().Line(0, $"irq_set_affinity irq=40 mask=0x2 force=0").Move(0, 40, 0, 33, 1, 35, 0x2);
        JsonElement diff = Diff(trace, with);
        Assert.Equal(representation, Rule(diff, rule).GetProperty("representation").GetBoolean());
        Assert.Equal(0, diff.GetProperty("irqs").GetArrayLength());
    }

    [Theory]
    [InlineData("vector.reservation=on")]
    [InlineData("ir.host=off")]
    [InlineData("vector.cleanup=ipi")]
    [InlineData("cpu.offlineEnospcRetry=yes")]
    [InlineData("cpu.managedStartWhileSuspended=no")]
    [InlineData("cpu.forceCompleteFirst=no")]
    [InlineData("vector.slotRecheck=yes")]
    [InlineData("hv.unmaskOnFailure=preFix")]
    public void A_rule_without_a_decision_in_the_recording_changes_nothing(string with)
    {
        TraceText trace = Started().Line(0, $"irq_set_affinity irq=40 mask=0x2 force=0")
            .Move(0, 40, 0, 33, 1, 33, 0x2).Arrive(40, 0)
            .CleanUp(40, 0, 33, 1, 33).Arrive(40, 1);
        (int exit, JsonElement diff) = Run(trace.ToString(), "diff", "--with", with);
        Assert.Equal(0, exit);
        Assert.True(diff.GetProperty("same").GetBoolean());
    }

    [Fact]
    public void A_replay_under_other_rules_says_where_it_departs()
    {
        (int exit, JsonElement replay) = Run(Moved(remapping: true).ToString(), "replay", "--with", "ir.host=off");
        Assert.Equal(0, exit);
        JsonElement departure = Assert.Single(replay.GetProperty("departures").EnumerateArray());
        Assert.Equal("ir.host", departure.GetProperty("rule").GetString());
        Assert.Equal("CPU 0, affinity 1 waits for its next arrival",
            Assert.Single(replay.GetProperty("departed").EnumerateArray()).GetProperty("state").GetString());
    }

    /// <summary>irq 40 at CPU 0 vector 33.</summary>
    private static TraceText Started() => new TraceText(cpus: 2).Allocate(40).Request(40, 0, 33).Arrive(40, 0);

    /// <summary>irq 40 was asked to CPU 1 and went there at once.</summary>
    private static TraceText Moved(bool remapping)
    {
        TraceText trace = new(cpus: 2);
        if (remapping) trace.Line(0, $"ir_alloc irq=40 count=1");
        trace.Allocate(40).Request(40, 0, 33).Arrive(40, 0).Line(0, $"irq_set_affinity irq=40 mask=0x2 force=0");
        return trace.Move(0, 40, 0, 33, 1, 33, 0x2);
    }

    private static JsonElement Diff(TraceText trace, string with)
    {
        (int exit, JsonElement root) = Run(trace.ToString(), "diff", "--with", with);
        Assert.Equal(1, exit);
        Assert.False(root.GetProperty("same").GetBoolean());
        return root;
    }

    private static void AssertFirst(JsonElement diff, string rule, string inputs, string left, string right)
    {
        JsonElement first = diff.GetProperty("firstDivergence");
        string what = first.GetProperty("what").GetString()!;
        Assert.StartsWith(rule, what, StringComparison.Ordinal);
        Assert.Contains(inputs, what, StringComparison.Ordinal);
        Assert.Contains(left, first.GetProperty("left").GetString(), StringComparison.Ordinal);
        Assert.Contains(right, first.GetProperty("right").GetString(), StringComparison.Ordinal);
    }

    private static JsonElement Right(JsonElement diff) => diff.GetProperty("consequences").GetProperty("right");

    private static long Consequence(JsonElement diff, string key) => Right(diff).GetProperty(key).GetInt64();

    private static JsonElement Rule(JsonElement diff, string name)
    {
        foreach (JsonElement rule in diff.GetProperty("rules").EnumerateArray())
        {
            if (rule.GetProperty("rule").GetString() == name) return rule;
        }
        throw new InvalidOperationException($"{name} does not part the sides");
    }

    private static string? OutcomeOf(JsonElement diff, int irq, string side)
    {
        foreach (JsonElement row in diff.GetProperty("irqs").EnumerateArray())
        {
            if (row.GetProperty("irq").GetInt32() == irq) return row.GetProperty(side).GetString();
        }
        return null;
    }

    private static string? Counter(JsonElement diff, string name, int cpu)
    {
        foreach (JsonElement row in diff.GetProperty("state").GetProperty("counters").EnumerateArray())
        {
            if (row.GetProperty("name").GetString() == name && row.GetProperty("cpu").ValueKind == JsonValueKind.Number
                && row.GetProperty("cpu").GetInt32() == cpu)
                return $"{name} {cpu} {row.GetProperty("left")} {row.GetProperty("right")}";
        }
        return null;
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

    private static (int Exit, JsonElement Root) Run(string trace, string verb, params string[] options)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var host =
            new CliHost { Out = output, Error = error, OpenIn = () => new MemoryStream(Encoding.UTF8.GetBytes(trace)) };
        int exit = Program.Run([verb, "-", .. options, "--format", "json"], host);
        Assert.True(exit is 0 or 1, error.ToString());
        return (exit, JsonDocument.Parse(output.ToArray()).RootElement);
    }
}
