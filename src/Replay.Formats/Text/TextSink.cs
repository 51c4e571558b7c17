using System;
using System.IO;
using Replay.Core.Events;

namespace Replay.Formats.Text;

/// <summary>Writes a recording as the text form.</summary>
internal sealed class TextSink : EventSink
{
    private readonly Stream _stream;
    private readonly EventTextWriter _writer;
    private readonly bool _ownsStream;

    private TextSink(Stream stream, RecordingInfo info, bool ownsStream, string heading = TextSpec.FirstLine + "\n")
    {
        _stream = stream;
        _ownsStream = ownsStream;
        _writer = new EventTextWriter(stream);
        _writer.WriteHeader(info, heading);
    }

    public static TextSink Create(string path, RecordingInfo info) => new(File.Create(path), info, ownsStream: true);

    public static TextSink Attach(Stream stream, RecordingInfo info) => new(stream, info, ownsStream: false);

    /// <summary>One machine's text behind those written before.</summary>
    public static TextSink Attach(Stream stream, RecordingInfo info, string heading) =>
        new(stream, info, ownsStream: false, heading);

    public override void Write(ReadOnlySpan<IrqEvent> events, EventTables tables) => _writer.Write(events, tables);

    public override void Flush() => _writer.Flush();

    public override void Complete(RecordingInfo info, EventTables tables, ImportReport report)
    {
        _writer.WriteEnd(info, report);
        _writer.Flush();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writer.Dispose();
            if (_ownsStream) _stream.Dispose();
        }
        base.Dispose(disposing);
    }
}
