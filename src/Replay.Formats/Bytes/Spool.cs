using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;

namespace Replay.Formats.Bytes;

/// <summary>
/// Makes a seekable input of a pipe, a socket or a zstd stream: copies it, unpacked, into a temporary file that no name
/// refers to. Memory stays flat; the disk of the temporary folder (TMPDIR) needs room for the unpacked capture.
/// </summary>
internal static class Spool
{
    private const int BlockBytes = 1 << 20;

    private static ReadOnlySpan<byte> ZstdMagic => [0x28, 0xB5, 0x2F, 0xFD];

    /// <summary>True when the bytes start a zstd frame (RFC 8878, 3.1.1).</summary>
    public static bool IsZstd(ReadOnlySpan<byte> firstBytes) => firstBytes.StartsWith(ZstdMagic);

    /// <summary>
    /// Reads <paramref name="source"/> to its end. Throws <see cref="BadInputException"/> when it cannot be read or
    /// unpacked; a zstd stream that is merely cut is kept as far as it goes, for the reader to report.
    /// </summary>
    public static InputFile Fill(Stream source, string name)
    {
        using var target = new SpoolWriter(name);
        try
        {
            Copy(source, target, name);
            return target.ToFile();
        }
        catch (IOException e)
        {
            throw new BadInputException($"{name}: cannot be copied to a temporary file: {e.Message}", e);
        }
    }

    private static void Copy(Stream source, SpoolWriter target, string name)
    {
        PipeReader reader = PipeReader.Create(source,
            new StreamPipeReaderOptions(bufferSize: BlockBytes, leaveOpen: true));
        var sink = new Sink(target, name);
        try
        {
            ReadResult result = reader.ReadAtLeastAsync(4).AsTask().GetAwaiter().GetResult();
            Span<byte> magic = stackalloc byte[4];
            ReadOnlySequence<byte> first = result.Buffer.Slice(0, Math.Min(4, result.Buffer.Length));
            first.CopyTo(magic);
            if (IsZstd(magic[..(int)first.Length])) sink.Unpack();
            while (true)
            {
                foreach (ReadOnlyMemory<byte> block in result.Buffer) sink.Write(block.Span);
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) break;
                result = reader.ReadAsync().AsTask().GetAwaiter().GetResult();
            }
        }
        finally
        {
            sink.Dispose();
            reader.Complete();
        }
    }

    /// <summary>Where blocks go: straight to the file, or through the decompressor.</summary>
    private sealed class Sink(SpoolWriter target, string name) : IDisposable
    {
        private Zstd? _zstd;
        private byte[] _block = [];
        private long _packed;

        public void Unpack()
        {
            _zstd = new Zstd();
            _block = new byte[BlockBytes];
        }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            if (_zstd is null)
            {
                target.Append(bytes);
                return;
            }
            bool full = false;
            while (bytes.Length > 0 || full)
            {
                if (!_zstd.TryStep(bytes, _block, out int consumed, out int written, out _))
                    throw BadInputException.At(name, _packed, "zstd data", "a damaged zstd stream");
                if (consumed == 0 && written == 0) break;
                _packed += consumed;
                bytes = bytes[consumed..];
                target.AppendUnpacked(_block.AsSpan(0, written), _packed);
                full = written == _block.Length;
            }
        }

        public void Dispose() => _zstd?.Dispose();
    }
}
