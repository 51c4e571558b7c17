using System;
using System.Collections.Generic;

namespace Replay.Formats;

/// <summary>Facts about a recording that are not events. Carried through every format unchanged.</summary>
public sealed class RecordingInfo
{
    /// <summary>Format of the file at hand: <c>trace.dat v7</c>, <c>irqt</c>, <c>irqs</c>.</summary>
    public string Format { get; set; } = "";

    /// <summary>
    /// Format of the file that was recorded, where the file at hand was made from another; else <see cref="Format"/>.
    /// </summary>
    public string SourceFormat { get; set; } = "";

    /// <summary>File name (no folders) of the original recording.</summary>
    public string SourceFile { get; set; } = "";

    /// <summary>Bytes of the original recording.</summary>
    public long SourceBytes { get; set; }

    /// <summary>Trace clock: <c>mono</c>, <c>boot</c>, <c>local</c>…; empty when unknown.</summary>
    public string Clock { get; set; } = "";

    /// <summary>Kernel release of the recorded machine (<c>6.1.0-50-amd64</c>); empty when unknown.</summary>
    public string Kernel { get; set; } = "";

    /// <summary>CPUs of the recorded machine, 0 when unknown.</summary>
    public int CpuCount { get; set; }

    /// <summary>Offset from trace clock to wall clock in ns, where the recorder stored one.</summary>
    public long? WallOffsetNs { get; set; }

    /// <summary>Records of the original recording, mapped or not, damage excluded.</summary>
    public long RecordCount { get; set; }

    /// <summary>Canonical events made of them (extension records not counted).</summary>
    public long EventCount { get; set; }

    /// <summary>
    /// Records lost by the recorder before or between the records of the file; those of unknown number count 1.
    /// </summary>
    public long LostCount { get; set; }

    /// <summary>Time of the first record, mapped or not.</summary>
    public ulong? FirstTimeNs { get; set; }

    /// <summary>Time of the last record, mapped or not.</summary>
    public ulong? LastTimeNs { get; set; }

    /// <summary>
    /// Every recorded <c>system:name</c> with its records and the kind of event they became, sorted by name.
    /// </summary>
    public List<SourceCount> Sources { get; } = [];

    /// <summary>
    /// True where a CPU whose first record comes late was idle until then, unless a loss is told before it. Readers of
    /// the kernel's ring buffer get a mark with the page before which records were overwritten (Linux
    /// ring_buffer_read_page), perf and LTTng count what they drop, and what was written by hand is whole. Text of
    /// others says nothing of what was overwritten before its first line. Another form of a recording tells what its
    /// source told.
    /// </summary>
    public bool TellsLosses
    {
        get
        {
            string source = SourceFormat.Length > 0 ? SourceFormat : Format;
            return !source.StartsWith("ftrace text", StringComparison.Ordinal)
                && !source.StartsWith("perf script", StringComparison.Ordinal);
        }
    }

    /// <summary>Copies all but <see cref="Sources"/>.</summary>
    internal void CopyTo(RecordingInfo other)
    {
        other.Format = Format;
        other.SourceFormat = SourceFormat;
        other.SourceFile = SourceFile;
        other.SourceBytes = SourceBytes;
        other.Clock = Clock;
        other.Kernel = Kernel;
        other.CpuCount = CpuCount;
        other.WallOffsetNs = WallOffsetNs;
        other.RecordCount = RecordCount;
        other.EventCount = EventCount;
        other.LostCount = LostCount;
        other.FirstTimeNs = FirstTimeNs;
        other.LastTimeNs = LastTimeNs;
    }
}

/// <summary>How many records of one name a recording has.</summary>
/// <param name="Name">The recording's own <c>system:name</c>.</param>
/// <param name="Count">Records of that name.</param>
/// <param name="KindName">Text-form name of the event kind that they became; empty when not mapped.</param>
public sealed record SourceCount(string Name, long Count, string KindName);
