using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// VFIO in recordings of a host: a self test clears the device's table behind everybody's back, and what came of it on
/// a kernel before and after b8f02af096b1 must come out of what probes, QEMU's ftrace lines and the log show.
/// </summary>
public sealed class VfioRecordingTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"irqreplay-vfio-{Guid.NewGuid():N}.dat");

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Whether_the_message_is_rewritten_shows_between_free_and_request(bool rewrites, bool layered)
    {
        foreach ((bool qemu, bool described) in ((bool, bool)[])[(true, true), (true, false), (false, true)])
        {
            VfioHostRecording.Make(_file, rewrites, layered, qemu: qemu, described: described);
            JsonElement policy = Assert.Single(Replay().GetProperty("policies").EnumerateArray());
            Assert.Equal("vfio.restoreMsixMessage", policy.GetProperty("policy").GetString());
            Assert.Equal(rewrites ? "yes" : "no", policy.GetProperty("alternative").GetString());
            Assert.Equal(VfioHostRecording.Device, policy.GetProperty("device").GetString());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stray_write_before_the_fix_is_an_interrupt_after_it(bool power)
    {
        VfioHostRecording.Make(_file, rewrites: false, power: power);
        JsonElement before = Replay("--rules", "linux-6.1,prefix:b8f02af096b1");
        Assert.Equal(["DELIVERED(1,0x42)", "DMA_STRAY(0)"], Verdicts(before));
        Assert.Equal(["40 NO_MAPPING", "41 NO_MAPPING"], Ends(before));
        Assert.Equal(power ? ["IRQ019", "IRQ045", "IRQ046"] : ["IRQ019", "IRQ045"], Codes(before));

        JsonElement after = Replay("--rules", "linux-6.1,fix:b8f02af096b1");
        Assert.Equal(["40 WORKING", "41 WORKING"], Ends(after));
        Assert.Empty(Codes(after));
    }

    /// <summary>The kernel's version would say otherwise: a distribution's kernel may have the fix or not.</summary>
    [Theory]
    [InlineData(false, "NO_MAPPING")]
    [InlineData(true, "WORKING")]
    public void Without_rules_the_recorded_kernel_s_own_behaviour_is_replayed(bool rewrites, string end)
    {
        VfioHostRecording.Make(_file, rewrites, described: false);
        JsonElement root = Replay();
        Assert.Equal([$"40 {end}", $"41 {end}"], Ends(root));
        Assert.Equal(rewrites ? [] : ["IRQ019", "IRQ045"], Codes(root));
        Assert.Equal(["40 WORKING", "41 WORKING"], Ends(Replay("--with", "vfio.restoreMsixMessage=yes")));
    }

    [Fact]
    public void Interrupts_after_the_fix_would_have_been_stray_writes_before_it()
    {
        VfioHostRecording.Make(_file, rewrites: true);
        Assert.Equal(["DELIVERED(1,0x42)", "DELIVERED(1,0x41)", "DELIVERED(1,0x42)"], Verdicts(Replay()));
        JsonElement before = Replay("--rules", "linux-6.1,prefix:b8f02af096b1");
        Assert.Equal(["DELIVERED(1,0x42)", "DMA_STRAY(0)", "DMA_STRAY(0)"], Verdicts(before));
        Assert.Equal(["IRQ019", "IRQ045", "IRQ045"], Codes(before));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Interrupt_domains_write_the_message_in_either_case(bool rewrites)
    {
        VfioHostRecording.Make(_file, rewrites, layered: true, described: false);
        foreach (string rules in (string[])["linux-6.1,prefix:b8f02af096b1", "linux-6.1,fix:b8f02af096b1"])
        {
            JsonElement root = Replay("--rules", rules);
            Assert.Equal(["DELIVERED(1,0x42)", "DELIVERED(1,0x41)", "DELIVERED(1,0x42)"], Verdicts(root));
            Assert.Empty(Codes(root));
        }
    }

    private JsonElement Replay(params string[] options)
    {
        (int exit, string output, string errors) = RealCli.Run(["replay", _file, "--format", "json", .. options]);
        Assert.True(exit is 0 or 1, errors);
        return JsonDocument.Parse(output).RootElement;
    }

    private static List<string> Verdicts(JsonElement root) =>
        Texts(System(root).GetProperty("verdicts"), static row => row.GetProperty("text").GetString()!);

    private static List<string> Ends(JsonElement root) => Texts(System(root).GetProperty("interrupts"),
        static row => $"{row.GetProperty("irq").GetInt32()} {row.GetProperty("verdict").GetString()}");

    private static List<string> Codes(JsonElement root) =>
        Texts(root.GetProperty("findings"), static row => row.GetProperty("code").GetString()!);

    private static JsonElement System(JsonElement root) =>
        Assert.Single(root.GetProperty("systems").EnumerateArray(),
            static each => each.GetProperty("name").GetString() == "pcie");

    private static List<string> Texts(JsonElement rows, Func<JsonElement, string> text)
    {
        var texts = new List<string>();
        foreach (JsonElement row in rows.EnumerateArray()) texts.Add(text(row));
        return texts;
    }
}
