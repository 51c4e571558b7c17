using System;
using System.Collections.Generic;

namespace Replay.Formats.Tests.Ctf;

/// <summary>
/// Bits in the order of a byte order: little-endian fills bytes from their lowest bit, big-endian from their highest.
/// One bit after the other, so that it is right by being plain.
/// </summary>
internal sealed class BitWriter(bool bigEndian)
{
    private readonly List<byte> _bytes = [];

    public int Bit { get; private set; }

    public BitWriter Align(int bits)
    {
        while (Bit % bits != 0) Put(0);
        return this;
    }

    public BitWriter Number(ulong value, int bits, int align)
    {
        Align(align);
        for (int i = 0; i < bits; i++) Put((value >> (bigEndian ? bits - 1 - i : i)) & 1);
        return this;
    }

    public BitWriter Text(string text)
    {
        Align(8);
        foreach (byte c in System.Text.Encoding.UTF8.GetBytes(text + "\0")) Number(c, 8, 8);
        return this;
    }

    public BitWriter Raw(ReadOnlySpan<byte> bytes)
    {
        Align(8);
        _bytes.AddRange(bytes);
        Bit += bytes.Length * 8;
        return this;
    }

    /// <summary>Writes a number of 64 bits over bytes already there.</summary>
    public void Patch(int bit, ulong value)
    {
        for (int i = 0; i < 8; i++) _bytes[(bit / 8) + i] = (byte)(value >> (8 * (bigEndian ? 7 - i : i)));
    }

    public byte[] ToArray() => [.. _bytes];

    private void Put(ulong bit)
    {
        if (Bit % 8 == 0) _bytes.Add(0);
        if (bit != 0) _bytes[^1] |= (byte)(1 << (bigEndian ? 7 - (Bit % 8) : Bit % 8));
        Bit++;
    }
}
