using System;
using System.Runtime.InteropServices;

namespace Replay.Bench;

/// <summary>The system's libzstd as a compressor, for made inputs; the product only unpacks.</summary>
internal static partial class ZstdPacker
{
    private const string Library = "libzstd.so.1";

    // The library's own default.
    private const int Level = 3;

    /// <summary>One frame.</summary>
    public static byte[] Pack(byte[] content)
    {
        var packed = new byte[Bound((nuint)content.Length)];
        nuint length = Compress(packed, (nuint)packed.Length, content, (nuint)content.Length, Level);
        if (length > (nuint)packed.Length)
            throw new InvalidOperationException("libzstd could not compress the made trace.dat.");
        return packed[..(int)length];
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_compressBound")]
    private static partial nuint Bound(nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress")]
    private static partial nuint Compress(Span<byte> target, nuint targetLength,
        ReadOnlySpan<byte> source, nuint length, int level);
}
