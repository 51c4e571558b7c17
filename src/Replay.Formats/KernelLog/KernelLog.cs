using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Core.Events;

namespace Replay.Formats.KernelLog;

/// <summary>
/// A kernel's log as a file: its lines in their order. Of several boots in one file the last one counts.
/// </summary>
public sealed class KernelLog
{
    /// <summary>Largest file that is read.</summary>
    public const long BytesMax = 1 << 28;

    private const int LinesMax = 4_000_000;

    // A log that starts again near zero is another boot; small steps back are CPUs that print at once.
    private const ulong BootBelowNs = 2_000_000_000, StepBackNs = 1_000_000_000;

    private readonly List<KernelLogLine> _lines = [];

    private KernelLog()
    {
    }

    public IReadOnlyList<KernelLogLine> Lines => _lines;

    /// <summary>Kernel release, where the log has the line that tells it; else empty.</summary>
    public string Kernel
    {
        get
        {
            const string Version = "Linux version ";
            foreach (KernelLogLine line in _lines)
            {
                if (line.Text.StartsWith(Version, StringComparison.Ordinal))
                    return line.Text[Version.Length..].Split(' ')[0];
            }
            return "";
        }
    }

    /// <summary>Lines that have no time since boot, or are not the kernel's (other programs in a journal).</summary>
    public long Others { get; private set; }

    /// <summary>Lines of earlier boots.</summary>
    public long OfEarlierBoots { get; private set; }

    /// <summary>Reads a log.</summary>
    /// <exception cref="BadInputException">It has no line with a time since boot.</exception>
    public static KernelLog Read(TextReader reader, string name)
    {
        var log = new KernelLog();
        string first = "";
        long number = 0;
        while (log._lines.Count < LinesMax && reader.ReadLine() is { } text)
        {
            number++;
            if (first.Length == 0) first = text;
            if (!KernelLogLine.TryParse(text, out KernelLogLine line))
            {
                if (text.Length > 0) log.Others++;
                continue;
            }
            log.Add(line);
        }
        if (log._lines.Count == 0)
        {
            string shown = first.Length > 48 ? first[..48] + "…" : first;
            throw new BadInputException($"{name}: line 1: expected a line of the kernel's log with seconds since boot, "
                + $"\"[   12.345678] text\", found \"{shown}\"; write the log with dmesg (without -T), "
                + $"or journalctl -k -o short-monotonic");
        }
        log.TakeKernelOnly();
        return log;
    }

    private void Add(KernelLogLine line)
    {
        if (_lines.Count > 0 && line.TimeNs < BootBelowNs && line.TimeNs + StepBackNs < _lines[^1].TimeNs)
        {
            OfEarlierBoots += _lines.Count;
            _lines.Clear();
        }
        string text = Encoding.UTF8.GetByteCount(line.Text) <= EventText.LengthMax
            ? line.Text : line.Text[..(EventText.LengthMax / 3)];
        _lines.Add(line with { Text = text });
    }

    /// <summary>
    /// A journal names host and program before each text; only the kernel's lines are kept, without both.
    /// </summary>
    private void TakeKernelOnly()
    {
        const string Kernel = "kernel: ";
        string? host = null;
        foreach (KernelLogLine line in _lines)
        {
            int blank = line.Text.IndexOf(' ', StringComparison.Ordinal);
            if (blank <= 0 || !line.Text.AsSpan(blank + 1).StartsWith(Kernel)) continue;
            host = line.Text[..(blank + 1)];
            break;
        }
        if (host is null) return;
        var kept = new List<KernelLogLine>();
        foreach (KernelLogLine line in _lines)
        {
            if (line.Text.StartsWith(host + Kernel, StringComparison.Ordinal))
                kept.Add(line with { Text = line.Text[(host.Length + Kernel.Length)..] });
            else Others++;
        }
        _lines.Clear();
        _lines.AddRange(kept);
    }
}
