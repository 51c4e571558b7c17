using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>Builds one ring-buffer page, record by record, in either byte order.</summary>
internal sealed class PageBuilder
{
    private readonly bool _bigEndian;
    private readonly int _longSize;
    private readonly int _pageSize;
    private readonly ulong _timeNs;
    private readonly List<byte> _data = [];
    private ulong? _lost;
    private long? _commit;

    public PageBuilder(bool bigEndian, int longSize, int pageSize, ulong timeNs)
    {
        _bigEndian = bigEndian;
        _longSize = longSize;
        _pageSize = pageSize;
        _timeNs = timeNs;
    }

    /// <summary>Bytes for records that are still free.</summary>
    public int Room => _pageSize - 8 - _longSize - _data.Count;

    /// <summary>A data record; padded to a multiple of 4. Above 112 bytes the long form is used.</summary>
    public PageBuilder Data(uint delta, byte[] record)
    {
        int padded = (record.Length + 3) & ~3;
        if (padded is > 0 and <= 112)
        {
            Header((uint)padded / 4, delta);
        }
        else
        {
            Header(0, delta);
            Word((uint)record.Length + 4);
        }
        _data.AddRange(record);
        for (int i = record.Length; i < padded; i++) _data.Add(0xEE);
        return this;
    }

    /// <summary>A time extend: the clock goes on by <paramref name="delta"/>.</summary>
    public PageBuilder Extend(ulong delta)
    {
        Header(30, (uint)(delta & 0x07FF_FFFF));
        Word((uint)(delta >> 27));
        return this;
    }

    /// <summary>An absolute time of 59 bits.</summary>
    public PageBuilder Stamp(ulong timeNs)
    {
        Header(31, (uint)(timeNs & 0x07FF_FFFF));
        Word((uint)(timeNs >> 27));
        return this;
    }

    /// <summary>A discarded record of <paramref name="length"/> bytes, its length word included.</summary>
    public PageBuilder Discarded(uint delta, uint length)
    {
        Header(29, delta);
        Word(length);
        for (uint i = 4; i < length; i++) _data.Add(0xDD);
        return this;
    }

    /// <summary>Padding to the end of the page.</summary>
    public PageBuilder EndPadding()
    {
        Header(29, 0);
        return this;
    }

    /// <summary>A raw word, for damage.</summary>
    public PageBuilder Word(uint word)
    {
        byte[] bytes = new byte[4];
        if (_bigEndian) BinaryPrimitives.WriteUInt32BigEndian(bytes, word);
        else BinaryPrimitives.WriteUInt32LittleEndian(bytes, word);
        _data.AddRange(bytes);
        return this;
    }

    /// <summary>Records were lost before this page; 0 = the kernel did not store how many.</summary>
    public PageBuilder Lost(ulong count)
    {
        _lost = count;
        return this;
    }

    /// <summary>Lies about the used bytes.</summary>
    public PageBuilder Commit(long commit)
    {
        _commit = commit;
        return this;
    }

    public byte[] ToArray()
    {
        byte[] page = new byte[_pageSize];
        ulong commit = (ulong)(_commit ?? _data.Count);
        _data.CopyTo(page, 8 + _longSize);
        if (_lost is { } lost)
        {
            commit |= 1u << 31;
            if (lost > 0)
            {
                commit |= 1u << 30;
                WriteLong(page.AsSpan(8 + _longSize + _data.Count), lost);
            }
        }
        if (_bigEndian) BinaryPrimitives.WriteUInt64BigEndian(page, _timeNs);
        else BinaryPrimitives.WriteUInt64LittleEndian(page, _timeNs);
        WriteLong(page.AsSpan(8), commit);
        return page;
    }

    private void Header(uint type, uint delta) =>
        Word(_bigEndian ? (type << 27) | delta : (delta << 5) | type);

    private void WriteLong(Span<byte> target, ulong value)
    {
        if (_longSize == 4)
        {
            if (_bigEndian) BinaryPrimitives.WriteUInt32BigEndian(target, (uint)value);
            else BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)value);
        }
        else if (_bigEndian)
        {
            BinaryPrimitives.WriteUInt64BigEndian(target, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target, value);
        }
    }
}
