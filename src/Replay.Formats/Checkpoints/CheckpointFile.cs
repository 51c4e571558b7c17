using System;
using System.Buffers.Binary;
using System.IO;
using Microsoft.Win32.SafeHandles;
using Replay.Core.Checkpoints;
using Replay.Formats.Bytes;

namespace Replay.Formats.Checkpoints;

/// <summary>
/// A file of checkpoints that is open for reading. Only the trailer and the directory are read at once;
/// each chunk is checked when it is asked for.
/// </summary>
public sealed class CheckpointFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly long _length;

    /// <exception cref="CheckpointException">The file is none, damaged, or cannot be read.</exception>
    public CheckpointFile(string path)
    {
        try
        {
            // A pipe has no length, and to open one is to wait for its writer.
            var file = new FileInfo(path);
            if ((file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length == 0)
                throw new CheckpointException("it is empty, or no file");
            _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException("it cannot be opened: " + e.Message, e);
        }
        try
        {
            _length = RandomAccess.GetLength(_handle);
            Directory = DirectoryCodec.Read(Read(FindDirectory(), CheckpointSpec.DirectoryBytesMax, "its directory"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            _handle.Dispose();
            throw new CheckpointException("it cannot be read: " + e.Message, e);
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    public CheckpointDirectory Directory { get; }

    /// <summary>The bytes of a chunk, checked.</summary>
    /// <exception cref="CheckpointException">They are damaged.</exception>
    public byte[] Read(Chunk chunk) => Read(chunk, CheckpointSpec.ChunkBytesMax, "a checkpoint in it");

    public void Dispose() => _handle.Dispose();

    private Chunk FindDirectory()
    {
        Span<byte> magic = stackalloc byte[CheckpointSpec.MagicBytes];
        Span<byte> trailer = stackalloc byte[CheckpointSpec.TrailerBytes];
        if (_length < magic.Length + trailer.Length)
            throw new CheckpointException($"it has {_length} bytes, too few for any checkpoint");
        Fill(magic, 0);
        if (BinaryPrimitives.ReadUInt64LittleEndian(magic) != CheckpointSpec.FileMagic)
            throw new CheckpointException(
                $"offset 0: expected 8F 49 52 51 43 0D 0A 1A, found {Convert.ToHexString(magic)}");
        long offset = _length - trailer.Length;
        Fill(trailer, offset);
        uint crc = Crc32C.Compute(trailer[..^sizeof(uint)]);
        uint found = BinaryPrimitives.ReadUInt32LittleEndian(trailer[^sizeof(uint)..]);
        if (BinaryPrimitives.ReadUInt64LittleEndian(trailer) != CheckpointSpec.TrailerMagic || crc != found)
            throw new CheckpointException($"offset {offset}: expected a trailer with the checksum {crc:x8}, "
                + $"found {found:x8}: it is not complete");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(trailer[24..]);
        if (version != CheckpointSpec.Version)
            throw new CheckpointException(
                $"it is of version {version}, and this program reads version {CheckpointSpec.Version}");
        return new Chunk(BinaryPrimitives.ReadInt64LittleEndian(trailer[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(trailer[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(trailer[20..]));
    }

    private byte[] Read(Chunk chunk, int bytesMax, string what)
    {
        long end = _length - CheckpointSpec.TrailerBytes;
        if (chunk.Length < 0 || chunk.Length > bytesMax || chunk.Offset < CheckpointSpec.MagicBytes
            || chunk.Offset > end - chunk.Length)
            throw new CheckpointException($"{what} is said to be {chunk.Length} bytes at offset "
                + $"{chunk.Offset}, where it cannot be");
        byte[] bytes = new byte[chunk.Length];
        Fill(bytes, chunk.Offset);
        uint crc = Crc32C.Compute(bytes);
        if (crc != chunk.Crc)
            throw new CheckpointException($"offset {chunk.Offset}: {what} is damaged: expected the checksum "
                + $"{chunk.Crc:x8}, found {crc:x8}");
        return bytes;
    }

    private void Fill(Span<byte> target, long offset)
    {
        for (int done = 0; done < target.Length;)
        {
            int got = RandomAccess.Read(_handle, target[done..], offset + done);
            if (got == 0)
                throw new CheckpointException($"offset {offset + done}: expected "
                    + $"{target.Length - done} bytes more, found the end");
            done += got;
        }
    }
}
