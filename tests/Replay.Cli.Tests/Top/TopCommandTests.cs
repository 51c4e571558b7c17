using System;
using System.IO;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Replay.Cli.Tests.Captures;
using Replay.Cli.Tests.Fakes;
using Replay.Cli.Top;
using Xunit;

namespace Replay.Cli.Tests.Top;

/// <summary>
/// The command from end to end. What depends on the wall clock is asked for until it shows, and never counted.
/// </summary>
public class TopCommandTests
{
    private const string Start = """
        # tracer: nop
                  <idle>-0       [001] d.h1.    10.000001: irq_handler_entry: irq=24 name=nvme0q1
                  <idle>-0       [001] d.h1.    10.000002: irq_handler_exit: irq=24 ret=handled

        """;

    private const string More = "          <idle>-0       [002] d.h1.    11.000001: "
        + "irq_handler_entry: irq=25 name=nvme0q2\n";

    [Fact]
    public void A_file_that_is_read_before_the_first_frame_is_due_gets_its_last_one()
    {
        (int code, string output, string error) = RealCli.Run("top", "traces/leak-pre/trace.dat", "--once",
            "--interval", "3600", "--rows", "3");
        Assert.Equal(ExitCodes.Findings, code);
        Assert.Equal("", error);
        Assert.StartsWith("irqreplay top traces/leak-pre/trace.dat · trace.dat v7 · Linux 6.1.192 · ended\n"
            + "at 75.853024146 s · 199,448 events · 100 % of the file", output, StringComparison.Ordinal);
        Assert.Contains("interrupts 3,169 · 41.9/s · 262 spurious", output, StringComparison.Ordinal);
        Assert.Contains("261 findings", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_go_on_while_a_pipe_is_silent_and_events_show_before_it_ends()
    {
        using var run = new Run(Start, "top", "-", "--format", "json", "--interval", "0.02");
        // The batch that was read is replayed and shown, though the pipe gives nothing more.
        JsonElement frame = await run.WaitFor(static frame => frame.GetProperty("events").GetInt64() == 2);
        Assert.Equal("running", frame.GetProperty("phase").GetString());
        Assert.Equal("nvme0q1", frame.GetProperty("irqs")[0].GetProperty("name").GetString());
        int frames = frame.GetProperty("frame").GetInt32();
        await run.WaitFor(later => later.GetProperty("frame").GetInt32() > frames + 1);
        // A line in two halves is one event, and none before its end came.
        await run.Write(More[..40]);
        await run.Write(More[40..]);
        frame = await run.WaitFor(static frame => frame.GetProperty("events").GetInt64() == 3);
        Assert.Equal(11_000_001_000, frame.GetProperty("timeNs").GetInt64());
        run.CloseInput();
        Assert.Equal(ExitCodes.Clean, await run.Code);
        Assert.Equal("ended", (await run.WaitFor(static frame => frame.GetProperty("phase").GetString() == "ended"))
            .GetProperty("phase").GetString());
    }

    [Fact]
    public async Task An_interrupt_ends_a_silent_pipe_with_the_last_frame()
    {
        using var run = new Run(Start, "top", "-", "--format", "json", "--interval", "0.02");
        await run.WaitFor(static frame => frame.GetProperty("events").GetInt64() == 2);
        run.Interrupt();
        Assert.Equal(ExitCodes.Clean, await run.Code);
        await run.WaitFor(static frame => frame.GetProperty("phase").GetString() == "ended");
    }

    [Fact]
    public async Task What_an_interrupt_cuts_is_no_damage()
    {
        using var run = new Run(Start + More[..40], "top", "-", "--format", "json", "--interval", "0.02");
        await run.WaitFor(static frame => frame.GetProperty("events").GetInt64() == 2);
        run.Interrupt();
        run.CloseInput();
        Assert.Equal(ExitCodes.Clean, await run.Code);
        JsonElement last = await run.WaitFor(static frame => frame.GetProperty("phase").GetString() == "ended");
        Assert.Equal(2, last.GetProperty("events").GetInt64());
        Assert.False(last.GetProperty("dataLoss").GetBoolean());
    }

    [Fact]
    public async Task A_trace_dat_that_is_not_whole_yet_says_so_and_can_be_left()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Folders.Traces, "leak-pre", "trace.dat"));
        using var run = new Run(whole[..100_000], "top", "-", "--interval", "0.02");
        await run.WaitForText("irqreplay top standard input · trace.dat\n"
            + "waiting for the whole trace.dat: 100,000 bytes received\n");
        run.Interrupt();
        Assert.Equal(ExitCodes.Clean, await run.Code);
        Assert.EndsWith("ended before the whole trace.dat: 100,000 bytes received\n\n",
            run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_dat_is_shown_when_it_is_whole()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Folders.Traces, "leak-pre", "trace.dat"));
        using var run = new Run(whole[..100_000], "top", "-", "--format", "json", "--interval", "0.02");
        await run.WaitFor(static frame => frame.GetProperty("format").GetString() == "trace.dat");
        await run.Write(whole[100_000..]);
        run.CloseInput();
        Assert.Equal(ExitCodes.Findings, await run.Code);
        await run.WaitFor(static frame => frame.GetProperty("phase").GetString() == "ended"
            && frame.GetProperty("events").GetInt64() == 199_448);
    }

    [Fact]
    public async Task The_key_q_gives_the_terminal_back_and_leaves_the_last_frame()
    {
        using var run = new Run(Start, "top", "-", "--interval", "0.02") { OutIsTerminal = true };
        await run.WaitForText("nvme0q1");
        run.Key = 'q';
        Assert.Equal(ExitCodes.Clean, await run.Code);
        string[] parts = run.Out.Split("\x1b[?25h\x1b[?1049l");
        Assert.Equal(2, parts.Length);
        Assert.StartsWith("\x1b[?1049h\x1b[?25l\x1b[H", parts[0], StringComparison.Ordinal);
        Assert.Contains("q quits", parts[0], StringComparison.Ordinal);
        Assert.StartsWith("\x1b[1mirqreplay top standard input · ftrace text · ended",
            parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damage_in_a_pipe_makes_the_exit_code()
    {
        using var run = new Run(Start + "  <idle>-0  [001] d.h1.  broken\n", "top", "-", "--interval", "3600")
        {
            NoColour = true,
            OutIsTerminal = true,
        };
        run.CloseInput();
        Assert.Equal(ExitCodes.BadInput, await run.Code);
        Assert.Contains("DATA LOSS: the input is damaged", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\x1b[1m", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_can_be_paced_and_ended_by_a_number_of_frames()
    {
        (int code, string output, _) = await Task.Run(() =>
            RealCli.Run("top", "traces/leak-pre/trace.dat", "--speed", "0.01x", "--interval", "0.02",
                "--frames", "2", "--format", "json"));
        Assert.Equal(ExitCodes.Clean, code);
        string[] frames = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, frames.Length);
        using JsonDocument last = JsonDocument.Parse(frames[1]);
        // A hundredth of the time: of 75 seconds of trace hardly any has passed.
        Assert.InRange(last.RootElement.GetProperty("timeNs").GetInt64(), 0, 5_000_000_000);
    }

    [Theory]
    [InlineData("--speed", "fast", "--speed fast: a speed is 1x")]
    [InlineData("--speed", "0x", "--speed 0x: a speed is 1x")]
    [InlineData("--interval", "0", "--interval 0: seconds from 0.02")]
    [InlineData("--frames", "0", "--frames 0: a number from 1")]
    [InlineData("--rows", "x", "--rows x: a number from 1")]
    public void Wrong_options_say_what_to_type(string option, string value, string expected)
    {
        (int code, _, string error) = RealCli.Run("top", "traces/leak-pre/trace.dat", option, value);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.StartsWith("irqreplay: " + expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pacer_ties_trace_time_to_the_wall()
    {
        var clock = new SetClock();
        var pacer = new Pacer(clock, 10);
        Assert.True(pacer.Until(5_000_000_000) <= TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(2), pacer.Until(25_000_000_000));
        clock.Seconds = 2;
        Assert.Equal(TimeSpan.Zero, pacer.Until(25_000_000_000));
        Assert.True(pacer.Until(1) < TimeSpan.Zero);
    }

    private sealed class SetClock : TimeProvider
    {
        public int Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    /// <summary>A run on a thread of its own, on a pipe that the test writes to.</summary>
    private sealed class Run : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: 0));
        private readonly SharedOutput _output = new();
        private readonly Lazy<Task<int>> _run;
        private Action _interrupt = static () => { };

        public Run(string start, params string[] args)
            : this(Encoding.UTF8.GetBytes(start), args)
        {
        }

        public Run(byte[] start, params string[] args)
        {
            _input.Writer.WriteAsync(start).AsTask().Wait();
            _run = new Lazy<Task<int>>(() => Task.Factory.StartNew(() => Program.Run(args, Host()),
                TaskCreationOptions.LongRunning));
        }

        public bool OutIsTerminal { get; init; }

        public bool NoColour { get; init; }

        public char? Key { get; set; }

        public string Out => _output.Text;

        public Task<int> Code => _run.Value.WaitAsync(Patience);

        public void Interrupt() => _interrupt();

        public void CloseInput() => _input.Writer.Complete();

        public Task Write(string text) => Write(Encoding.UTF8.GetBytes(text));

        public async Task Write(byte[] bytes) => await _input.Writer.WriteAsync(bytes);

        public async Task<JsonElement> WaitFor(Predicate<JsonElement> wanted)
        {
            JsonElement? found = null;
            await WaitUntil(() =>
            {
                string text = Out;
                foreach (string line in text[..(text.LastIndexOf('\n') + 1)].Split('\n',
                    StringSplitOptions.RemoveEmptyEntries))
                {
                    JsonElement frame = JsonDocument.Parse(line).RootElement;
                    if (wanted(frame)) found = frame;
                }
                return found is not null;
            });
            return found!.Value;
        }

        public Task WaitForText(string text) => WaitUntil(() => Out.Contains(text, StringComparison.Ordinal));

        public void Dispose()
        {
            CloseInput();
            _run.Value.Wait(Patience);
        }

        private async Task WaitUntil(Func<bool> condition)
        {
            _ = _run.Value;
            long until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
            while (!condition())
            {
                Assert.True(Environment.TickCount64 < until, "it did not show; the output is: " + Out);
                await Task.Delay(5);
            }
        }

        private CliHost Host() => new()
        {
            Out = _output,
            Error = TextWriter.Null,
            OpenIn = () => _input.Reader.AsStream(),
            OutIsTerminal = OutIsTerminal,
            TakeKeyboard = static host => host with { HasKeyboard = true },
            ReadKey = () => Key,
            OnInterrupt = (action, _) =>
            {
                _interrupt = action;
                return null;
            },
            Variable = name => NoColour && name == "NO_COLOR" ? "1" : null,
        };
    }

    /// <summary>Output that another thread looks at.</summary>
    private sealed class SharedOutput : MemoryStream
    {
        private readonly Lock _lock = new();

        public string Text
        {
            get
            {
                lock (_lock) return Encoding.UTF8.GetString(ToArray());
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            lock (_lock) base.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            lock (_lock) base.Write(buffer, offset, count);
        }
    }
}
