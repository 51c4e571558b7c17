using System;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace Replay.Formats.Bytes;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720 appendix B.4): reflected polynomial 0x82F63B78, register starts and ends inverted.
/// </summary>
/// <remarks>
/// The instruction has a latency of three cycles and a throughput of one, so one chain of it reaches a third of what
/// the core can do. The hardware path therefore runs three chains over three neighbouring stretches and joins them with
/// tables that move a register over a stretch of zeros (the register is linear over GF(2)).
/// </remarks>
internal static class Crc32C
{
    /// <summary>Set to a name of <see cref="Implementations"/> to force that one.</summary>
    internal const string EnvironmentVariable = "IRQREPLAY_CRC32C";

    // A stretch of 4096 pays for the join; 256 serves small blocks. Both are powers of two, so the
    // tables come by squaring.
    private const int LongStretch = 4096;
    private const int ShortStretch = 256;
    private const uint Polynomial = 0x82F63B78;

    private static readonly uint[] ByteTable = BuildByteTable();
    private static readonly uint[] LongShift = BuildShiftTable(LongStretch);
    private static readonly uint[] ShortShift = BuildShiftTable(ShortStretch);

    /// <summary>One way to compute the checksum: takes and returns the inverted (plain) register.</summary>
    internal delegate uint Update(uint register, ReadOnlySpan<byte> data);

    /// <summary>All ways, best first; tests run each supported one on the same inputs.</summary>
    internal static (string Name, bool IsSupported, Update Update)[] Implementations { get; } =
    [
        ("x64", Sse42.X64.IsSupported, UpdateInThree<X64Step>),
        ("arm64", ArmCrc32.Arm64.IsSupported, UpdateInThree<Arm64Step>),
        ("table", true, UpdateByTable),
    ];

    // After Implementations and the tables: initialisers run in textual order.
    private static readonly Update Best = Choose(Environment.GetEnvironmentVariable(EnvironmentVariable));

    /// <summary>Checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => ~Best(uint.MaxValue, data);

    /// <summary>Checksum of the bytes that gave <paramref name="crc"/> followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data) => ~Best(~crc, data);

    /// <summary>The implementation of that name where this machine has it, else the best one that it has.</summary>
    internal static Update Choose(string? name)
    {
        Update? best = null;
        foreach ((string candidate, bool isSupported, Update update) in Implementations)
        {
            if (!isSupported) continue;
            if (candidate == name) return update;
            best ??= update;
        }
        return best!;
    }

    private static uint UpdateByTable(uint register, ReadOnlySpan<byte> data)
    {
        uint[] table = ByteTable;
        foreach (byte b in data)
            register = table[(byte)(register ^ b)] ^ (register >> 8);
        return register;
    }

    private static uint UpdateInThree<TStep>(uint register, ReadOnlySpan<byte> data) where TStep : struct, ICrcStep
    {
        while (data.Length >= 3 * LongStretch)
        {
            register = ThreeStretches<TStep>(register, data[..(3 * LongStretch)], LongShift);
            data = data[(3 * LongStretch)..];
        }
        while (data.Length >= 3 * ShortStretch)
        {
            register = ThreeStretches<TStep>(register, data[..(3 * ShortStretch)], ShortShift);
            data = data[(3 * ShortStretch)..];
        }
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(data))
            register = TStep.Word(register, word);
        foreach (byte b in data[(data.Length & ~7)..])
            register = TStep.Byte(register, b);
        return register;
    }

    private static uint ThreeStretches<TStep>(uint register, ReadOnlySpan<byte> data, uint[] shift)
        where TStep : struct, ICrcStep
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        int length = words.Length / 3;
        ReadOnlySpan<ulong> first = words[..length];
        ReadOnlySpan<ulong> second = words.Slice(length, length);
        ReadOnlySpan<ulong> third = words.Slice(2 * length, length);
        uint a = register;
        uint b = 0;
        uint c = 0;
        for (int i = 0; i < first.Length; i++)
        {
            a = TStep.Word(a, first[i]);
            b = TStep.Word(b, second[i]);
            c = TStep.Word(c, third[i]);
        }
        return Shift(shift, Shift(shift, a) ^ b) ^ c;
    }

    private static uint Shift(uint[] table, uint register) =>
        table[(byte)register] ^ table[256 + (byte)(register >> 8)] ^ table[512 + (byte)(register >> 16)]
        ^ table[768 + (int)(register >> 24)];

    private static uint[] BuildByteTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            table[i] = value;
        }
        return table;
    }

    // Columns of the matrix that moves a register over one zero byte, squared until it moves over the whole stretch;
    // then spread over four tables of one byte each.
    private static uint[] BuildShiftTable(int stretch)
    {
        var columns = new uint[32];
        for (int bit = 0; bit < 32; bit++)
        {
            uint basis = 1u << bit;
            columns[bit] = ByteTable[(byte)basis] ^ (basis >> 8);
        }
        for (int bytes = 1; bytes < stretch; bytes *= 2)
        {
            var squared = new uint[32];
            for (int bit = 0; bit < 32; bit++)
                squared[bit] = Multiply(columns, columns[bit]);
            columns = squared;
        }
        var table = new uint[4 * 256];
        for (int place = 0; place < 4; place++)
        {
            for (uint value = 0; value < 256; value++)
                table[(place * 256) + value] = Multiply(columns, value << (8 * place));
        }
        return table;
    }

    private static uint Multiply(uint[] columns, uint vector)
    {
        uint sum = 0;
        for (; vector != 0; vector &= vector - 1)
            sum ^= columns[BitOperations.TrailingZeroCount(vector)];
        return sum;
    }

    /// <summary>The processor's instruction for eight bytes and for one.</summary>
    private interface ICrcStep
    {
        static abstract uint Word(uint register, ulong word);

        static abstract uint Byte(uint register, byte value);
    }

    private readonly struct X64Step : ICrcStep
    {
        public static uint Word(uint register, ulong word) => (uint)Sse42.X64.Crc32(register, word);

        public static uint Byte(uint register, byte value) => Sse42.Crc32(register, value);
    }

    private readonly struct Arm64Step : ICrcStep
    {
        public static uint Word(uint register, ulong word) => ArmCrc32.Arm64.ComputeCrc32C(register, word);

        public static uint Byte(uint register, byte value) => ArmCrc32.ComputeCrc32C(register, value);
    }
}
