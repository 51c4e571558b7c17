using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Replay.Formats.Bytes;

/// <summary>
/// A seekable input, read by position into buffers of the caller's.
/// </summary>
/// <remarks>
/// Positional reads and not a mapping: a mapped file that somebody truncates takes the whole process down with SIGBUS,
/// and its pages count as resident until the kernel takes them back. With blocks of 128 KiB and more the copy costs
/// 1 to 3 ns a record, within the noise of the page faults that it saves. A file that shrinks under us gives a short
/// read, which readers report like any other cut; one that grows is read up to the length that it had at first.
/// </remarks>
internal sealed class InputFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <summary>Takes over a handle that can seek.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="name">For messages.</param>
    /// <param name="isCopy">It is a copy, without a name, of what cannot seek.</param>
    public InputFile(SafeFileHandle handle, string name, bool isCopy = false)
    {
        _handle = handle;
        Name = name;
        IsCopy = isCopy;
        Length = RandomAccess.GetLength(handle);
    }

    /// <summary>Name for messages, as the user gave it.</summary>
    public string Name { get; }

    /// <summary>Bytes when it was opened.</summary>
    public long Length { get; }

    /// <summary>True when the bytes are a copy of what came through a pipe or was packed as a whole.</summary>
    public bool IsCopy { get; }

    /// <summary>When it was last written to, in ticks of UTC.</summary>
    public long ModifiedTicks => File.GetLastWriteTimeUtc(_handle).Ticks;

    /// <summary>
    /// Opens <paramref name="path"/>; a pipe or a whole-file zstd stream goes through <see cref="Spool"/>.
    /// Throws <see cref="BadInputException"/> when it cannot be opened or read.
    /// </summary>
    public static InputFile Open(string path)
    {
        try
        {
            SafeFileHandle handle = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (IsPlain(handle)) return new InputFile(handle, path);
            using var stream = new FileStream(handle, FileAccess.Read, 0);
            return Spool.Fill(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw new BadInputException($"{path}: cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Opens a regular file as it is, packed or not.</summary>
    /// <exception cref="BadInputException">It cannot be opened.</exception>
    public static InputFile OpenPlain(string path)
    {
        try
        {
            return new InputFile(File.OpenHandle(path, FileMode.Open, FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw new BadInputException($"{path}: cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>
    /// Fills <paramref name="buffer"/> from <paramref name="offset"/> on. Returns the bytes read,
    /// fewer only at the end.
    /// </summary>
    public int Read(long offset, Span<byte> buffer)
    {
        long room = Length - offset;
        if (offset < 0 || room <= 0) return 0;
        if (buffer.Length > room) buffer = buffer[..(int)room];
        int done = 0;
        try
        {
            while (done < buffer.Length)
            {
                int read = RandomAccess.Read(_handle, buffer[done..], offset + done);
                if (read <= 0) break;
                done += read;
            }
        }
        catch (IOException e)
        {
            throw new BadInputException($"{Name}: offset {offset + done}: cannot be read: {e.Message}", e);
        }
        return done;
    }

    /// <summary>
    /// A stream of the whole file, beside any others; the file stays open as long as the process lives.
    /// </summary>
    public FileStream OpenStream()
    {
        bool isHeld = false;
        _handle.DangerousAddRef(ref isHeld);
        var handle = new SafeFileHandle(_handle.DangerousGetHandle(), ownsHandle: false);
        return new FileStream(handle, FileAccess.Read, bufferSize: 0) { Position = 0 };
    }

    /// <summary>True when the file can be read by position as it is.</summary>
    private static bool IsPlain(SafeFileHandle handle)
    {
        try
        {
            Span<byte> magic = stackalloc byte[4];
            _ = RandomAccess.GetLength(handle);
            int length = RandomAccess.Read(handle, magic, 0);
            return !Spool.IsZstd(magic[..length]);
        }
        catch (NotSupportedException)
        {
            // A pipe or a socket.
            return false;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Dispose() => _handle.Dispose();
}
