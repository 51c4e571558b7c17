using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Formats;

namespace Replay.Cli.Tests.Fakes;

/// <summary>A format whose files are the five bytes <c>FAKE\n</c>, and a text format that names kind and irq.</summary>
internal static class FakeFormats
{
    public static byte[] FileBytes => "FAKE\n"u8.ToArray();

    public static FormatCatalog Catalog(Func<OpenOptions, Recording> open, IList<string>? opened = null)
    {
        var importer = new Importer(
            "fake",
            static bytes => bytes.StartsWith("FAKE"u8),
            (path, options) =>
            {
                opened?.Add("path " + Path.GetFileName(path));
                return open(options);
            },
            (stream, name, options) =>
            {
                var content = new MemoryStream();
                stream.CopyTo(content);
                opened?.Add($"stream {name} {content.Length}");
                return open(options);
            });
        var text = new Exporter("text", ".irqs",
            (path, _) => new FakeSink(File.Create(path), owns: true), (stream, _) => new FakeSink(stream, owns: false));
        var native = new Exporter("native", ".irqt", (path, _) => new FakeSink(File.Create(path), owns: true), null);
        // Inverted bits after the magic stand for compression.
        return new FormatCatalog([importer], [native, text],
            static stream => new InvertingStream(stream), CompileFilter);
    }

    public static byte[] Compress(byte[] plain)
    {
        var bytes = new List<byte> { 0x28, 0xB5, 0x2F, 0xFD };
        foreach (byte value in plain) bytes.Add((byte)~value);
        return [.. bytes];
    }

    private static EventPredicate CompileFilter(string expression, EventTables tables)
    {
        if (!expression.StartsWith("irq == ", StringComparison.Ordinal))
            throw new FormatException($"column 1: expected irq, found \"{expression}\"");
        uint irq = uint.Parse(expression["irq == ".Length..], CultureInfo.InvariantCulture);
        // A marker keeps the length of its text where others keep their interrupt.
        return records => records[0].Kind != EventKind.Mark && records[0].Irq == irq;
    }

    private sealed class FakeSink(Stream stream, bool owns) : EventSink
    {
        private readonly StringBuilder _held = new("# fake header\n");

        public override void Write(ReadOnlySpan<IrqEvent> events, EventTables tables)
        {
            foreach (IrqEvent record in events)
            {
                if (record.Kind == EventKind.Extension) continue;
                _held.Append(EventSchema.Find(record.Kind)!.Name);
                if (record.Kind != EventKind.Mark) _held.Append(CultureInfo.InvariantCulture, $" irq={record.Irq}");
                _held.Append('\n');
            }
        }

        public override void Flush()
        {
            stream.Write(Encoding.UTF8.GetBytes(_held.ToString()));
            _held.Clear();
        }

        public override void Complete(RecordingInfo info, EventTables tables, ImportReport report)
        {
            _held.Append(CultureInfo.InvariantCulture, $"end {info.RecordCount}\n");
            Flush();
        }

        protected override void Dispose(bool disposing)
        {
            if (owns) stream.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class InvertingStream(Stream inner) : ReadOnlyStream
    {
        private bool _started;

        public override int Read(Span<byte> buffer)
        {
            if (!_started)
            {
                inner.ReadExactly(new byte[4]);
                _started = true;
            }
            int length = inner.Read(buffer);
            for (int i = 0; i < length; i++) buffer[i] = (byte)~buffer[i];
            return length;
        }
    }

    /// <summary>A stream that can be read and nothing else.</summary>
    private abstract class ReadOnlyStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
