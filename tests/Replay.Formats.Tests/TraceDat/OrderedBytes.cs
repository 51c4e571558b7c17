using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>A growing file in one byte order.</summary>
internal sealed class OrderedBytes(bool bigEndian)
{
    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    public OrderedBytes U8(int value)
    {
        _bytes.Add((byte)value);
        return this;
    }

    public OrderedBytes U16(int value) => Number((ulong)value, 2);

    public OrderedBytes U32(uint value) => Number(value, 4);

    public OrderedBytes U64(ulong value) => Number(value, 8);

    public OrderedBytes Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Text without an end.</summary>
    public OrderedBytes Text(string text) => Raw(Encoding.UTF8.GetBytes(text));

    /// <summary>Text and NUL.</summary>
    public OrderedBytes Name(string text) => Text(text).U8(0);

    public OrderedBytes Align(int size)
    {
        while (_bytes.Count % size != 0) _bytes.Add(0);
        return this;
    }

    /// <summary>Writes a u64 over bytes already there.</summary>
    public void PatchU64(int at, ulong value)
    {
        for (int i = 0; i < 8; i++) _bytes[at + i] = (byte)(value >> (8 * (bigEndian ? 7 - i : i)));
    }

    public byte[] ToArray() => [.. _bytes];

    private OrderedBytes Number(ulong value, int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (bigEndian) BinaryPrimitives.WriteUInt64BigEndian(bytes, value << (64 - (8 * size)));
        else BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Raw(bytes[..size]);
    }
}
