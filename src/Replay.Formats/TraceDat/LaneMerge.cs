using System;
using System.Threading;
using Replay.Core.Events;

namespace Replay.Formats.TraceDat;

/// <summary>
/// Merges decoded chunks into batches: the very batches that a straight reader makes. Names get their numbers here, and
/// damage, losses and unreadable formats are told here, because all of these go by the order of all streams.
/// </summary>
internal sealed class LaneMerge
{
    private readonly DecodeLanes _lanes;
    private readonly EventTables _tables;
    private readonly ImportReport _report;
    private readonly SourceTable _sources;
    private readonly bool[] _toldIds;

    /// <param name="lanes">Where chunks come from.</param>
    /// <param name="tables">The recording's names.</param>
    /// <param name="report">The recording's damage.</param>
    /// <param name="sources">The recording's events; not those of a lane.</param>
    /// <param name="toldIds">Written here, read by the lanes: event numbers whose formats were told about.</param>
    public LaneMerge(DecodeLanes lanes, EventTables tables, ImportReport report, SourceTable sources, bool[] toldIds)
    {
        _lanes = lanes;
        _tables = tables;
        _report = report;
        _sources = sources;
        _toldIds = toldIds;
    }

    /// <summary>Records lost, as far as it was told.</summary>
    public long LostCount { get; private set; }

    /// <summary>
    /// Takes events of one stream while they come before the runner-up's and the batch has room. False when the stream
    /// has ended; else <paramref name="nextNs"/> is the time by which it is to be ranked next.
    /// </summary>
    public bool Run(int rank, Span<IrqEvent> batch, int full, ulong limitNs, bool winsTie,
        ref int used, out ulong nextNs)
    {
        LaneStream stream = _lanes.Streams[rank];
        EventChunk chunk = stream.Chunk ?? _lanes.Next(stream);
        while (true)
        {
            ulong peak = stream.PeakNs;
            bool isDone = Copy(chunk, stream, batch, full, limitNs, winsTie, ref used, ref peak);
            stream.PeakNs = peak;
            if (isDone && chunk.HasNews)
            {
                if (!chunk.EndsAtEvent) stream.PeakNs = peak = Math.Max(peak, chunk.PeakNs);
                isDone = chunk.EndsAtEvent || IsBefore(peak, limitNs, winsTie) && used < full;
                if (isDone) Tell(chunk);
            }
            if (isDone && chunk.IsLast)
            {
                nextNs = 0;
                return false;
            }
            nextNs = peak;
            if (!isDone || used >= full) return true;
            chunk = _lanes.Next(stream);
        }
    }

    private static bool IsBefore(ulong timeNs, ulong limitNs, bool winsTie) =>
        timeNs < limitNs || (timeNs == limitNs && winsTie);

    /// <summary>Takes events of the chunk at hand; true when it has none left.</summary>
    private bool Copy(EventChunk chunk, LaneStream stream, Span<IrqEvent> batch, int full, ulong limitNs, bool winsTie,
        ref int usedSoFar, ref ulong peakSoFar)
    {
        ReadOnlySpan<IrqEvent> records = chunk.Records.AsSpan(0, chunk.Count);
        int at = stream.At, used = usedSoFar;
        ulong peak = peakSoFar;
        while (at < records.Length)
        {
            ref readonly IrqEvent record = ref records[at];
            if (record.TimeNs > peak) peak = record.TimeNs;
            if (!IsBefore(peak, limitNs, winsTie) || used >= full) break;
            int start = used;
            batch[used++] = record;
            at++;
            while (at < records.Length && records[at].Kind == EventKind.Extension) batch[used++] = records[at++];
            EventKind kind = batch[start].Kind;
            if (kind == EventKind.HandlerEntry)
                batch[start].A = (uint)chunk.Names.NumberOfName((int)batch[start].A, _tables);
            else if (LaneNames.HasNames(kind)) chunk.Names.Translate(batch[start..used], _tables);
        }
        stream.At = at;
        usedSoFar = used;
        peakSoFar = peak;
        return at == records.Length;
    }

    private void Tell(EventChunk chunk)
    {
        if (chunk.UntoldId >= 0)
        {
            if (!_sources.IsResolved(chunk.UntoldId)) _sources.Resolve(chunk.UntoldId);
            Volatile.Write(ref _toldIds[chunk.UntoldId], true);
            chunk.UntoldId = -1;
        }
        LostCount += chunk.LostCount;
        chunk.LostCount = 0;
        foreach (LossEntry entry in chunk.Damage)
        {
            for (long i = 0; i < entry.Count; i++)
            {
                if (!_report.Seen(entry.What))
                    _report.Add(entry.Severity, entry.What, entry.FirstOffset, entry.Expected, entry.Found);
            }
        }
        chunk.Damage.Clear();
        chunk.Failure?.Throw();
    }
}
