using System;
using System.IO;
using System.Text;
using Replay.Core.Events;

namespace Replay.Formats.KernelLog;

/// <summary>A kernel's log that is all there is: its lines are the events.</summary>
public static class KernelLogRecording
{
    /// <summary>True for a file whose first line is one of a kernel's log.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> firstBytes)
    {
        int end = firstBytes.IndexOf((byte)'\n');
        return KernelLogLine.TryParse(Encoding.ASCII.GetString(end < 0 ? firstBytes : firstBytes[..end]), out _);
    }

    /// <exception cref="BadInputException">It has no line of a kernel's log.</exception>
    public static Recording Open(string path)
    {
        using StreamReader reader = File.OpenText(path);
        return Make(KernelLog.Read(reader, path));
    }

    /// <exception cref="BadInputException">It has no line of a kernel's log.</exception>
    public static Recording Open(Stream stream, string name)
    {
        using var reader = new StreamReader(stream);
        return Make(KernelLog.Read(reader, name));
    }

    private static LogMergedRecording Make(KernelLog log)
    {
        var nothing = new NothingElse();
        RecordingInfo info = nothing.Info;
        info.Format = info.SourceFormat = "kernel log";
        info.Kernel = log.Kernel;
        info.FirstTimeNs = log.Lines[0].TimeNs;
        info.LastTimeNs = log.Lines[^1].TimeNs;
        return new LogMergedRecording(nothing, log, new ClockTie());
    }

    /// <summary>What the lines are laid among.</summary>
    private sealed class NothingElse : Recording
    {
        public override double Progress => 1;

        public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
        {
            events = default;
            return false;
        }
    }
}
