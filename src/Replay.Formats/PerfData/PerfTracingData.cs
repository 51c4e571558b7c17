using System;
using System.Globalization;
using Replay.Formats.Bytes;
using Replay.Formats.TraceDat;

namespace Replay.Formats.PerfData;

/// <summary>
/// Formats and symbols that perf copies from tracefs: the start of a trace.dat, in a version of its own
/// (tools/perf/util/trace-event-info.c).
/// </summary>
internal static class PerfTracingData
{
    private const int VersionTextMax = 16;

    /// <summary>Since this version it ends with the names of threads.</summary>
    private static readonly Version CommandLinesSince = new(0, 6);

    /// <exception cref="BadInputException">Damaged.</exception>
    public static TraceDatLayout Read(InputFile file, ImportReport report, FilePart part)
    {
        var layout = new TraceDatLayout(file, report);
        var start = new PartReader(part, false);
        ReadOnlySpan<byte> magic = TraceDatOpener.Magic;
        if (!start.TryPeek(magic.Length, out ReadOnlySpan<byte> found) || !found.SequenceEqual(magic))
            throw BadInputException.At(file.Name, start.FileOffset, "17 08 44 'tracing'", "something else");
        start.TrySkip((ulong)magic.Length);
        if (!start.TryReadText(VersionTextMax, out string text) || !Version.TryParse(text, out Version? version))
            throw BadInputException.At(file.Name, start.FileOffset, "a version such as 0.6 and NUL", "something else");
        if (!start.TryPeek(2, out ReadOnlySpan<byte> order) || order[0] > 1)
            throw BadInputException.At(file.Name, start.FileOffset,
                "byte order 0 or 1 and a long size", "something else");
        layout.BigEndian = order[0] == 1;
        start.TrySkip(2);
        var reader = new PartReader(part, layout.BigEndian);
        reader.TrySeek((ulong)start.Position);
        if (!reader.TryReadUInt32(out uint pageSize) || pageSize == 0)
        {
            throw BadInputException.At(file.Name, start.FileOffset, "a page size",
                pageSize.ToString(CultureInfo.InvariantCulture));
        }
        MetadataReader.ReadFormatsAndSymbols(layout, reader, part);
        if (version >= CommandLinesSince && !(reader.TryReadUInt64(out ulong names) && reader.TrySkip(names)))
            report.Add(LossSeverity.Warning, "names of threads cut", reader.FileOffset, "their text", "the end");
        return layout;
    }
}
