using System;
using System.IO;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Replay.Core.Events;
using Replay.Core.Reports;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public sealed class BenchCommandTests
{
    [Fact]
    public void The_result_says_what_where_and_how_fast_and_is_a_baseline()
    {
        string save = Path.GetTempFileName();
        try
        {
            (int code, string output, string error) = RealCli.Run("bench", "traces/leak-pre/trace.dat", "--times", "6",
                "--save", save, "--format", "json");
            Assert.Equal((0, ""), (code, error));
            using JsonDocument document = JsonDocument.Parse(output);
            JsonElement json = document.RootElement;
            Assert.Equal(199_448, json.GetProperty("file").GetProperty("events").GetInt64());
            Assert.Equal("0xfa6597c5f1a0706b", json.GetProperty("digest").GetString());
            Assert.Equal(6, json.GetProperty("samples").GetProperty("cpuSeconds").GetArrayLength());
            Assert.True(json.GetProperty("nsPerEvent").GetDouble() > 0);
            Assert.True(json.GetProperty("machine").GetProperty("cores").GetInt32() > 0);
            CheckKinds(json);

            // The same code cannot be slower than itself beyond any noise.
            (code, output, _) = RealCli.Run("bench", "traces/leak-pre/trace.dat", "--times", "6",
                "--baseline", save, "--effect", "900");
            Assert.Equal(0, code);
            Assert.Contains("Against " + save, output, StringComparison.Ordinal);
            Assert.Contains("Mann-Whitney", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(save);
        }
    }

    [Theory]
    [InlineData("bench -", "must be a file")]
    [InlineData("bench traces/leak-pre/trace.dat --times 0", "from 1 to")]
    [InlineData("bench traces/leak-pre/trace.dat --effect 0", "above 0")]
    [InlineData("bench traces/leak-pre/trace.dat --seconds -1", "above 0")]
    [InlineData("bench traces/leak-pre/trace.dat --baseline /nowhere", "cannot be read")]
    [InlineData("bench traces/leak-pre/trace.dat --against /nowhere", "cannot be started")]
    [InlineData("bench traces/leak-pre/trace.dat --against x --save y", "do not go with it")]
    public void What_cannot_be_measured_is_a_usage_error(string line, string message)
    {
        (int code, string output, string error) = RealCli.Run(line.Split(' '));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    /// <summary>A build is no slower than itself beyond any noise, and ends in the same state.</summary>
    [Fact]
    public void Two_builds_are_run_in_turns()
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows()
            ? "irqreplay.exe" : "irqreplay");
        (int code, string output, string error) = RealCli.Run(
            "bench", "traces/leak-pre/trace.dat", "--against", program, "--times", "6",
            "--effect", "900", "--format", "json");
        Assert.Equal((0, ""), (code, error));
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.True(document.RootElement.GetProperty("sameDigest").GetBoolean());
        Assert.Equal(6, document.RootElement.GetProperty("samples").GetInt64());
        Assert.True(document.RootElement.GetProperty("cpuSeconds").GetProperty("median").GetDouble() > 0);
    }

    /// <summary>
    /// Each of two builds would throw away the other's saved states; a build from before there were any has no word for
    /// that, and must not be given one.
    /// </summary>
    [Theory]
    [InlineData("--no-checkpoints  Neither use nor make saved states.", " --no-checkpoints")]
    [InlineData("--format  text, json", "")]
    public void Another_build_is_told_to_make_no_saved_states_if_it_knows_how(string help, string options)
    {
        if (OperatingSystem.IsWindows()) return;
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string program = Path.Combine(folder, "old"), log = Path.Combine(folder, "log");
            File.WriteAllText(program, $"""
                #!/bin/sh
                [ "$2" = --help ] && echo "{help}" && exit
                echo "$*" >> "{log}"
                echo '"digest" is missing'
                """);
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            (int code, _, string error) = RealCli.Run("bench", "traces/leak-pre/trace.dat", "--against", program);
            Assert.Equal(2, code);
            Assert.Contains("did not print the JSON of a replay", error, StringComparison.Ordinal);
            Assert.EndsWith($"trace.dat --format json{options}\n", File.ReadAllText(log), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Replays_that_end_differently_are_our_bug()
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        int runs = 0;
        var host = new CliHost
        {
            Out = output,
            Error = error,
            OpenIn = static () => Stream.Null,
            CreateSession = (_, _) => new FickleSession(runs++),
        };
        Assert.Equal(4, Program.Run(["bench", Path.Combine(Captures.Folders.Root, "traces/leak-pre/trace.dat")], host));
        Assert.Contains("ended differently", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Whatever each kind costs, all of them together are the time of applying.</summary>
    private static void CheckKinds(JsonElement json)
    {
        double share = 0, seconds = 0;
        foreach (JsonElement kind in json.GetProperty("kinds").EnumerateArray())
        {
            Assert.True(kind.GetProperty("timed").GetInt64() > 0);
            share += kind.GetProperty("share").GetDouble();
            seconds += kind.GetProperty("ns").GetDouble() * kind.GetProperty("events").GetInt64() / 1e9;
        }
        Assert.InRange(share, 0.999, 1.001);
        double apply = json.GetProperty("parts").GetProperty("applySeconds").GetDouble();
        Assert.InRange(seconds, apply * 0.999, apply * 1.001);
    }

    private sealed class FickleSession(int run) : ReplaySession
    {
        public override long EventCount => 1;

        public override void Apply(ReadOnlySpan<IrqEvent> events, EventTables tables) { }

        public override StateReport DescribeState(string at) => throw new NotSupportedException();

        public override ReplayReport Finish(double seconds) =>
            new(1, 1, [], new InterruptTotals(null, 0, null, 0, 0, 0), run == 2 ? "0x2" : "0x1", seconds);
    }
}
