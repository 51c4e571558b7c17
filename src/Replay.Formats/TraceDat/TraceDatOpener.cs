using System;
using System.Globalization;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

// 0        3         10        n+10  +1      +2
// 17 08 44 "tracing" "6\0"     order long    u32 page size        then the body; version 7: compression, its version,
//                                                                 u64 offset of the first section of options

/// <summary>Reads the start of a trace.dat, then the body as its version lays it out.</summary>
internal static class TraceDatOpener
{
    private const int VersionTextMax = 16;
    private const int NameMax = 256;

    /// <summary>The bytes that every trace.dat starts with.</summary>
    public static ReadOnlySpan<byte> Magic =>
        [0x17, 0x08, 0x44, (byte)'t', (byte)'r', (byte)'a', (byte)'c', (byte)'i', (byte)'n', (byte)'g'];

    /// <summary>Sizes of ring-buffer pages that are possible: powers of two up to 1 MiB.</summary>
    public static bool IsPageSize(uint size) =>
        size is >= RingBufferSpec.PageMin and <= RingBufferSpec.PageMax && (size & (size - 1)) == 0;

    /// <summary>
    /// Reads all metadata but symbols and the bodies of formats. Throws <see cref="BadInputException"/> for a file that
    /// cannot be read at all; lesser damage goes to the report.
    /// </summary>
    public static TraceDatLayout Open(InputFile file, ImportReport report)
    {
        var layout = new TraceDatLayout(file, report);
        try
        {
            Read(layout);
            CpuSpans.RemoveOverlaps(layout);
            return layout;
        }
        catch
        {
            layout.Decompressor?.Dispose();
            throw;
        }
    }

    private static void Read(TraceDatLayout layout)
    {
        InputFile file = layout.File;
        var whole = new FilePart(file, 0, file.Length);
        var start = new PartReader(whole, false);
        if (!start.TryPeek(Magic.Length, out ReadOnlySpan<byte> magic) || !magic.SequenceEqual(Magic))
            throw BadInputException.At(file.Name, 0, "17 08 44 'tracing'", "something else: not a trace.dat");
        start.TrySkip((ulong)Magic.Length);
        if (!start.TryReadText(VersionTextMax, out string text)
            || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version))
            throw BadInputException.At(file.Name, Magic.Length, "a version number and NUL", "something else");
        if (version is not (6 or 7))
        {
            throw BadInputException.At(file.Name, Magic.Length, "file version 6 or 7",
                $"version {version}: 'trace-cmd convert' can rewrite it");
        }
        layout.Version = version;
        if (!start.TryPeek(2, out ReadOnlySpan<byte> order) || order[0] > 1)
            throw BadInputException.At(file.Name, start.Position,
                "byte order 0 or 1 and a long size", "something else");
        layout.BigEndian = order[0] == 1;
        start.TrySkip(2);
        var reader = new PartReader(whole, layout.BigEndian);
        reader.TrySeek((ulong)start.Position);
        if (!reader.TryReadUInt32(out uint pageSize) || !IsPageSize(pageSize))
            throw BadInputException.At(file.Name, start.Position,
                "a page size, a power of two up to 1 MiB", $"{pageSize}");
        layout.PageSize = (int)pageSize;
        if (version == 6) new V6Body(layout, whole, reader).Read();
        else ReadV7(layout, reader);
        if (layout.Buffers.Count == 0 && layout.Facts.HasTextBuffer)
        {
            throw BadInputException.At(file.Name, 0, "recorded CPU data",
                "only the text of a latency tracer: give 'trace-cmd report' of the file instead");
        }
        if (layout.Facts.HasTextBuffer)
        {
            layout.Report.Add(LossSeverity.DataLoss,
                "text of a latency tracer's buffer is not read", 0, "CPU data", "text");
        }
        if (layout.Formats.Count > 0 && layout.Formats.TypeOffset < 0)
            throw BadInputException.At(file.Name, 0, "event formats with a 2-byte common_type",
                "none in the first of them");
    }

    private static void ReadV7(TraceDatLayout layout, PartReader reader)
    {
        long offset = reader.Position;
        if (!reader.TryReadText(NameMax, out string compression) || !reader.TryReadText(NameMax, out _)
            || !reader.TryReadUInt64(out ulong options))
            throw BadInputException.At(layout.File.Name, offset,
                "compression, its version and an offset", "something else");
        if (compression is not ("none" or "zlib" or "zstd"))
            throw BadInputException.At(layout.File.Name, offset, "compression none, zlib or zstd", $"'{compression}'");
        layout.Decompressor = Decompressor.Create(compression);
        new V7Sections(layout).Read(options);
    }
}
