using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

// section  0        2           4              8        16
//          u16 id   u16 flags   u32 string id  u64 size content; flag bit 0: u32 packed size, u32 size, packed content

/// <summary>Reads a version 7 file: sections found through a linked list of options.</summary>
internal sealed class V7Sections
{
    private const int HeaderBytes = 16;
    private const ushort CompressedFlag = 1;

    /// <summary>Most sections of options; one more means a list that never ends.</summary>
    private const int OptionSectionsMax = 1024;

    /// <summary>Largest unpacked section, and the most that all of them may take.</summary>
    private const int UnpackedMax = 32 << 20;
    private const long UnpackedTotalMax = 96 << 20;

    private readonly TraceDatLayout _layout;
    private readonly Dictionary<OptionId, ulong> _sections = [];
    private long _unpackedTotal;

    public V7Sections(TraceDatLayout layout) => _layout = layout;

    /// <summary>Follows the options from the first section of them on, then reads what they point to.</summary>
    public void Read(ulong optionsOffset)
    {
        ReadOptionSections(optionsOffset);
        if (!_sections.TryGetValue(OptionId.HeaderInfo, out ulong headerInfo))
            throw BadInputException.At(_layout.File.Name, (long)optionsOffset, "an option HEADER_INFO", "none");
        if (!TryOpen(headerInfo, OptionId.HeaderInfo, out FilePart part, out string error))
            throw BadInputException.At(_layout.File.Name, (long)headerInfo, "the section HEADER_INFO", error);
        _layout.Ring = MetadataReader.ReadHeaderInfo(_layout, new PartReader(part, _layout.BigEndian));
        ReadFormats(OptionId.FtraceEvents, MetadataReader.ReadFtraceFormats);
        ReadFormats(OptionId.EventFormats, MetadataReader.ReadSystems);
        _layout.FetchKallsyms = () => ReadText32(OptionId.Kallsyms);
        _layout.FetchPrintk = () => ReadText32(OptionId.Printk);
    }

    private void ReadOptionSections(ulong offset)
    {
        HashSet<ulong> visited = [];
        bool first = true;
        while (offset != 0)
        {
            bool fresh = visited.Add(offset) && visited.Count <= OptionSectionsMax;
            string error = "a section seen before: the list is a circle";
            if (fresh && TryOpen(offset, OptionId.Done, out FilePart part, out error))
            {
                offset = ReadOptions(part);
                first = false;
                continue;
            }
            if (first)
                throw BadInputException.At(_layout.File.Name, (long)Math.Min(offset, long.MaxValue),
                    "a section of options", error);
            _layout.Report.Add(LossSeverity.DataLoss, "list of options ends in damage",
                (long)Math.Min(offset, long.MaxValue), "a section of options", error);
            return;
        }
        if (first) throw BadInputException.At(_layout.File.Name, 0, "an offset of the options", "0");
    }

    /// <summary>Reads one section of options; the offset of the next, 0 at the end.</summary>
    private ulong ReadOptions(FilePart part)
    {
        var reader = new PartReader(part, _layout.BigEndian);
        while (reader.Remaining > 0)
        {
            long offset = reader.FileOffset;
            if (_layout.OptionCount++ == TraceDatLayout.OptionsMax || !reader.TryReadUInt16(out ushort id)
                || !reader.TryReadUInt32(out uint size) || !reader.TryTakePart(size, out FilePart option))
            {
                _layout.Report.Add(LossSeverity.DataLoss, "options end in damage", offset,
                    $"id, size and data, at most {TraceDatLayout.OptionsMax} times", $"{reader.Remaining} bytes");
                return 0;
            }
            if (size > OptionReader.LengthMax)
            {
                _layout.Report.Add(LossSeverity.Warning,
                    "option longer than 16 MiB skipped", offset, "less", $"{size}");
                continue;
            }
            byte[] data = option.ReadAll(OptionReader.LengthMax);
            var cursor = new ByteCursor(data, _layout.BigEndian);
            switch ((OptionId)id)
            {
                case OptionId.Done:
                    return cursor.TryReadUInt64(out ulong next) ? next : 0;
                case OptionId.Buffer:
                    ReadBuffer(cursor, offset);
                    break;
                case OptionId.BufferText:
                    _layout.Facts.HasTextBuffer = true;
                    break;
                case >= OptionId.HeaderInfo and <= OptionId.Printk:
                    if (cursor.TryReadUInt64(out ulong section)) _sections.TryAdd((OptionId)id, section);
                    break;
                default:
                    OptionReader.Apply(_layout, (OptionId)id, data, offset);
                    break;
            }
        }
        return 0;
    }

    private void ReadBuffer(ByteCursor cursor, long offset)
    {
        if (cursor.TryReadUInt64(out ulong section) && cursor.TryReadText(out string name)
            && cursor.TryReadText(out string clock) && cursor.TryReadUInt32(out uint pageSize)
            && cursor.TryReadUInt32(out uint cpus) && cpus <= cursor.Remaining / 20
            && TraceDatOpener.IsPageSize(pageSize) && _layout.Buffers.Count < TraceDatLayout.BuffersMax
            && TryReadHeader(section, OptionId.Buffer, out ushort flags, out _, out _))
        {
            var buffer = new BufferLayout
            {
                Name = name,
                Clock = clock,
                PageSize = (int)pageSize,
                Compressed = (flags & CompressedFlag) != 0,
            };
            for (uint i = 0; i < cpus; i++)
            {
                cursor.TryReadUInt32(out uint cpu);
                cursor.TryReadUInt64(out ulong at);
                cursor.TryReadUInt64(out ulong size);
                CpuSpans.Add(_layout, buffer, cpu, at, size, offset);
            }
            if (name.Length == 0)
            {
                if (clock.Length > 0) _layout.Facts.Clock = clock;
                _layout.Facts.CpuCount = Math.Max(_layout.Facts.CpuCount, (int)cpus);
            }
            _layout.Buffers.Add(buffer);
            return;
        }
        _layout.Report.Add(LossSeverity.DataLoss, "buffer that cannot be read", offset,
            "a section, names, a page size and a table of CPUs", "something else");
    }

    private void ReadFormats(OptionId id, Action<TraceDatLayout, PartReader, FilePart> read)
    {
        if (!_sections.TryGetValue(id, out ulong offset)) return;
        if (TryOpen(offset, id, out FilePart part, out string error))
        {
            try
            {
                read(_layout, new PartReader(part, _layout.BigEndian), part);
                return;
            }
            catch (BadInputException e)
            {
                error = e.Message;
            }
        }
        _layout.Report.Add(LossSeverity.DataLoss, $"section {id} cannot be read to its end",
            (long)Math.Min(offset, long.MaxValue),
            "event formats", error);
    }

    private byte[] ReadText32(OptionId id)
    {
        if (!_sections.TryGetValue(id, out ulong offset)) return [];
        if (TryOpen(offset, id, out FilePart part, out string error))
        {
            var reader = new PartReader(part, _layout.BigEndian);
            if (reader.TryReadUInt32(out uint size) && reader.TryTakePart(size, out FilePart text))
                return text.ReadAll(MetadataReader.SymbolTextMax);
            error = "a text that goes on past the section";
        }
        string what = $"section {id} cannot be read";

        // Who went to a saved place may have been told before that.
        if (!_layout.Report.Has(what))
            _layout.Report.Add(LossSeverity.Warning, what, (long)Math.Min(offset, long.MaxValue), "text", error);
        return [];
    }

    private bool TryReadHeader(ulong offset, OptionId expected, out ushort flags, out ulong size, out string error)
    {
        flags = 0;
        size = 0;
        error = "an offset outside the file";
        if (offset > (ulong)_layout.File.Length) return false;
        Span<byte> bytes = stackalloc byte[HeaderBytes];
        if (_layout.File.Read((long)offset, bytes) < HeaderBytes) return false;
        var cursor = new ByteCursor(bytes, _layout.BigEndian);
        cursor.TryReadUInt16(out ushort id);
        cursor.TryReadUInt16(out flags);
        cursor.TryReadUInt32(out _);
        cursor.TryReadUInt64(out size);
        error = $"section {id}";
        return id == (ushort)expected;
    }

    /// <summary>Content of a section, unpacked.</summary>
    private bool TryOpen(ulong offset, OptionId expected, out FilePart part, out string error)
    {
        part = FilePart.Empty;
        if (!TryReadHeader(offset, expected, out ushort flags, out ulong size, out error)) return false;
        long start = (long)offset + HeaderBytes;
        error = $"a size of {size} that goes past the end of the file";
        if (size > (ulong)(_layout.File.Length - start)) return false;
        if ((flags & CompressedFlag) == 0)
        {
            part = new FilePart(_layout.File, start, (long)size);
            return true;
        }
        return TryUnpack(start, size, out part, out error);
    }

    private bool TryUnpack(long start, ulong size, out FilePart part, out string error)
    {
        part = FilePart.Empty;
        error = "a compressed section in a file without compression";
        if (_layout.Decompressor is null) return false;
        Span<byte> bytes = stackalloc byte[8];
        error = "sizes out of range";
        if (size < 8 || _layout.File.Read(start, bytes) < 8) return false;
        uint packedSize = _layout.BigEndian
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        uint unpackedSize = _layout.BigEndian
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (packedSize > size - 8 || packedSize > UnpackedMax || unpackedSize > UnpackedMax) return false;
        if (_unpackedTotal + packedSize + unpackedSize > UnpackedTotalMax) return false;
        _unpackedTotal += unpackedSize;
        byte[] packed = new FilePart(_layout.File, start + 8, packedSize).ReadAll((int)packedSize);
        byte[] unpacked = new byte[unpackedSize];
        int length = _layout.Decompressor.Decompress(packed, packed.Length, unpacked);
        error = "damaged compressed data";
        if (length != unpacked.Length) return false;
        part = new FilePart(unpacked, start);
        return true;
    }
}
