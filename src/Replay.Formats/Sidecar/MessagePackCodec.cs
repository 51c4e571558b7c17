using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Replay.Formats.Sidecar;

// The part of MessagePack (the specification of msgpack/msgpack on GitHub, spec.md) that sidecars need, under the names
// of the MessagePack package's own types and methods. To switch to the package: reference it, delete this file, add
// `using MessagePack;` where the types are used, call Flush() at the end of each Write method of the two codecs (the
// package's writer keeps bytes back until then), and let the catch clauses name EndOfStreamException too, which the
// package throws where this file throws MessagePackSerializationException. The bytes stay the same.

/// <summary>What comes next, without its length or value.</summary>
internal enum MessagePackType : byte
{
    Unknown,
    Integer,
    Nil,
    Boolean,
    Float,
    String,
    Binary,
    Array,
    Map,
    Extension,
}

/// <summary>The bytes are not what was asked for. The message names position, expected and found.</summary>
internal sealed class MessagePackSerializationException : Exception
{
    public MessagePackSerializationException() { }

    public MessagePackSerializationException(string message) : base(message) { }

    public MessagePackSerializationException(string message, Exception innerException)
        : base(message, innerException) { }
}

/// <summary>The first byte of each form of value.</summary>
internal static class MessagePackCode
{
    public const byte FixMap = 0x80;
    public const byte FixArray = 0x90;
    public const byte FixStr = 0xA0;
    public const byte Nil = 0xC0;
    public const byte NeverUsed = 0xC1;
    public const byte False = 0xC2;
    public const byte True = 0xC3;
    public const byte Bin8 = 0xC4;
    public const byte Bin16 = 0xC5;
    public const byte Bin32 = 0xC6;
    public const byte Ext8 = 0xC7;
    public const byte Ext16 = 0xC8;
    public const byte Ext32 = 0xC9;
    public const byte Float32 = 0xCA;
    public const byte Float64 = 0xCB;
    public const byte UInt8 = 0xCC;
    public const byte UInt16 = 0xCD;
    public const byte UInt32 = 0xCE;
    public const byte UInt64 = 0xCF;
    public const byte Int8 = 0xD0;
    public const byte Int16 = 0xD1;
    public const byte Int32 = 0xD2;
    public const byte Int64 = 0xD3;
    public const byte FixExt1 = 0xD4;
    public const byte FixExt16 = 0xD8;
    public const byte Str8 = 0xD9;
    public const byte Str16 = 0xDA;
    public const byte Str32 = 0xDB;
    public const byte Array16 = 0xDC;
    public const byte Array32 = 0xDD;
    public const byte Map16 = 0xDE;
    public const byte Map32 = 0xDF;
    public const byte NegativeFixInt = 0xE0;
}

/// <summary>Writes values in their shortest form.</summary>
internal readonly ref struct MessagePackWriter
{
    private const int MaxFixInt = 127;
    private const int MinFixInt = -32;
    private const int MaxFixCount = 15;
    private const int MaxFixStr = 31;

    private readonly IBufferWriter<byte> _output;

    public MessagePackWriter(IBufferWriter<byte> writer) => _output = writer;

    public void WriteNil() => WriteCode(MessagePackCode.Nil);

    public void Write(bool value) => WriteCode(value ? MessagePackCode.True : MessagePackCode.False);

    public void WriteArrayHeader(int count) =>
        WriteHeader((uint)count, MessagePackCode.FixArray, MaxFixCount, null,
            MessagePackCode.Array16, MessagePackCode.Array32);

    /// <summary>A map of <paramref name="count"/> pairs of key and value follows.</summary>
    public void WriteMapHeader(int count) =>
        WriteHeader((uint)count, MessagePackCode.FixMap, MaxFixCount, null,
            MessagePackCode.Map16, MessagePackCode.Map32);

    public void Write(long value)
    {
        if (value >= 0) Write((ulong)value);
        else if (value >= MinFixInt) WriteCode((byte)value);
        else if (value >= sbyte.MinValue) WriteNumber(MessagePackCode.Int8, (ulong)value, sizeof(byte));
        else if (value >= short.MinValue) WriteNumber(MessagePackCode.Int16, (ulong)value, sizeof(short));
        else if (value >= int.MinValue) WriteNumber(MessagePackCode.Int32, (ulong)value, sizeof(int));
        else WriteNumber(MessagePackCode.Int64, (ulong)value, sizeof(long));
    }

    public void Write(ulong value)
    {
        if (value <= MaxFixInt) WriteCode((byte)value);
        else if (value <= byte.MaxValue) WriteNumber(MessagePackCode.UInt8, value, sizeof(byte));
        else if (value <= ushort.MaxValue) WriteNumber(MessagePackCode.UInt16, value, sizeof(ushort));
        else if (value <= uint.MaxValue) WriteNumber(MessagePackCode.UInt32, value, sizeof(uint));
        else WriteNumber(MessagePackCode.UInt64, value, sizeof(ulong));
    }

    public void Write(double value) =>
        WriteNumber(MessagePackCode.Float64, BitConverter.DoubleToUInt64Bits(value), sizeof(double));

    public void Write(string? value)
    {
        if (value is null) WriteNil();
        else Write(value.AsSpan());
    }

    public void Write(ReadOnlySpan<char> value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        WriteHeader((uint)length, MessagePackCode.FixStr, MaxFixStr, MessagePackCode.Str8,
            MessagePackCode.Str16, MessagePackCode.Str32);
        Encoding.UTF8.GetBytes(value, _output.GetSpan(length));
        _output.Advance(length);
    }

    public void Write(byte[]? value)
    {
        if (value is null) WriteNil();
        else Write(value.AsSpan());
    }

    /// <summary>Binary.</summary>
    public void Write(ReadOnlySpan<byte> value)
    {
        WriteHeader((uint)value.Length, 0, -1, MessagePackCode.Bin8, MessagePackCode.Bin16, MessagePackCode.Bin32);
        _output.Write(value);
    }

    private void WriteHeader(uint count, byte fix, int fixMax, byte? code8, byte code16, byte code32)
    {
        if (count <= fixMax) WriteCode((byte)(fix | count));
        else if (count <= byte.MaxValue && code8 is { } code) WriteNumber(code, count, sizeof(byte));
        else if (count <= ushort.MaxValue) WriteNumber(code16, count, sizeof(ushort));
        else WriteNumber(code32, count, sizeof(uint));
    }

    private void WriteCode(byte code)
    {
        _output.GetSpan(1)[0] = code;
        _output.Advance(1);
    }

    private void WriteNumber(byte code, ulong value, int bytes)
    {
        Span<byte> target = _output.GetSpan(1 + sizeof(ulong));
        target[0] = code;
        BinaryPrimitives.WriteUInt64BigEndian(target[1..], value << (8 * (sizeof(ulong) - bytes)));
        _output.Advance(1 + bytes);
    }
}

/// <summary>
/// Reads values from hostile bytes: every count and length is held against the bytes that are left before anything is
/// allocated or repeated, and nesting has a limit.
/// </summary>
internal ref struct MessagePackReader // mutable struct: never readonly
{
    /// <summary>Deepest nesting that <see cref="Skip"/> follows.</summary>
    public const int DepthMax = 64;

    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    public MessagePackReader(ReadOnlyMemory<byte> memory)
    {
        _memory = memory;
        _bytes = memory.Span;
    }

    /// <summary>Bytes read so far.</summary>
    public readonly long Consumed => _position;

    /// <summary>True when nothing is left.</summary>
    public readonly bool End => _position >= _bytes.Length;

    /// <summary>First byte of the next value.</summary>
    public readonly byte NextCode => End ? throw Bad("a value", "the end") : _bytes[_position];

    public readonly MessagePackType NextMessagePackType => NextCode switch
    {
        < MessagePackCode.FixMap or >= MessagePackCode.NegativeFixInt => MessagePackType.Integer,
        < MessagePackCode.FixArray => MessagePackType.Map,
        < MessagePackCode.FixStr => MessagePackType.Array,
        < MessagePackCode.Nil => MessagePackType.String,
        MessagePackCode.Nil => MessagePackType.Nil,
        MessagePackCode.NeverUsed => MessagePackType.Unknown,
        MessagePackCode.False or MessagePackCode.True => MessagePackType.Boolean,
        <= MessagePackCode.Bin32 => MessagePackType.Binary,
        <= MessagePackCode.Ext32 => MessagePackType.Extension,
        <= MessagePackCode.Float64 => MessagePackType.Float,
        <= MessagePackCode.Int64 => MessagePackType.Integer,
        <= MessagePackCode.FixExt16 => MessagePackType.Extension,
        <= MessagePackCode.Str32 => MessagePackType.String,
        <= MessagePackCode.Array32 => MessagePackType.Array,
        _ => MessagePackType.Map,
    };

    public bool TryReadNil()
    {
        if (NextCode != MessagePackCode.Nil) return false;
        _position++;
        return true;
    }

    public bool ReadBoolean()
    {
        byte code = NextCode;
        if (code is not (MessagePackCode.False or MessagePackCode.True)) throw Bad("a boolean", code);
        _position++;
        return code == MessagePackCode.True;
    }

    /// <summary>Elements of the array that follows; no more than there are bytes left.</summary>
    public int ReadArrayHeader()
    {
        byte code = NextCode;
        uint count = (byte)(code & 0xF0) == MessagePackCode.FixArray ? Fixed(code, 0x0F) : code switch
        {
            MessagePackCode.Array16 => (uint)Number(sizeof(ushort)),
            MessagePackCode.Array32 => (uint)Number(sizeof(uint)),
            _ => throw Bad("an array", code),
        };
        return Fits(count, 1);
    }

    /// <summary>Pairs of the map that follows; no more than half the bytes left.</summary>
    public int ReadMapHeader()
    {
        byte code = NextCode;
        uint count = (byte)(code & 0xF0) == MessagePackCode.FixMap ? Fixed(code, 0x0F) : code switch
        {
            MessagePackCode.Map16 => (uint)Number(sizeof(ushort)),
            MessagePackCode.Map32 => (uint)Number(sizeof(uint)),
            _ => throw Bad("a map", code),
        };
        return Fits(count, 2);
    }

    public long ReadInt64()
    {
        byte code = NextCode;
        switch (code)
        {
            case < MessagePackCode.FixMap or >= MessagePackCode.NegativeFixInt:
                _position++;
                return (sbyte)code;
            case MessagePackCode.Int8: return (sbyte)Number(sizeof(sbyte));
            case MessagePackCode.Int16: return (short)Number(sizeof(short));
            case MessagePackCode.Int32: return (int)Number(sizeof(int));
            case MessagePackCode.Int64: return (long)Number(sizeof(long));
            case MessagePackCode.UInt8: return (long)Number(sizeof(byte));
            case MessagePackCode.UInt16: return (long)Number(sizeof(ushort));
            case MessagePackCode.UInt32: return (long)Number(sizeof(uint));
            case MessagePackCode.UInt64:
                ulong value = Number(sizeof(ulong));
                return value <= long.MaxValue ? (long)value : throw Bad("an integer of 63 bits", "a larger one");
            default: throw Bad("an integer", code);
        }
    }

    public ulong ReadUInt64()
    {
        if (NextCode == MessagePackCode.UInt64) return Number(sizeof(ulong));
        long value = ReadInt64();
        return value >= 0 ? (ulong)value : throw Bad("an integer from 0 on", "a negative one");
    }

    public int ReadInt32()
    {
        long value = ReadInt64();
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value : throw Bad("an integer of 32 bits", "a larger one");
    }

    /// <summary>A floating point number, or an integer as one.</summary>
    public double ReadDouble() => NextCode switch
    {
        MessagePackCode.Float32 => BitConverter.UInt32BitsToSingle((uint)Number(sizeof(uint))),
        MessagePackCode.Float64 => BitConverter.UInt64BitsToDouble(Number(sizeof(ulong))),
        MessagePackCode.UInt64 => Number(sizeof(ulong)),
        _ => ReadInt64(),
    };

    /// <summary>Text, or null for nil. Bytes that are not UTF-8 are replaced.</summary>
    public string? ReadString() => TryReadNil() ? null : Encoding.UTF8.GetString(ReadStringSpan());

    /// <summary>The UTF-8 bytes of a text, in place.</summary>
    public ReadOnlySpan<byte> ReadStringSpan()
    {
        byte code = NextCode;
        uint length = (byte)(code & 0xE0) == MessagePackCode.FixStr ? Fixed(code, 0x1F) : code switch
        {
            MessagePackCode.Str8 => (uint)Number(sizeof(byte)),
            MessagePackCode.Str16 => (uint)Number(sizeof(ushort)),
            MessagePackCode.Str32 => (uint)Number(sizeof(uint)),
            _ => throw Bad("text", code),
        };
        return Take(Fits(length, 1));
    }

    /// <summary>Binary in place, or null for nil.</summary>
    public ReadOnlySequence<byte>? ReadBytes()
    {
        if (TryReadNil()) return null;
        byte code = NextCode;
        uint length = code switch
        {
            MessagePackCode.Bin8 => (uint)Number(sizeof(byte)),
            MessagePackCode.Bin16 => (uint)Number(sizeof(ushort)),
            MessagePackCode.Bin32 => (uint)Number(sizeof(uint)),
            _ => throw Bad("binary", code),
        };
        int start = _position;
        Take(Fits(length, 1));
        return new ReadOnlySequence<byte>(_memory.Slice(start, (int)length));
    }

    /// <summary>Passes over one value with all that it holds.</summary>
    public void Skip()
    {
        Span<long> left = stackalloc long[DepthMax];
        int depth = 0;
        left[0] = 1;
        while (true)
        {
            while (left[depth] == 0)
            {
                if (depth == 0) return;
                depth--;
            }
            left[depth]--;
            long inner = SkipOne();
            if (inner == 0) continue;
            if (++depth == DepthMax) throw Bad("at most 64 levels of nesting", "more");
            left[depth] = inner;
        }
    }

    // Passes over a scalar, or over the header of a container, whose number of inner values it returns.
    private long SkipOne()
    {
        switch (NextMessagePackType)
        {
            case MessagePackType.Array: return ReadArrayHeader();
            case MessagePackType.Map: return 2L * ReadMapHeader();
            case MessagePackType.String: ReadStringSpan(); return 0;
            case MessagePackType.Binary: ReadBytes(); return 0;
            case MessagePackType.Integer: SkipInteger(); return 0;
            case MessagePackType.Float: ReadDouble(); return 0;
            case MessagePackType.Boolean: ReadBoolean(); return 0;
            case MessagePackType.Nil: _position++; return 0;
            case MessagePackType.Extension: SkipExtension(); return 0;
            default: throw Bad("a value", NextCode);
        }
    }

    private void SkipInteger()
    {
        if (NextCode == MessagePackCode.UInt64) ReadUInt64();
        else ReadInt64();
    }

    private void SkipExtension()
    {
        byte code = NextCode;
        uint length = code switch
        {
            MessagePackCode.Ext8 => (uint)Number(sizeof(byte)),
            MessagePackCode.Ext16 => (uint)Number(sizeof(ushort)),
            MessagePackCode.Ext32 => (uint)Number(sizeof(uint)),
            _ => Fixed(code, 0) + (1u << (code - MessagePackCode.FixExt1)),
        };
        Take(1); // The extension's type.
        Take(Fits(length, 1));
    }

    private uint Fixed(byte code, byte mask)
    {
        _position++;
        return (uint)(code & mask);
    }

    private ulong Number(int bytes)
    {
        if (_bytes.Length - _position <= bytes) throw Bad("a number", "the end");
        ulong value = 0;
        foreach (byte b in _bytes.Slice(_position + 1, bytes))
            value = (value << 8) | b;
        _position += 1 + bytes;
        return value;
    }

    private readonly int Fits(uint count, int bytesEach)
    {
        long left = _bytes.Length - _position;
        if ((long)count * bytesEach > left)
        {
            throw Bad("at most " + left.ToString(CultureInfo.InvariantCulture) + " bytes",
                count.ToString(CultureInfo.InvariantCulture) + " items");
        }
        return (int)count;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _bytes.Length - _position) throw Bad("a value", "the end");
        ReadOnlySpan<byte> taken = _bytes.Slice(_position, length);
        _position += length;
        return taken;
    }

    private readonly MessagePackSerializationException Bad(string expected, byte code) =>
        Bad(expected, "code 0x" + code.ToString("x2", CultureInfo.InvariantCulture));

    private readonly MessagePackSerializationException Bad(string expected, string found) =>
        new(string.Create(CultureInfo.InvariantCulture,
            $"MessagePack offset {_position}: expected {expected}, found {found}"));
}
