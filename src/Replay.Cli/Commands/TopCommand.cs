using System;
using System.CommandLine;
using System.Globalization;
using Replay.Cli.Top;

namespace Replay.Cli.Commands;

/// <summary><c>top</c>: a live view of a machine while its recording is replayed, or still made.</summary>
internal sealed class TopCommand
{
    public const string Name = "top";

    private static readonly TimeSpan KeyEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long a frame waits for the replay to reach the border of a batch; it takes what there is after that.
    /// </summary>
    private static readonly TimeSpan SnapshotWait = TimeSpan.FromMilliseconds(20);

    private readonly CliHost _host;
    private readonly SessionFactory _createSession;
    private readonly SharedOptions _shared;
    private readonly RuleOptions _rules;

    private readonly Option<string> _speed = new("--speed")
    {
        Description = "How fast trace time passes: 1x as it happened, 10x, 0.5x; max as fast as it can be read.",
        HelpName = "SPEED",
        DefaultValueFactory = static _ => "max",
    };

    private readonly Option<string?> _interval = new("--interval")
    {
        Description = "Seconds between frames; 0.25 on a terminal, 1 elsewhere.",
        HelpName = "SECONDS",
    };

    private readonly Option<string?> _frames = new("--frames")
    {
        Description = "End after this many frames.",
        HelpName = "N",
    };

    private readonly Option<bool> _once = new("--once")
    {
        Description = "One frame: after the interval, or at the end of the input where that is sooner.",
    };

    private readonly Option<string?> _rows = new("--rows")
    {
        Description = "Interrupts listed, the busiest first; 10, in JSON all.",
        HelpName = "N",
    };

    private TopCommand(Command command, CliHost host, SessionFactory createSession)
    {
        _host = host;
        _createSession = createSession;
        _shared = new SharedOptions(command, divides: true);
        command.Options.Add(_speed);
        command.Options.Add(_interval);
        command.Options.Add(_frames);
        command.Options.Add(_once);
        command.Options.Add(_rows);
        _rules = new RuleOptions(command);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host, SessionFactory createSession)
    {
        var command = new Command(
            Name,
            "A live view: vectors of each CPU, busiest interrupts, findings as they come; of a file or a live pipe.");
        _ = new TopCommand(command, host, createSession);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        _rules.Check(result);
        double? speed = Pacer.ParseSpeed(result.GetValue(_speed)!);
        bool redraws = format == OutputFormat.Text && _host.OutIsTerminal && _host.Variable("TERM") != "dumb";
        TimeSpan interval = ParseInterval(result.GetValue(_interval), redraws ? 0.25 : 1);
        int frames = result.GetValue(_once) ? 1 : ParseCount("--frames", result.GetValue(_frames), int.MaxValue);
        int rowsMax = format == OutputFormat.Json || redraws ? int.MaxValue : 10;
        int rows = ParseCount("--rows", result.GetValue(_rows), rowsMax);

        int lanes = _shared.GetLanes(result);
        CliHost host = redraws ? _host.TakeKeyboard(_host) : _host;
        var input = new TopInput(result.GetValue(_shared.File)!, host);
        using var replay = new TopReplay(
            beforeWait => input.Open(
                (opening, path, isLive) => _shared.Opener(result, opening)(path, isLive ? 1 : lanes), beforeWait),
            recording => _createSession(recording, new SessionOptions(false, _rules.Choose(result, recording))),
            speed is { } times ? new Pacer(host.Time, times) : null);
        using var screen = new TopScreen(host, redraws);
        var printer = new TopPrinter(result.GetValue(_shared.File)!, screen, format, rows, host, replay, input);
        using (host.OnInterrupt(Stop, true))
        {
            replay.Start();
            bool ended = Watch(replay, printer, interval, frames);
            Stop();
            replay.Join();
            if (ended) printer.PrintLast();
        }
        if (replay.Report is not { } report) return ExitCodes.Clean;
        Losses.Write(replay.Recording!, format, host.Error);
        return ExitCodes.For(replay.Recording!.Report, report.Findings.Count > 0);

        void Stop()
        {
            replay.Stop();
            input.CallOff();
        }
    }

    /// <summary>
    /// Draws frames until the input ends or the user has enough (true), or until there were enough of them.
    /// </summary>
    private bool Watch(TopReplay replay, TopPrinter printer, TimeSpan interval, int frames)
    {
        TimeProvider time = _host.Time;
        long started = time.GetTimestamp();
        TimeSpan next = interval;
        while (true)
        {
            TimeSpan left = next - time.GetElapsedTime(started);
            if (replay.Wait(left <= TimeSpan.Zero ? TimeSpan.Zero : left < KeyEvery ? left : KeyEvery)) return true;
            if (replay.IsStopped || _host.ReadKey() is 'q' or 'Q' or '\x03' or '\x1b') return true;
            printer.FollowSize();
            if (time.GetElapsedTime(started) < next) continue;
            replay.Views.Want();
            replay.WaitForView(SnapshotWait);
            if (printer.Print(time.GetElapsedTime(started)) && --frames == 0) return false;
            TimeSpan now = time.GetElapsedTime(started);
            next = next + interval > now ? next + interval : now + interval;
        }
    }

    private static TimeSpan ParseInterval(string? text, double seconds)
    {
        if (text is null) return TimeSpan.FromSeconds(seconds);
        bool isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out seconds);
        if (isNumber && seconds is >= 0.02 and <= 86400) return TimeSpan.FromSeconds(seconds);
        throw new UsageException($"--interval {text}: seconds from 0.02 to 86400, for example --interval 0.5");
    }

    private static int ParseCount(string option, string? text, int unlimited)
    {
        if (text is null) return unlimited;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0)
            return count;
        throw new UsageException($"{option} {text}: a number from 1, for example {option} 10");
    }
}
