using System;
using Replay.Core.Events;
using Replay.Core.Replay;

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

    /// <inheritdoc/>
    public abstract bool TryReadBatch(out ReadOnlySpan<IrqEvent> events);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}
