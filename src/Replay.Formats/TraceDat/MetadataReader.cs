using System.Globalization;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

/// <summary>
/// Reads the metadata whose content is the same in both versions. Damage throws <see cref="BadInputException"/>: in
/// version 6 nothing behind it can be found, in version 7 the caller limits it to the section.
/// </summary>
internal static class MetadataReader
{
    /// <summary>Longest header_page or header_event text.</summary>
    private const int HeaderTextMax = 64 * 1024;

    /// <summary>Longest name of a system.</summary>
    private const int SystemNameMax = 256;

    /// <summary>Most systems; a kernel has 150.</summary>
    private const int SystemsMax = 1 << 16;

    /// <summary>Longest kallsyms or printk text.</summary>
    public const int SymbolTextMax = 32 << 20;

    /// <summary>
    /// header_page, header_event, formats of ftrace's own events, formats by system, kallsyms, printk formats: how
    /// version 6 and what perf copies from tracefs begin.
    /// </summary>
    public static void ReadFormatsAndSymbols(TraceDatLayout layout, PartReader reader, FilePart part)
    {
        layout.Ring = ReadHeaderInfo(layout, reader);
        ReadFtraceFormats(layout, reader, part);
        ReadSystems(layout, reader, part);
        FilePart kallsyms = TakeText32(layout, reader, "kallsyms");
        FilePart printk = TakeText32(layout, reader, "printk formats");
        layout.FetchKallsyms = () => kallsyms.ReadAll(SymbolTextMax);
        layout.FetchPrintk = () => printk.ReadAll(SymbolTextMax);
    }

    /// <summary><c>header_page\0</c> u64 size, text; <c>header_event\0</c> u64 size, text.</summary>
    public static RingBufferSpec ReadHeaderInfo(TraceDatLayout layout, PartReader reader)
    {
        long offset = reader.FileOffset;
        byte[] page = ReadHeaderText(layout, reader, "header_page");
        byte[] entry = ReadHeaderText(layout, reader, "header_event");
        return RingBufferSpec.Parse(page, entry, out string error)
            ?? throw BadInputException.At(layout.File.Name, offset,
                "a ring-buffer layout that this version knows", error);
    }

    /// <summary>u32 count; each u64 size, format text.</summary>
    public static void ReadFtraceFormats(TraceDatLayout layout, PartReader reader, FilePart part)
    {
        if (!reader.TryReadUInt32(out uint count)) throw Cut(layout, reader, "a count of ftrace formats");
        ReadFormats(layout, reader, part, "ftrace", count);
    }

    /// <summary>u32 systems; each: name, NUL, u32 count, then u64 size and format text of each event.</summary>
    public static void ReadSystems(TraceDatLayout layout, PartReader reader, FilePart part)
    {
        if (!reader.TryReadUInt32(out uint systems) || systems > SystemsMax)
            throw Cut(layout, reader, $"a count of at most {SystemsMax} event systems");
        for (uint i = 0; i < systems; i++)
        {
            if (!reader.TryReadText(SystemNameMax, out string system))
                throw Cut(layout, reader, "a system's name and NUL");
            if (!reader.TryReadUInt32(out uint count)) throw Cut(layout, reader, "a count of event formats");
            ReadFormats(layout, reader, part, system, count);
        }
    }

    /// <summary>Damage at the reader's place: what is needed does not fit into what is left.</summary>
    public static BadInputException Cut(TraceDatLayout layout, PartReader reader, string expected) =>
        BadInputException.At(layout.File.Name, reader.FileOffset, expected,
            $"{reader.Remaining.ToString(CultureInfo.InvariantCulture)} bytes that are not that");

    private static FilePart TakeText32(TraceDatLayout layout, PartReader reader, string what)
    {
        if (!reader.TryReadUInt32(out uint size) || !reader.TryTakePart(size, out FilePart text))
            throw Cut(layout, reader, what);
        return text;
    }

    private static void ReadFormats(
        TraceDatLayout layout, PartReader reader, FilePart part, string system, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt64(out ulong size)) throw Cut(layout, reader, "size of an event format");
            if (!layout.Formats.TryAdd(reader, part, system, size))
                throw Cut(layout, reader, $"an event format of {size} bytes");
        }
    }

    private static byte[] ReadHeaderText(TraceDatLayout layout, PartReader reader, string tag)
    {
        long offset = reader.FileOffset;
        if (!reader.TryReadText(tag.Length + 1, out string found) || found != tag)
            throw BadInputException.At(layout.File.Name, offset, tag, "something else");
        if (!reader.TryReadUInt64(out ulong size) || size > HeaderTextMax
            || !reader.TryTakePart(size, out FilePart text))
            throw Cut(layout, reader, $"{tag} of at most {HeaderTextMax} bytes");
        return text.ReadAll(HeaderTextMax);
    }
}
