using System;

namespace Replay.Formats.Bytes;

/// <summary>A range of the input, or bytes unpacked from it: metadata reads the same from both.</summary>
internal sealed class FilePart
{
    private readonly InputFile? _file;
    private readonly ReadOnlyMemory<byte> _memory;

    /// <summary>A range of the file; cut at the file's end.</summary>
    public FilePart(InputFile file, long offset, long length)
    {
        _file = file;
        Offset = Math.Clamp(offset, 0, file.Length);
        Length = Math.Clamp(length, 0, file.Length - Offset);
    }

    /// <summary>Bytes that were unpacked from <paramref name="offset"/> of the file.</summary>
    public FilePart(ReadOnlyMemory<byte> memory, long offset)
    {
        _memory = memory;
        Offset = offset;
        Length = memory.Length;
    }

    /// <summary>Nothing, where a section is absent.</summary>
    public static FilePart Empty { get; } = new(ReadOnlyMemory<byte>.Empty, 0);

    /// <summary>Where the part, or the packed form of it, starts in the file; for messages.</summary>
    public long Offset { get; }

    /// <summary>Bytes of the part.</summary>
    public long Length { get; }

    /// <summary>True when positions in the part are positions in the file.</summary>
    public bool IsPlain => _file is not null;

    /// <summary>Position in the file that belongs to a position in the part.</summary>
    public long FileOffset(long position) => IsPlain ? Offset + position : Offset;

    /// <summary>
    /// Copies bytes from <paramref name="position"/> on; fewer than asked only at the end of the part.
    /// </summary>
    public int Read(long position, Span<byte> buffer)
    {
        if (position < 0 || position >= Length) return 0;
        if (buffer.Length > Length - position) buffer = buffer[..(int)(Length - position)];
        if (_file is not null) return _file.Read(Offset + position, buffer);
        _memory.Span.Slice((int)position, buffer.Length).CopyTo(buffer);
        return buffer.Length;
    }

    /// <summary>A range of this part, cut at its end.</summary>
    public FilePart Slice(long position, long length)
    {
        position = Math.Clamp(position, 0, Length);
        length = Math.Clamp(length, 0, Length - position);
        if (_file is not null) return new FilePart(_file, Offset + position, length);
        return new FilePart(_memory.Slice((int)position, (int)length), Offset);
    }

    /// <summary>All bytes, at most <paramref name="lengthMax"/>.</summary>
    public byte[] ReadAll(int lengthMax)
    {
        byte[] bytes = new byte[(int)Math.Min(Length, lengthMax)];
        int read = Read(0, bytes);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
