using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.Machines;
using Replay.Formats.Native;
using Replay.Formats.Text;

namespace Replay.Formats;

/// <summary>One format that can be written.</summary>
/// <param name="Name">What people call it (<c>native</c>).</param>
/// <param name="Extension">Extension that chooses it, with the dot.</param>
/// <param name="Create">Starts a file; the info may still lack what is known only at the end.</param>
/// <param name="Attach">Starts on a stream that stays open; null for formats that need a file.</param>
/// <param name="CreateMachines">Starts a file of several machines with these names; null where that cannot be.</param>
public sealed record Exporter(
    string Name,
    string Extension,
    Func<string, RecordingInfo, EventSink> Create,
    Func<Stream, RecordingInfo, EventSink>? Attach,
    Func<string, IReadOnlyList<string>, MachinesSink>? CreateMachines = null);

/// <summary>Takes the events of one recording, a batch at a time, and writes them in one format.</summary>
public abstract class EventSink : IDisposable
{
    /// <summary>Writes whole events: never called with a span that ends between an event and its extensions.</summary>
    public abstract void Write(ReadOnlySpan<IrqEvent> events, EventTables tables);

    /// <summary>Pushes what was written to the stream underneath.</summary>
    public abstract void Flush();

    /// <summary>Writes what is known only at the end. Called once, when all events were written.</summary>
    public abstract void Complete(RecordingInfo info, EventTables tables, ImportReport report);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}

/// <summary>The formats that can be written.</summary>
public static class ExporterTable
{
    public static IReadOnlyList<Exporter> Rows { get; } =
    [
        new("native", ".irqt", NativeSink.Create, NativeSink.Attach, NativeMachinesSink.Create),
        new("text", ".irqs", TextSink.Create, TextSink.Attach, TextMachinesSink.Create),
    ];
}
