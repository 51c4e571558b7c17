using System;
using System.IO;
using System.IO.Compression;

namespace Replay.Formats.Bytes;

/// <summary>
/// Unpacks blocks of one compression that a file names. Knows no sizes of its own: callers set limits.
/// </summary>
internal sealed class Decompressor : IDisposable
{
    private readonly Zstd? _zstd;
    private readonly Zlib? _zlib;

    private Decompressor(Zstd? zstd, Zlib? zlib)
    {
        _zstd = zstd;
        _zlib = zlib;
    }

    /// <summary>
    /// The decompressor for <c>zlib</c> or <c>zstd</c>; null for any other name. Throws
    /// <see cref="BadInputException"/> when libzstd is needed and missing.
    /// </summary>
    /// <param name="name">Name of the compression.</param>
    /// <param name="withLibz">False takes the runtime's zlib even where the system has one.</param>
    public static Decompressor? Create(string name, bool withLibz = true) => name switch
    {
        "zlib" => new Decompressor(null, withLibz ? Zlib.TryCreate() : null),
        "zstd" => new Decompressor(new Zstd(), null),
        _ => null,
    };

    /// <summary>
    /// Unpacks <paramref name="length"/> bytes of <paramref name="source"/> into <paramref name="target"/>. Returns the
    /// bytes written, or -1 for damage. Content that goes on past the target is damage too: the size was a lie.
    /// </summary>
    public int Decompress(byte[] source, int length, Span<byte> target)
    {
        if (_zstd is not null) return _zstd.Decompress(source.AsSpan(0, length), target);
        return _zlib?.Decompress(source.AsSpan(0, length), target) ?? DecompressByRuntime(source, length, target);
    }

    /// <summary>Another one of the same kind, for another thread.</summary>
    public Decompressor Again() => new(_zstd is null ? null : new Zstd(), _zlib is null ? null : Zlib.TryCreate());

    public void Dispose()
    {
        _zstd?.Dispose();
        _zlib?.Dispose();
    }

    private static int DecompressByRuntime(byte[] source, int length, Span<byte> target)
    {
        try
        {
            using var packed = new MemoryStream(source, 0, length, false);
            using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
            int done = zlib.ReadAtLeast(target, target.Length, false);
            return done == target.Length && zlib.ReadByte() >= 0 ? -1 : done;
        }
        catch (InvalidDataException)
        {
            return -1;
        }
    }
}
