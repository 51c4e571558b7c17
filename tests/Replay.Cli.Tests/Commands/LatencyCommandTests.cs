using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public sealed class LatencyCommandTests
{
    [Fact]
    public void The_table_of_a_recorded_machine_is_the_reviewed_one()
    {
        (int code, string output, string error) = RealCli.Run("latency", "traces/leak-pre/trace.dat");
        Assert.Equal((0, ""), (code, error));
        Golden.Check("latency", output);
    }

    [Fact]
    public void A_recording_is_no_slower_than_itself_saved_or_not()
    {
        string save = Path.GetTempFileName();
        try
        {
            Assert.Equal(0, RealCli.Run("latency", "traces/leak-pre/trace.dat", "--save", save).Code);
            (int code, string fromSaved, _) = RealCli.Run("latency", "traces/leak-pre/trace.dat",
                "--baseline", save, "--format", "json");
            Assert.Equal(0, code);
            (code, string fromRecording, _) = RealCli.Run("latency", "traces/leak-pre/trace.dat", "--baseline",
                "traces/leak-pre/trace.dat", "--format", "json");
            Assert.Equal(0, code);
            Assert.Equal(fromRecording, fromSaved);
            using JsonDocument document = JsonDocument.Parse(fromSaved);
            JsonElement comparison = document.RootElement.GetProperty("comparison");
            Assert.False(comparison.GetProperty("regression").GetBoolean());
            Assert.All(comparison.GetProperty("rows").EnumerateArray(),
                static row => Assert.Equal(1, row.GetProperty("ratio").GetDouble()));
        }
        finally
        {
            File.Delete(save);
        }
    }

    /// <summary>
    /// Files are put in the place of what was there; a device in that place would be gone for everybody.
    /// </summary>
    [Theory]
    [InlineData("/dev/null", 0, "")]
    [InlineData("/dev/full", 2, "cannot be written: No space left on device")]
    [InlineData("not-there.json", 0, "")]
    public void What_is_saved_to_no_file_leaves_it_there(string target, int expected, string says)
    {
        string folder = Directory.CreateTempSubdirectory("irqreplay-latency-").FullName;
        try
        {
            string save = Path.Combine(folder, "save");
            File.CreateSymbolicLink(save, target);
            (int code, _, string error) = RealCli.Run("latency", "traces/leak-pre/trace.dat", "--save", save);
            Assert.Equal(expected, code);
            Assert.Contains(says, error, StringComparison.Ordinal);
            Assert.Equal(target, new FileInfo(save).LinkTarget);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_interrupt_that_got_slower_is_named_and_the_exit_code_says_so()
    {
        string folder = Directory.CreateTempSubdirectory("irqreplay-latency-").FullName;
        try
        {
            string before = Path.Combine(folder, "before.irqs"), after = Path.Combine(folder, "after.irqs");
            File.WriteAllText(before, Workload(seed: 1, slower: 0));
            File.WriteAllText(after, Workload(seed: 2, slower: 26));
            (int code, string output, _) = RealCli.Run("latency", after, "--baseline", before, "--measure", "handler");
            Assert.Equal(1, code);
            Assert.Matches(@"slower +handler runs +eth-26 ", output);
            Assert.DoesNotContain("eth-25", output, StringComparison.Ordinal);
            (code, output, _) = RealCli.Run("latency", before, "--baseline", after, "--measure", "handler");
            Assert.Equal(0, code);
            Assert.Matches(@"faster +handler runs +eth-26 ", output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("--by what", "measure, subject, phase")]
    [InlineData("--measure handlers", "did you mean --measure handler?")]
    [InlineData("--effect -3", "above 0")]
    [InlineData("--baseline - --map x", "")]
    public void Wrong_options_are_usage_errors(string options, string message)
    {
        (int code, string output, string error) = RealCli.Run(["latency",
            "traces/leak-pre/trace.dat", .. options.Split(' ')]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"schema\":1,\"kind\":\"bench\"}")]
    [InlineData("{\"schema\":1,\"kind\":\"latency\",\"rows\":[{\"measure\":\"handler\",\"subject\":null,\"phase\":null,"
        + "\"buckets\":[9999,1],\"max\":1,\"maxEvent\":1}]}")]
    [InlineData("{\"schema\":1,\"kind\":\"latency\",\"rows\":[{\"measure\":\"handler\",\"subject\":null,\"phase\":null,"
        + "\"buckets\":[5,-1],\"max\":1,\"maxEvent\":1}]}")]
    [InlineData("{\"schema\":1,\"kind\":\"latency\",\"rows\":4}")]
    [InlineData("{")]
    public void A_damaged_baseline_is_refused(string text)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            (int code, string output, string error) = RealCli.Run("latency",
                "traces/leak-pre/trace.dat", "--baseline", path);
            Assert.Equal((2, ""), (code, output));
            Assert.Contains("--baseline", error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Workload(int seed, int slower)
    {
        var random = new Random(seed);
        var text = new StringBuilder("irqs 1\n");
        long timeNs = 0;
        for (int i = 0; i < 4000; i++)
        {
            int irq = 24 + random.Next(4);
            double ns = 5000 * Math.Exp(random.NextDouble()) * (irq == slower ? 1.4 : 1);
            text.Append(CultureInfo.InvariantCulture,
                $"{Time(timeNs += 100_000)} 0 handler_entry irq={irq} name=\"eth-{irq}\"\n");
            text.Append(CultureInfo.InvariantCulture, $"{Time(timeNs + (long)ns)} 0 handler_exit irq={irq} ret=1\n");
        }
        return text.ToString();
    }

    private static string Time(long ns) =>
        string.Create(CultureInfo.InvariantCulture, $"{ns / 1_000_000_000}.{ns % 1_000_000_000:D9}");
}
