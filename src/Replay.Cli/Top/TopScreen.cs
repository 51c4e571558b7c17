using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Cli.Output;

namespace Replay.Cli.Top;

/// <summary>
/// Where frames go. A terminal is drawn over on its second screen, so that what was there comes back; its last frame,
/// and all frames of a file or pipe, are ordinary lines.
/// </summary>
internal sealed class TopScreen : IDisposable
{
    private readonly CliHost _host;
    private readonly bool _redraws;
    private readonly bool _hasColours;
    private readonly StringBuilder _text = new();
    private bool _entered;
    private (int Width, int Height) _drawnFor;

    /// <param name="host">Where to print.</param>
    /// <param name="redraws">Draw over; else one frame below the other.</param>
    public TopScreen(CliHost host, bool redraws)
    {
        _host = host;
        _redraws = redraws;
        _hasColours = host.OutIsTerminal && !host.ForbidsColour;
    }

    /// <summary>True where a person watches.</summary>
    public bool Redraws => _redraws;

    public int Width => _host.OutIsTerminal ? _host.TerminalWidth() : int.MaxValue;

    /// <summary>What ends the view.</summary>
    public string QuitHint => !_redraws ? "" : _host.HasKeyboard ? "q quits" : "Ctrl-C ends";

    /// <summary>Lines that a frame may have; 0 for any number.</summary>
    public int Height => _redraws ? Math.Max(1, _host.TerminalHeight() - 1) : 0;

    /// <summary>The terminal has another size than when the frame on it was drawn.</summary>
    public bool WasResized => _entered && _drawnFor != (Width, Height);

    /// <summary>Draws over the frame before.</summary>
    public void Draw(List<TopLine> lines)
    {
        if (!_redraws)
        {
            Print(lines);
            return;
        }
        _text.Append(_entered ? "\x1b[H" : "\x1b[?1049h\x1b[?25l\x1b[H");
        _entered = true;
        _drawnFor = (Width, Height);
        foreach (TopLine line in lines) AppendLine(line, "\x1b[K\n");
        _text.Append("\x1b[J");
        Flush();
    }

    /// <summary>Prints lines that stay.</summary>
    public void Print(List<TopLine> lines)
    {
        Leave();
        foreach (TopLine line in lines) AppendLine(line, "\n");
        if (!_redraws) _text.Append('\n');
        Flush();
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void Dispose()
    {
        if (!_entered) return;
        Leave();
        try
        {
            Flush();
        }
        catch (OutputException)
        {
            // The terminal is gone, and with it what was to be undone.
        }
    }

    private void Leave()
    {
        if (_entered) _text.Append("\x1b[?25h\x1b[?1049l");
        _entered = false;
    }

    private void AppendLine(TopLine line, string end)
    {
        string code = !_hasColours ? "" : line.Style switch
        {
            TopStyle.Heading => "\x1b[1m",
            TopStyle.Warn => "\x1b[33m",
            TopStyle.Bad => "\x1b[31m",
            _ => "",
        };
        _text.Append(code).Append(line.Text);
        if (code.Length > 0) _text.Append("\x1b[0m");
        _text.Append(end);
    }

    private void Flush()
    {
        Stream output = _host.Out;
        output.Write(Encoding.UTF8.GetBytes(_text.ToString()));
        output.Flush();
        _text.Clear();
    }
}
