using System;
using System.Globalization;
using System.Text;
using Replay.Formats.Bytes;

namespace Replay.Formats.PerfData;

/// <summary>
/// Reads header, attributes and the sections behind the data: what a file tells before its first record.
/// </summary>
internal sealed class PerfHeaderReader
{
    /// <summary>Longest section that is read into memory; formats and symbols are read where they lie.</summary>
    private const int SectionMax = 16 << 20;

    private readonly PerfLayout _layout;
    private readonly InputFile _file;
    private readonly FilePart _whole;

    public PerfHeaderReader(PerfLayout layout)
    {
        _layout = layout;
        _file = layout.File;
        _whole = new FilePart(_file, 0, _file.Length);
    }

    /// <summary>True for either byte order, and for the first version of the format.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> first) => first.StartsWith(PerfSpec.Magic)
        || first.StartsWith(PerfSpec.MagicSwapped) || first.StartsWith(PerfSpec.MagicVersion1);

    /// <exception cref="BadInputException">Nothing of the file can be read.</exception>
    public void Read()
    {
        Span<byte> header = stackalloc byte[PerfSpec.FileHeaderBytes];
        header = header[.._whole.Read(0, header)];
        if (!LooksLike(header)) throw BadInputException.At(_file.Name, 0, "PERFILE2", TraceSniffer.Describe(header));
        _layout.BigEndian = header.StartsWith(PerfSpec.MagicSwapped);
        if (header.Length < PerfSpec.PipeHeaderBytes) throw Cut("a header of 16 bytes", header.Length);
        ulong headerBytes = U64(header[8..]);
        _layout.IsPipe = headerBytes == PerfSpec.PipeHeaderBytes;
        if (_layout.IsPipe)
        {
            _layout.Data = _whole.Slice(PerfSpec.PipeHeaderBytes, _file.Length - PerfSpec.PipeHeaderBytes);
            return;
        }
        if (header.Length < PerfSpec.FileHeaderBytes) throw Cut("a header of 104 bytes", header.Length);
        ReadAttrs(U64(header[16..]), Section(header, PerfSpec.AttrsOffset, "attributes"));
        ulong dataOffset = U64(header[PerfSpec.DataOffset..]), dataBytes = U64(header[(PerfSpec.DataOffset + 8)..]);
        if (dataBytes == 0)
        {
            _layout.Data = Tail(dataOffset, "data");
            _layout.Report.Add(LossSeverity.Warning,
                "the recorder did not finish the file: its data is read to the end of the file",
                PerfSpec.DataOffset + 8, "a length of the data", "0");
            return;
        }
        _layout.Data = Section(header, PerfSpec.DataOffset, "data");
        ReadFeatures(header[PerfSpec.FeaturesOffset..], dataOffset + dataBytes);
    }

    /// <summary>One section behind the data, or one that a record carries.</summary>
    public void ReadFeature(int feature, FilePart section)
    {
        if ((PerfFeature)feature == PerfFeature.TracingData)
        {
            ReadTracing(section);
            return;
        }
        if ((PerfFeature)feature is not (PerfFeature.OsRelease or PerfFeature.CpuCount or PerfFeature.EventNames
            or PerfFeature.ClockData)) return;
        var cursor = new ByteCursor(section.ReadAll(SectionMax), _layout.BigEndian);
        bool isRead = (PerfFeature)feature switch
        {
            PerfFeature.OsRelease => TryReadKernel(ref cursor),
            PerfFeature.CpuCount => TryReadCpus(ref cursor),
            PerfFeature.EventNames => TryReadNames(ref cursor),
            _ => TryReadClock(ref cursor),
        };
        if (isRead) return;
        _layout.Report.Add(LossSeverity.Warning, "section behind the data that cannot be read", section.FileOffset(0),
            $"section {feature}", $"{section.Length} bytes that are not");
    }

    /// <summary>
    /// Formats of the recorded tracepoints. Damage costs them, and that is said; what is counted stays.
    /// </summary>
    public void ReadTracing(FilePart section)
    {
        if (_layout.Tracing is not null || section.Length == 0) return;
        try
        {
            _layout.Tracing = PerfTracingData.Read(_file, _layout.Report, section);
        }
        catch (BadInputException e)
        {
            _layout.Report.Add(LossSeverity.DataLoss,
                "formats of the tracepoints that cannot be read", section.FileOffset(0),
                "what tracefs says of them", e.Message);
        }
    }

    /// <summary>An attribute and the numbers of its samples, as a record has them.</summary>
    public bool TryAddAttr(ReadOnlySpan<byte> body)
    {
        if (body.Length < PerfSpec.AttrBytesMin) return false;
        int size = (int)Math.Min(PerfAttr.U32(body[4..], _layout.BigEndian), int.MaxValue);
        // The first version of attributes did not say how long it is.
        if (size == 0) size = PerfSpec.AttrBytesMin;
        if (size < PerfSpec.AttrBytesMin || size > body.Length) return false;
        return TryAdd(body[..size], body[size..]);
    }

    private void ReadAttrs(ulong entryBytes, FilePart section)
    {
        const int IdsBytes = 16;
        if (entryBytes is < PerfSpec.AttrBytesMin + IdsBytes or > PerfSpec.AttrBytesMax
            || section.Length % (long)entryBytes != 0)
        {
            throw BadInputException.At(_file.Name, 16, "attributes of 80 to 4096 bytes that fill their section",
                $"{entryBytes} bytes each in {section.Length}");
        }
        var entry = new byte[entryBytes];
        for (long at = 0; at < section.Length; at += entry.Length)
        {
            section.Read(at, entry);
            ulong offset = U64(entry.AsSpan(entry.Length - IdsBytes)), length = U64(entry.AsSpan(entry.Length - 8));
            FilePart ids = length == 0 ? FilePart.Empty : Part(offset, length, "sample numbers");
            if (!TryAdd(entry.AsSpan(0, entry.Length - IdsBytes), ids.ReadAll(PerfSpec.IdsMax * 8)))
            {
                throw BadInputException.At(_file.Name, section.FileOffset(at),
                    $"at most {PerfSpec.AttrsMax} attributes and "
                    + $"{PerfSpec.IdsMax} sample numbers, each once", "others");
            }
        }
    }

    private bool TryAdd(ReadOnlySpan<byte> attrBytes, ReadOnlySpan<byte> ids)
    {
        if (_layout.Attrs.Count == PerfSpec.AttrsMax || PerfAttr.Parse(attrBytes, _layout.BigEndian) is not { } attr)
            return false;
        for (; ids.Length >= 8; ids = ids[8..])
        {
            ulong id = U64(ids);
            if (!_layout.TryAddId(id, _layout.Attrs.Count) && _layout.FindAttr(id) < 0) return false;
        }
        _layout.Add(attr);
        return true;
    }

    /// <summary>One offset and length for each bit that is set, in their order, just behind the data.</summary>
    private void ReadFeatures(ReadOnlySpan<byte> bits, ulong table)
    {
        Span<byte> place = stackalloc byte[16];
        for (int feature = 0; feature < PerfSpec.FeatureBits; feature++)
        {
            // An array of 64-bit words in the order of the recording machine.
            ulong word = U64(bits[(feature / 64 * 8)..]);
            if ((word >> (feature % 64) & 1) == 0) continue;
            if (table > (ulong)_file.Length || _whole.Read((long)table, place) < place.Length)
            {
                _layout.Report.Add(LossSeverity.DataLoss, "sections behind the data are missing",
                    (long)Math.Min(table, long.MaxValue),
                    $"offset and length of section {feature}", "the end of the file");
                return;
            }
            table += (ulong)place.Length;
            (ulong offset, ulong length) = (U64(place), U64(place[8..]));
            if (offset > (ulong)_file.Length || length > (ulong)_file.Length - offset)
            {
                _layout.Report.Add(LossSeverity.Warning, "section behind the data that lies outside of the file",
                    (long)table - place.Length, $"at most {_file.Length} bytes",
                    $"section {feature} at {offset}, {length} bytes");
                continue;
            }
            ReadFeature(feature, _whole.Slice((long)offset, (long)length));
        }
    }

    private bool TryReadKernel(ref ByteCursor cursor)
    {
        if (!TryReadString(ref cursor, out string kernel)) return false;
        _layout.Kernel = kernel;
        return true;
    }

    private bool TryReadCpus(ref ByteCursor cursor)
    {
        if (!cursor.TryReadUInt32(out uint configured)) return false;
        _layout.CpuCount = (int)Math.Min(configured, ushort.MaxValue);
        return true;
    }

    // u32 version · u32 clock · u64 wall ns · u64 clock ns
    private bool TryReadClock(ref ByteCursor cursor)
    {
        if (!cursor.TryReadUInt64(out _) || !cursor.TryReadUInt64(out ulong wall)
            || !cursor.TryReadUInt64(out ulong clock))
            return false;
        _layout.WallOffsetNs = (long)(wall - clock);
        return true;
    }

    // u32 events · u32 bytes of an attribute · each: attribute, u32 numbers, name, numbers of u64
    private bool TryReadNames(ref ByteCursor cursor)
    {
        if (!cursor.TryReadUInt32(out uint count) || !cursor.TryReadUInt32(out uint attrBytes)
            || attrBytes > PerfSpec.AttrBytesMax)
            return false;
        for (uint i = 0; i < count; i++)
        {
            if (!cursor.TryReadBytes((int)attrBytes, out _) || !cursor.TryReadUInt32(out uint ids)
                || !TryReadString(ref cursor, out string name) || ids > PerfSpec.IdsMax
                || !cursor.TryReadBytes((int)ids * 8, out _)) return false;
            if (i < _layout.Attrs.Count && name.Length > 0) _layout.Attrs[(int)i].Name = name;
        }
        return true;
    }

    /// <summary>u32 length, a multiple of 64 with what fills it up, then text and NUL.</summary>
    private static bool TryReadString(ref ByteCursor cursor, out string text)
    {
        text = "";
        if (!cursor.TryReadUInt32(out uint length) || length > int.MaxValue
            || !cursor.TryReadBytes((int)length, out ReadOnlySpan<byte> bytes)) return false;
        int end = bytes.IndexOf((byte)0);
        text = Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
        return true;
    }

    private FilePart Section(ReadOnlySpan<byte> header, int at, string what) =>
        Part(U64(header[at..]), U64(header[(at + 8)..]), what);

    private FilePart Tail(ulong offset, string what) => offset > (ulong)_file.Length
        ? throw Outside(offset, 0, what) : _whole.Slice((long)offset, _file.Length - (long)offset);

    /// <summary>A cut file has some of its data; of anything else a part is of no use.</summary>
    private FilePart Part(ulong offset, ulong length, string what)
    {
        if (offset > (ulong)_file.Length) throw Outside(offset, length, what);
        if (length > (ulong)_file.Length - offset)
        {
            if (what != "data") throw Outside(offset, length, what);
            _layout.Report.Add(LossSeverity.DataLoss, "data cut by the end of the file", (long)offset,
                string.Create(CultureInfo.InvariantCulture, $"{length} bytes"), $"{_file.Length - (long)offset}");
        }
        return _whole.Slice((long)offset, (long)Math.Min(length, long.MaxValue));
    }

    private ulong U64(ReadOnlySpan<byte> bytes) => PerfAttr.U64(bytes, _layout.BigEndian);

    private BadInputException Outside(ulong offset, ulong length, string what) => BadInputException.At(_file.Name,
        (long)Math.Min(offset, long.MaxValue),
        $"{what} inside the file's {_file.Length} bytes", $"{length} bytes at {offset}");

    private BadInputException Cut(string expected, int found) =>
        BadInputException.At(_file.Name, found, expected, "the end of the file");
}
