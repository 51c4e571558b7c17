using System.Numerics;
using System.Runtime.CompilerServices;

namespace Replay.Core.State;

/// <summary>A set of 256 bits: the word that all vector bitmaps are made of.</summary>
public struct Bits256
{
    private Words _words; // mutable struct: never readonly

    [InlineArray(4)]
    private struct Words
    {
        private ulong _first;
    }

    /// <summary>Membership of one vector.</summary>
    public bool this[byte bit]
    {
        readonly get => (_words[bit >> 6] >> (bit & 63) & 1) != 0;
        set
        {
            ulong mask = 1UL << (bit & 63);
            if (value) _words[bit >> 6] |= mask;
            else _words[bit >> 6] &= ~mask;
        }
    }

    /// <summary>Bits set.</summary>
    public readonly int Count =>
        BitOperations.PopCount(_words[0]) + BitOperations.PopCount(_words[1])
        + BitOperations.PopCount(_words[2]) + BitOperations.PopCount(_words[3]);

    /// <summary>True when no bit is set.</summary>
    public readonly bool IsEmpty => (_words[0] | _words[1] | _words[2] | _words[3]) == 0;

    /// <summary>Bits 64·<paramref name="index"/> to 64·index+63.</summary>
    public readonly ulong Word(int index) => _words[index];

    /// <summary>Replaces what <see cref="Word"/> gives.</summary>
    internal void SetWord(int index, ulong value) => _words[index] = value;

    /// <summary>Bits set in both sets.</summary>
    public readonly int CountOfBoth(in Bits256 other) =>
        BitOperations.PopCount(_words[0] & other._words[0]) + BitOperations.PopCount(_words[1] & other._words[1])
        + BitOperations.PopCount(_words[2] & other._words[2]) + BitOperations.PopCount(_words[3] & other._words[3]);

    /// <summary>Bits in either set.</summary>
    public readonly Bits256 Or(in Bits256 other)
    {
        Bits256 result = default;
        for (int i = 0; i < 4; i++) result._words[i] = _words[i] | other._words[i];
        return result;
    }

    /// <summary>Bits in this set and not in the other.</summary>
    public readonly Bits256 AndNot(in Bits256 other)
    {
        Bits256 result = default;
        for (int i = 0; i < 4; i++) result._words[i] = _words[i] & ~other._words[i];
        return result;
    }

    /// <summary>Lowest bit set at or above <paramref name="from"/>, or -1.</summary>
    public readonly int NextSet(int from)
    {
        for (int word = from >> 6; word < 4; word++)
        {
            ulong bits = _words[word];
            if (word == from >> 6) bits &= ulong.MaxValue << (from & 63);
            if (bits != 0) return (word << 6) + BitOperations.TrailingZeroCount(bits);
        }
        return -1;
    }

    /// <summary>Lowest bit clear at or above <paramref name="from"/> and below <paramref name="end"/>, or -1.</summary>
    public readonly int NextClear(int from, int end)
    {
        for (int bit = from; bit < end; bit++)
        {
            if (!this[(byte)bit]) return bit;
        }
        return -1;
    }
}
