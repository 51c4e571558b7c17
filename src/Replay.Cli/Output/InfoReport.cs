using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Formats;

namespace Replay.Cli.Output;

/// <summary>What <c>info</c> says about a recording, as plain data.</summary>
/// <param name="Format">Format of the file at hand.</param>
/// <param name="Events">Records of the recording, mapped or not.</param>
/// <param name="ByName">Records by their own <c>system:name</c>.</param>
/// <param name="Imported">Records that became events.</param>
/// <param name="Lost">Records that the recorder lost.</param>
/// <param name="FirstTimeNs">Time of the first record; null when there is none.</param>
/// <param name="LastTimeNs">Time of the last record; null when there is none.</param>
/// <param name="Cpus">CPUs of the recorded machine; null when not recorded.</param>
/// <param name="Clock">Trace clock; null when not recorded.</param>
/// <param name="Kernel">Kernel release; null when not recorded.</param>
internal sealed record InfoReport(
    string Format,
    long Events,
    IReadOnlyList<SourceCount> ByName,
    long Imported,
    long Lost,
    ulong? FirstTimeNs,
    ulong? LastTimeNs,
    int? Cpus,
    string? Clock,
    string? Kernel)
{
    public long Skipped => Events - Imported;

    /// <summary>Sums up a recording that was read to its end.</summary>
    /// <param name="recording">Read to its end.</param>
    /// <param name="byKind">Events read, by the number of their kind.</param>
    /// <param name="first">Time of the first event read; null when there was none.</param>
    /// <param name="last">Time of the last event read; null when there was none.</param>
    public static InfoReport Of(Recording recording, ReadOnlySpan<long> byKind, ulong? first, ulong? last)
    {
        RecordingInfo info = recording.Info;
        // A scenario written by hand has no recorder and no names but those of its events.
        IReadOnlyList<SourceCount> sources = info.Sources.Count > 0 || info.RecordCount > 0
            ? info.Sources : CountKinds(byKind);
        long named = 0, imported = 0;
        foreach (SourceCount source in sources)
        {
            named += source.Count;
            if (source.KindName.Length > 0) imported += source.Count;
        }
        return new InfoReport(
            info.Format,
            info.RecordCount > 0 ? info.RecordCount : named,
            sources,
            imported,
            info.LostCount,
            info.FirstTimeNs ?? first,
            info.LastTimeNs ?? last,
            info.CpuCount > 0 ? info.CpuCount : null,
            info.Clock.Length > 0 ? info.Clock : null,
            info.Kernel.Length > 0 ? info.Kernel : null);
    }

    private static List<SourceCount> CountKinds(ReadOnlySpan<long> byKind)
    {
        var counts = new List<SourceCount>();
        foreach (EventKindInfo kind in EventSchema.All)
        {
            long count = byKind[(byte)kind.Kind];
            if (count > 0) counts.Add(new SourceCount(kind.Name, count, kind.Name));
        }
        counts.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return counts;
    }
}
