using System;
using Replay.Cli.Output;
using Replay.Formats;

namespace Replay.Cli.Top;

/// <summary>The reader of a live view: takes the newest snapshot, makes a frame of it and prints it.</summary>
internal sealed class TopPrinter
{
    private readonly string _file;
    private readonly TopScreen _screen;
    private readonly OutputFormat _format;
    private readonly int _rows;
    private readonly CliHost _host;
    private readonly TopReplay _replay;
    private readonly TopInput _input;
    private readonly TopFrames _frames = new();
    private readonly long _started;
    private TopFrame? _drawn;
    private bool _hasView;

    public TopPrinter(
        string file, TopScreen screen, OutputFormat format, int rows, CliHost host, TopReplay replay, TopInput input)
    {
        _file = file == "-" ? "standard input" : file;
        _screen = screen;
        _format = format;
        _rows = rows;
        _host = host;
        _replay = replay;
        _input = input;
        _started = host.Time.GetTimestamp();
    }

    /// <summary>
    /// Prints the frame of now. False, and nothing printed but on a terminal, while a file is still opened:
    /// that is no news; a pipe that is silent is.
    /// </summary>
    /// <param name="wall">Time since the start.</param>
    public bool Print(TimeSpan wall)
    {
        TopFrame frame = Make(TopPhase.Running, wall);
        bool counts = frame.Phase != TopPhase.Waiting || frame.BytesReceived is not null;
        if (!counts && !_screen.Redraws) return false;
        if (_format == OutputFormat.Json) WriteJson(frame);
        else Draw(frame);
        return counts;
    }

    /// <summary>Draws the frame at hand once more where the terminal has got another size since.</summary>
    public void FollowSize()
    {
        if (_drawn is not null && _screen.WasResized) Draw(_drawn);
    }

    /// <summary>Prints the last frame, which stays on a terminal.</summary>
    public void PrintLast()
    {
        TopFrame frame = Make(TopPhase.Ended, _host.Time.GetElapsedTime(_started));
        if (_format == OutputFormat.Json) WriteJson(frame);
        else _screen.Print(TopText.Render(frame, _screen.Width, _screen.Height, _rows, ""));
    }

    private void Draw(TopFrame frame)
    {
        _drawn = frame;
        _screen.Draw(TopText.Render(frame, _screen.Width, _screen.Height, _rows, _screen.QuitHint));
    }

    private TopFrame Make(TopPhase phase, TimeSpan wall)
    {
        _hasView |= _replay.Views.TryTake();
        RecordingInfo? info = _replay.Recording?.Info;
        Importer? opening = _input.Importer;
        string format = info?.Format ?? opening?.Name ?? "";
        var source = new TopSource(_file, format, info?.Kernel ?? "", opening?.NeedsWhole == true);
        if (!_hasView && phase == TopPhase.Running) phase = TopPhase.Waiting;
        return _frames.Make(source, _hasView ? _replay.Views.Front : null, phase, wall, _input.BytesReceived);
    }

    private void WriteJson(TopFrame frame)
    {
        TopJson.Write(frame, _rows, _host.Out);
        _host.Out.Flush();
    }
}
