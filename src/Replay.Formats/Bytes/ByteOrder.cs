using System;
using System.Buffers.Binary;

namespace Replay.Formats.Bytes;

/// <summary>
/// Byte order of a file as a type argument, so that the record loop is compiled once for each order and asks neither
/// per number nor per record.
/// </summary>
internal interface IByteOrder
{
    /// <summary>Bits of the record header's type field and time delta: mirrored between the two orders.</summary>
    static abstract void SplitEventHeader(uint header, out uint typeLength, out uint delta);

    static abstract ushort ReadUInt16(ReadOnlySpan<byte> bytes);

    static abstract uint ReadUInt32(ReadOnlySpan<byte> bytes);

    static abstract ulong ReadUInt64(ReadOnlySpan<byte> bytes);
}

/// <summary>Least significant byte first.</summary>
internal readonly struct LittleEndianOrder : IByteOrder
{
    public static void SplitEventHeader(uint header, out uint typeLength, out uint delta)
    {
        typeLength = header & 31;
        delta = header >> 5;
    }

    public static ushort ReadUInt16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    public static uint ReadUInt32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    public static ulong ReadUInt64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}

/// <summary>Most significant byte first.</summary>
internal readonly struct BigEndianOrder : IByteOrder
{
    public static void SplitEventHeader(uint header, out uint typeLength, out uint delta)
    {
        typeLength = header >> 27;
        delta = header & 0x07FF_FFFF;
    }

    public static ushort ReadUInt16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    public static uint ReadUInt32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes);

    public static ulong ReadUInt64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64BigEndian(bytes);
}
