using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace Replay.Formats.Bytes;

/// <summary>
/// Makes a seekable input of a pipe, a socket or a zstd stream: copies it, unpacked, into a temporary file that no name
/// refers to. Memory stays flat; the disk of the temporary folder (TMPDIR) needs room for the unpacked capture.
/// </summary>
internal static class Spool
{
    /// <summary>Longest input kept, in bytes.</summary>
    public const long LengthMax = 1L << 38;

    /// <summary>Unpacked bytes up to which no ratio is asked for.</summary>
    private const long RatioFreeBytes = 1L << 32;

    /// <summary>Highest ratio of unpacked to packed bytes past <see cref="RatioFreeBytes"/>; captures have 5 to 50.</summary>
    private const long RatioMax = 1000;

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
        SafeFileHandle target = CreateFile();
        try
        {
            Copy(source, target, name);
            return new InputFile(target, name, isCopy: true);
        }
        catch (IOException e)
        {
            target.Dispose();
            throw new BadInputException($"{name}: cannot be copied to a temporary file: {e.Message}", e);
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    private static void Copy(Stream source, SafeFileHandle target, string name)
    {
        PipeReader reader = PipeReader.Create(source, new StreamPipeReaderOptions(bufferSize: BlockBytes, leaveOpen: true));
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

    private static SafeFileHandle CreateFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"irqreplay-{Guid.NewGuid():N}.spool");
        FileOptions options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        try
        {
            SafeFileHandle handle =
                File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, options);
            // Without a name there is nothing to clean up, even when the process is killed.
            if (!OperatingSystem.IsWindows()) File.Delete(path);
            return handle;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: temporary file cannot be made (TMPDIR says where): {e.Message}", e);
        }
    }

    /// <summary>Where blocks go: straight to the file, or through the decompressor.</summary>
    private sealed class Sink(SafeFileHandle target, string name) : IDisposable
    {
        private Zstd? _zstd;
        private byte[] _block = [];
        private long _packed;
        private long _length;

        public void Unpack()
        {
            _zstd = new Zstd();
            _block = new byte[BlockBytes];
        }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            if (_zstd is null)
            {
                Append(bytes);
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
                Append(_block.AsSpan(0, written));
                full = written == _block.Length;
            }
        }

        public void Dispose() => _zstd?.Dispose();

        private void Append(ReadOnlySpan<byte> bytes)
        {
            if (_length + bytes.Length > LengthMax)
                throw BadInputException.At(name, _length, $"at most {LengthMax} bytes", "a longer input");
            if (_zstd is not null && _length > RatioFreeBytes && _length / RatioMax > _packed)
                throw BadInputException.At(name, _packed, $"a compression ratio below {RatioMax}", "a higher one");
            RandomAccess.Write(target, bytes, _length);
            _length += bytes.Length;
        }
    }
}
