using System;
using System.IO;
using Replay.Core.Events;

namespace Replay.Formats.Native;

/// <summary>Writes a recording as the native format.</summary>
internal sealed class NativeSink : EventSink
{
    private readonly NativeWriter _writer;

    private NativeSink(NativeWriter writer) => _writer = writer;

    public static NativeSink Create(string path, RecordingInfo info) => new(NativeWriter.Create(path, info));

    public static NativeSink Attach(Stream stream, RecordingInfo info) => new(NativeWriter.Create(stream, info));

    public override void Write(ReadOnlySpan<IrqEvent> events, EventTables tables) => _writer.Write(events, tables);

    /// <summary>Nothing: a block is written when it is full, so that its size does not depend on who asks.</summary>
    public override void Flush() { }

    public override void Complete(RecordingInfo info, EventTables tables, ImportReport report) =>
        _writer.Complete(info, tables, report);

    protected override void Dispose(bool disposing)
    {
        if (disposing) _writer.Dispose();
        base.Dispose(disposing);
    }
}
