using System;
using System.Collections.Generic;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

// header_page · header_event · ftrace formats · systems · kallsyms · printk · command lines · u32 CPUs
// "options  " { u16 id, u32 size, data }… 0 · "flyrecord" { u64 offset, u64 size } per CPU · clock text · CPU data

/// <summary>Reads the body of a version 6 file: one fixed sequence without offsets.</summary>
internal sealed class V6Body
{
    private const int TagBytes = 10;
    private const int CpuEntryBytes = 16;
    private const int ClockTextMax = 64 * 1024;

    private readonly TraceDatLayout _layout;
    private readonly FilePart _whole;
    private readonly PartReader _reader;
    private readonly List<(string Name, ulong Offset)> _instances = [];

    public V6Body(TraceDatLayout layout, FilePart whole, PartReader reader)
    {
        _layout = layout;
        _whole = whole;
        _reader = reader;
    }

    public void Read()
    {
        MetadataReader.ReadFormatsAndSymbols(_layout, _reader, _whole);
        if (!_reader.TryReadUInt64(out ulong commandLines) || !_reader.TrySkip(commandLines))
            throw MetadataReader.Cut(_layout, _reader, "saved command lines");
        if (!_reader.TryReadUInt32(out uint cpus) || cpus > TraceDatLayout.CpusMax)
            throw MetadataReader.Cut(_layout, _reader, $"a count of at most {TraceDatLayout.CpusMax} CPUs");
        _layout.Facts.CpuCount = (int)cpus;
        ReadOptionsAndTag(_reader);
        var top = new BufferLayout { PageSize = PageSize() };
        if (!TryReadTable(_reader, top)) throw MetadataReader.Cut(_layout, _reader, "a table of the CPUs' data");
        if (_layout.Facts.ClockFollowsTable) ReadClock();
        if (_layout.Facts.Clock.Length == 0) _layout.Facts.Clock = "local";
        top.Clock = _layout.Facts.Clock;
        _layout.Buffers.Add(top);
        foreach ((string name, ulong offset) in _instances) ReadInstance(name, offset);
    }

    /// <summary>
    /// The header's page size is the recording program's; where the kernel's sub-buffers differ, header_page knows.
    /// </summary>
    private int PageSize()
    {
        int size = _layout.Ring!.DataOffset + _layout.Ring.DataSize;
        return size is >= RingBufferSpec.PageMin and <= RingBufferSpec.PageMax && (size & (size - 1)) == 0
            ? size : _layout.PageSize;
    }

    private void ReadOptionsAndTag(PartReader reader)
    {
        string tag = ReadTag(reader);
        if (tag.StartsWith("options", StringComparison.Ordinal))
        {
            ReadOptions(reader);
            tag = ReadTag(reader);
        }
        if (tag.StartsWith("latency", StringComparison.Ordinal))
        {
            throw BadInputException.At(_layout.File.Name, reader.FileOffset,
                "recorded CPU data", "the text of a latency tracer: give 'trace-cmd report' of the file instead");
        }
        if (!tag.StartsWith("flyrecord", StringComparison.Ordinal))
            throw BadInputException.At(_layout.File.Name, reader.FileOffset,
                "'options', 'latency' or 'flyrecord'", "another tag");
    }

    private string ReadTag(PartReader reader)
    {
        if (!reader.TryPeek(TagBytes, out ReadOnlySpan<byte> tag))
            throw MetadataReader.Cut(_layout, reader, "a tag of 10 bytes");
        string text = System.Text.Encoding.ASCII.GetString(tag);
        reader.TrySkip(TagBytes);
        return text;
    }

    private void ReadOptions(PartReader reader)
    {
        while (true)
        {
            if (_layout.OptionCount++ == TraceDatLayout.OptionsMax || !reader.TryReadUInt16(out ushort id))
                throw MetadataReader.Cut(_layout, reader, "an option");
            if (id == (ushort)OptionId.Done) return;
            long offset = reader.FileOffset;
            if (!reader.TryReadUInt32(out uint size) || !reader.TryTakePart(size, out FilePart part))
                throw MetadataReader.Cut(_layout, reader, "an option's size and data");
            if (size > OptionReader.LengthMax)
            {
                _layout.Report.Add(LossSeverity.Warning,
                    "option longer than 16 MiB skipped", offset, "less", $"{size}");
                continue;
            }
            byte[] data = part.ReadAll(OptionReader.LengthMax);
            if (id == (ushort)OptionId.Buffer) AddInstance(data, offset);
            else OptionReader.Apply(_layout, (OptionId)id, data, offset);
        }
    }

    private void AddInstance(byte[] data, long offset)
    {
        var cursor = new ByteCursor(data, _layout.BigEndian);
        if (cursor.TryReadUInt64(out ulong at) && cursor.TryReadText(out string name)
            && _instances.Count < TraceDatLayout.BuffersMax)
        {
            _instances.Add((name, at));
            return;
        }
        _layout.Report.Add(LossSeverity.DataLoss, "instance that cannot be read", offset, "offset and name",
            $"{data.Length} bytes that are not");
    }

    private bool TryReadTable(PartReader reader, BufferLayout buffer)
    {
        int count = _layout.Facts.CpuCount;
        if ((long)count * CpuEntryBytes > reader.Remaining) return false;
        for (int cpu = 0; cpu < count; cpu++)
        {
            if (!reader.TryReadUInt64(out ulong offset) || !reader.TryReadUInt64(out ulong size)) return false;
            CpuSpans.Add(_layout, buffer, (uint)cpu, offset, size, reader.FileOffset - CpuEntryBytes);
        }
        return true;
    }

    /// <summary>
    /// u64 size and text. A table whose size came from the option CPUCOUNT ends with one empty entry for old readers,
    /// and one old writer forgot the text: then the clock is the kernel's default.
    /// </summary>
    private void ReadClock()
    {
        long start = _reader.Position;
        if (TryReadClockHere()) return;
        if (_reader.TrySeek((ulong)(start + CpuEntryBytes)) && TryReadClockHere()) return;
        _layout.Report.Add(LossSeverity.Note, "no trace clock behind the CPU table (local assumed)",
            _whole.FileOffset(start), "size and text", "something else");
    }

    private bool TryReadClockHere()
    {
        if (!_reader.TryReadUInt64(out ulong size) || size > ClockTextMax) return false;
        if (!_reader.TryTakePart(size, out FilePart text)) return false;
        _layout.Facts.Clock = OptionReader.ParseClock(text.ReadAll(ClockTextMax));
        return _layout.Facts.Clock.Length > 0;
    }

    private void ReadInstance(string name, ulong offset)
    {
        var buffer = new BufferLayout { Name = name, Clock = _layout.Facts.Clock, PageSize = PageSize() };
        try
        {
            var reader = new PartReader(_whole, _layout.BigEndian);
            if (reader.TrySeek(offset))
            {
                ReadOptionsAndTag(reader);
                if (TryReadTable(reader, buffer))
                {
                    _layout.Buffers.Add(buffer);
                    return;
                }
            }
        }
        catch (BadInputException)
        {
            // Damage in an instance costs that instance only; it is reported below, with the others of its kind.
        }
        _layout.Report.Add(LossSeverity.DataLoss, "instance whose CPU table cannot be read",
            (long)Math.Min(offset, long.MaxValue),
            "'flyrecord' and a table", $"something else for '{name}'");
    }
}
