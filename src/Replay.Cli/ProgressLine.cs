using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using Replay.Core.Live;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>
/// The progress bar: drawn by a timer's thread from numbers that the working thread publishes when they are asked for
/// (<see cref="SnapshotExchange{T}"/>), so that the work never waits for a terminal. Only where notes go to a terminal,
/// only for work over a second, and gone afterwards.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private const int FirstMs = 1000;

    private const int EveryMs = 200;

    /// <summary>
    /// How long a tick waits for the work to reach the border of a batch; it draws what it has after that.
    /// </summary>
    private const int BorderMs = 5;

    private readonly Lock _drawing = new();
    private readonly Func<double> _part;
    private readonly TextWriter _error;
    private readonly Func<int> _width;
    private readonly bool _isShown;
    private readonly Timer? _timer;
    private readonly long _started = Stopwatch.GetTimestamp();

    private readonly SnapshotExchange<Done> _done = new(static () => new Done());
    private bool _drawn;
    private bool _ended;

    public ProgressLine(Recording recording, CliHost host, bool resultsStreamToTerminal = false)
        : this(() => recording.Progress, host, resultsStreamToTerminal)
    {
    }

    /// <param name="part">How much is done, 0 to 1; asked on another thread.</param>
    /// <param name="host">Where the line goes.</param>
    /// <param name="resultsStreamToTerminal">Then there is no line.</param>
    public ProgressLine(Func<double> part, CliHost host, bool resultsStreamToTerminal = false)
    {
        _part = part;
        _error = host.Error;
        _width = host.TerminalWidth;
        // A bar between the lines of a listing would tear them, and a dumb terminal cannot erase it.
        _isShown = host.ErrorIsTerminal && !resultsStreamToTerminal && host.Variable("TERM") != "dumb";
        if (_isShown)
            _timer = new Timer(static self => ((ProgressLine)self!).Tick(), this, FirstMs, EveryMs);
    }

    /// <summary>Time since the work began.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>
    /// Tells how many events are done. Called once a batch; costs a load unless the bar is about to be drawn.
    /// </summary>
    public void Report(long events)
    {
        if (!_done.IsWanted) return;
        Done done = _done.Begin();
        done.Events = events;
        done.Elapsed = Elapsed;
        _done.Publish();
    }

    /// <summary>Draws the line now.</summary>
    internal void Tick()
    {
        lock (_drawing)
        {
            if (_ended || !_isShown) return;
            _done.Want();
            for (int slept = 0; _done.IsWanted && slept < BorderMs; slept++) Thread.Sleep(1);
            _done.TryTake();
            Done done = _done.Front; // A rate is made of two numbers of one moment.
            string line = Render(_part(), done.Events, done.Elapsed, _width());
            _error.Write("\r" + line + "\x1b[K");
            _error.Flush();
            _drawn = true;
        }
    }

    /// <summary>One line of fewer columns than <paramref name="width"/>.</summary>
    internal static string Render(double part, long events, TimeSpan elapsed, int width)
    {
        part = double.IsNaN(part) ? 0 : Math.Clamp(part, 0, 1);
        double seconds = elapsed.TotalSeconds;
        string rate = PlainText.Rate(seconds > 0 ? events / seconds : 0);
        // An input of unknown length reports no progress: then there is nothing to foretell.
        string left = part is > 0.005 and < 1 ? "  " + Duration(seconds * (1 - part) / part) + " left" : "";
        string text = string.Create(CultureInfo.InvariantCulture, $" {part * 100,3:F0} %  {rate}{left}");
        int cells = Math.Clamp(width - text.Length - 3, 0, 40);
        if (cells < 5) return text.Length < width ? text : text[..Math.Max(0, width - 1)];
        int full = (int)Math.Round(part * cells);
        return new StringBuilder().Append('[').Append('#', full).Append('.', cells - full)
            .Append(']').Append(text).ToString();
    }

    /// <summary>Erases the line; nothing is drawn after this returns.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_drawing)
        {
            if (_ended) return;
            _ended = true;
            if (!_drawn) return;
            _error.Write("\r\x1b[K");
            _error.Flush();
        }
    }

    private static string Duration(double seconds)
    {
        if (seconds < 99.5) return string.Create(CultureInfo.InvariantCulture, $"{seconds:F0} s");
        var span = TimeSpan.FromSeconds(Math.Min(seconds, 359_999));
        return span.TotalHours < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds:D2} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes:D2} min");
    }

    private sealed class Done
    {
        public long Events { get; set; }

        public TimeSpan Elapsed { get; set; }
    }
}
