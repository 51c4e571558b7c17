using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Replay.Formats.Bytes;

namespace Replay.Formats.Native;

/// <summary>Where the bytes of a recording come from.</summary>
internal abstract class ByteSource : IDisposable
{
    /// <summary>Bytes there are, or -1 while that is not known.</summary>
    public abstract long Length { get; }

    /// <summary>True when offsets may go back.</summary>
    public abstract bool CanSeek { get; }

    /// <summary>Copies bytes from an absolute offset; fewer than asked for only where the input ends.</summary>
    public abstract int ReadAt(long offset, Span<byte> target);

    /// <summary>When the input was last written to, in ticks of UTC; 0 when it has no such time.</summary>
    public virtual long ModifiedTicks => 0;

    public abstract void Dispose();
}

/// <summary>
/// A regular file, read with positioned reads into the reader's own buffer.
/// </summary>
/// <remarks>
/// Not mapped, though a map is about half as fast again: what is checked in a shared map can change before it is used,
/// and a file that shrinks while mapped ends the process. A private copy is checked and used, and cannot change.
/// </remarks>
internal sealed class FileSource : ByteSource
{
    private readonly FileStream _stream;
    private readonly SafeFileHandle _handle;
    private readonly long _start;

    /// <summary>Owns <paramref name="stream"/>, which must be able to seek.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="start">Where in it offset 0 is.</param>
    /// <param name="bytes">Most bytes of it from there on.</param>
    public FileSource(FileStream stream, long start = 0, long bytes = long.MaxValue)
    {
        _stream = stream;
        _handle = stream.SafeFileHandle;
        _start = start;
        Length = Math.Clamp(RandomAccess.GetLength(_handle) - start, 0, bytes);
    }

    /// <summary>Length when the file was opened; what a live writer adds later belongs to the next reader.</summary>
    public override long Length { get; }

    public override bool CanSeek => true;

    public override long ModifiedTicks => File.GetLastWriteTimeUtc(_handle).Ticks;

    public override int ReadAt(long offset, Span<byte> target)
    {
        int done = 0;
        if (target.Length > Length - offset) target = target[..(int)Math.Max(0, Length - offset)];
        while (done < target.Length)
        {
            int read = RandomAccess.Read(_handle, target[done..], _start + offset + done);
            if (read == 0) break;
            done += read;
        }
        return done;
    }

    public override void Dispose() => _stream.Dispose();
}

/// <summary>A pipe, socket or decompressed stream: forward only.</summary>
internal sealed class PipeSource : ByteSource
{
    private const int ReadBytes = NativeSpec.BlockBytesMax;

    private readonly PipeReader _reader;
    private readonly long _length;
    private long _position;

    public PipeSource(Stream stream)
    {
        _length = stream.CanSeek ? stream.Length - stream.Position : -1;
        _reader = PipeReader.Create(new SynchronousStream(stream),
            new StreamPipeReaderOptions(bufferSize: ReadBytes, minimumReadSize: ReadBytes / 4));
    }

    public override long Length => _length;

    public override bool CanSeek => false;

    public override int ReadAt(long offset, Span<byte> target)
    {
        while (_position < offset)
        {
            long skipped = Take(offset - _position, default);
            if (skipped == 0) return 0;
        }
        int done = 0;
        while (done < target.Length)
        {
            long taken = Take(target.Length - done, target[done..]);
            if (taken == 0) break;
            done += (int)taken;
        }
        return done;
    }

    public override void Dispose() => _reader.Complete();

    // Moves over up to `most` bytes, copying them where there is a target. 0 means that the input has ended.
    private long Take(long most, Span<byte> target)
    {
        while (true)
        {
            ValueTask<ReadResult> pending = _reader.ReadAsync();
            ReadResult result = pending.IsCompletedSuccessfully
                ? pending.Result : pending.AsTask().GetAwaiter().GetResult();
            ReadOnlySequence<byte> buffer = result.Buffer;
            long taken = Math.Min(most, buffer.Length);
            buffer = buffer.Slice(0, taken);
            if (!target.IsEmpty) buffer.CopyTo(target);
            _reader.AdvanceTo(buffer.End);
            _position += taken;
            if (taken > 0 || result.IsCompleted) return taken;
        }
    }
}
