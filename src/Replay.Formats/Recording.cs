using System;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Formats.Lanes;
using Replay.Formats.Native;
using Replay.Formats.Sidecar;

namespace Replay.Formats;

/// <summary>
/// An opened capture of any format: its events in final order, the names that they refer to, and what is known of its
/// origin and losses. <see cref="Info"/> and <see cref="Report"/> are complete when the last batch was read.
/// </summary>
public abstract class Recording : IEventSource, IDisposable
{
    protected Recording()
    {
        Tables = new EventTables();
        Info = new RecordingInfo();
        Report = new ImportReport();
    }

    /// <summary>One that adds to another: names, facts and losses are the other's.</summary>
    protected Recording(Recording other)
    {
        Tables = other.Tables;
        Info = other.Info;
        Report = other.Report;
        KnownNames = other.KnownNames;
        KnownDevices = other.KnownDevices;
    }

    /// <summary>Names that events refer to; grows while batches are read.</summary>
    public EventTables Tables { get; }

    /// <summary>Where the recording comes from: clock, kernel, CPUs, counts by recorded name.</summary>
    public RecordingInfo Info { get; }

    /// <summary>What was lost or damaged, with severity and first position.</summary>
    public ImportReport Report { get; }

    /// <summary>Part of the input read so far, 0 to 1; for a progress bar. May be read from another thread.</summary>
    public abstract double Progress { get; }

    /// <summary>
    /// True when recorded names become events while this is read, so that a mapping file and patterns of names to leave
    /// out apply; false when the file already holds canonical events.
    /// </summary>
    public virtual bool MapsNames => false;

    /// <summary>What is known of the batch read last; nothing, unless the format tells.</summary>
    public virtual BatchFacts LastBatch => new(null, true);

    /// <summary>
    /// Which recording this is, for checkpoints kept beside it; null when it cannot be read from its middle
    /// on, or is not complete.
    /// </summary>
    public virtual RecordingIdentity? Identify() => null;

    /// <summary>
    /// Events of the whole recording; where only reading tells, guessed by its size. 0 when nothing is known.
    /// </summary>
    public virtual long EventsExpected => Info.EventCount;

    /// <summary>
    /// Says, before the first batch, that places are going to be saved: <see cref="Transfer"/> then may save after
    /// every batch, however reading is divided, and what <see cref="IsUndamagedBefore"/> takes is noted.
    /// </summary>
    public virtual void NotePlaces() { }

    /// <summary>
    /// Saves where reading stands between two batches, with the names and the damage met so far, or goes there
    /// in a recording just opened. For recordings that <see cref="Identify"/> themselves.
    /// </summary>
    /// <exception cref="CheckpointException">The place is none of this recording.</exception>
    public virtual void Transfer(StateArchive archive)
    {
        TransferPlace(archive);
        NamesState.Transfer(archive, Tables.Names, KnownNames);
        NamesState.Transfer(archive, Tables.Devices, KnownDevices);

        // Last: going to a place may tell again what was told on the way to it.
        ReportState.Transfer(archive, Report);
    }

    /// <summary>Events read so far, those before a place that was gone to included.</summary>
    public virtual long EventsRead => 0;

    /// <summary>
    /// Reads what was skipped by going to a saved place, and says whether it is undamaged: where the file was written
    /// to since, its parts' checksums alone do not tell.
    /// </summary>
    public virtual bool IsUndamagedBefore() => false;

    /// <inheritdoc/>
    public abstract bool TryReadBatch(out ReadOnlySpan<IrqEvent> events);

    /// <summary>Names that are there as soon as the recording is opened; the empty one is in every table.</summary>
    internal int KnownNames { get; private protected set; } = 1;

    /// <inheritdoc cref="KnownNames"/>
    internal int KnownDevices { get; private protected set; } = 1;

    /// <summary>The part of <see cref="Transfer"/> that differs from format to format: where reading stands.</summary>
    internal virtual void TransferPlace(StateArchive archive) => throw new NotSupportedException();

    /// <summary>
    /// Gives away the buffer that the batch read last lies in, and goes on in <paramref name="next"/>: the batch then
    /// stays valid as long as its new owner wants. False, and nothing changes, where batches have to be copied.
    /// </summary>
    internal virtual bool TryDetach(BlockBuffer next, out DetachedBatch batch)
    {
        batch = default;
        return false;
    }

    /// <summary>
    /// Lets the recording divide its reading among lanes by itself, the caller's included; false where it cannot.
    /// Called before the first batch.
    /// </summary>
    internal virtual bool TryUseLanes(int lanes, LaneSettings settings) => false;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}
