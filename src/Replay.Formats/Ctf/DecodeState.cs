using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Replay.Formats.Ctf;

/// <summary>
/// Runs plans over the bytes of a packet. Bits are counted from the start of a window that lies at a multiple of the
/// largest alignment; behind the last bit of it stand <see cref="SlackBytes"/> bytes more, so that numbers are loaded
/// whole.
/// </summary>
internal sealed class DecodeState
{
    public const int SlackBytes = 16;

    /// <summary>Elements of no size that one event may have: they would cost time and no bytes.</summary>
    private const int EmptyElementsMax = 1 << 16;

    /// <summary>Longest text that is copied: names and marks are cut far below.</summary>
    private const int TextMax = 4096;

    private readonly bool _bigEndian;

    /// <param name="registers">How many the plans use.</param>
    /// <param name="bigEndian">Byte order of the trace, and of the records.</param>
    /// <param name="record">Room for records that are made; streams share it, for each is used up at once.</param>
    public DecodeState(int registers, bool bigEndian, byte[] record)
    {
        Registers = new ulong[registers];
        _bigEndian = bigEndian;
        Record = record;
    }

    /// <summary>Integers that something else depends on, and those of the packet.</summary>
    public ulong[] Registers { get; }

    /// <summary>Value of the stream's clock.</summary>
    public ulong Clock { get; set; }

    /// <summary>Number of the event whose header was read last.</summary>
    public ulong EventId { get; set; }

    /// <summary>What a plan that keeps fields made, offsets and lengths of texts included.</summary>
    public byte[] Record { get; }

    public int RecordLength { get; set; }

    /// <summary>What is wrong, as a clause.</summary>
    public string Damage { get; private set; } = "";

    /// <summary>The integer of 1 to 64 bits at a bit of the window; the window has 9 bytes from there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ReadOnlySpan<byte> window, long bit, int bits, bool bigEndian)
    {
        ReadOnlySpan<byte> bytes = window[(int)(bit >> 3)..];
        int shift = (int)bit & 7;
        if (bigEndian)
        {
            ulong word = BinaryPrimitives.ReadUInt64BigEndian(bytes) << shift;
            if (bits + shift > 64) word |= (ulong)bytes[8] >> (8 - shift);
            return word >> (64 - bits);
        }
        else
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> shift;
            if (bits + shift > 64) word |= (ulong)bytes[8] << (64 - shift);
            return word & (ulong.MaxValue >> (64 - bits));
        }
    }

    /// <summary>The clock after a value that may be its low bits only, and wraps at most once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Continue(ulong clock, ulong value, int bits)
    {
        if (bits == 64) return value;
        ulong wrap = 1UL << bits;
        ulong next = (clock & ~(wrap - 1)) | value;
        return value < (clock & (wrap - 1)) ? next + wrap : next;
    }

    /// <param name="plan">What lies there.</param>
    /// <param name="window">With its slack.</param>
    /// <param name="bit">Where; moved behind it when it is done.</param>
    /// <param name="limit">First bit that does not belong to the content.</param>
    public DecodeResult Run(DecodePlan plan, ReadOnlySpan<byte> window, ref int bit, int limit)
    {
        long at = bit;
        DecodeStep[] steps = plan.Steps;
        int empty = 0;
        for (int i = 0; i < steps.Length;)
        {
            ref readonly DecodeStep step = ref steps[i++];
            switch (step.Kind)
            {
                case StepKind.Skip:
                    at = CtfType.AlignUp(at, step.Align) + step.Bits;
                    break;
                case StepKind.Load or StepKind.KeepNumber:
                    at = CtfType.AlignUp(at, step.Align);
                    if (at + step.Bits > limit) return DecodeResult.Short;
                    ulong value = Read(window, at, (int)step.Bits, step.BigEndian);
                    int unused = 64 - (int)step.Bits;
                    if (step.IsSigned) value = (ulong)((long)(value << unused) >> unused);
                    at += step.Bits;
                    if (step.Kind == StepKind.KeepNumber) Keep(value, step.Place, step.PlaceBytes);
                    if (step.Register >= 0) Load(in step, value);
                    break;
                case StepKind.Text or StepKind.KeepText:
                    at = CtfType.AlignUp(at, 8);
                    if (at > limit) return DecodeResult.Short;
                    int length = window[(int)(at >> 3)..(limit >> 3)].IndexOf((byte)0);
                    if (length < 0) return DecodeResult.Short;
                    if (step.Kind == StepKind.KeepText) KeepText(window.Slice((int)(at >> 3), length), step.Place);
                    at += ((long)length + 1) * 8;
                    break;
                case StepKind.Elements or StepKind.KeepElements:
                    at = CtfType.AlignUp(at, step.Align);
                    ulong count = Registers[step.Register];
                    if (count == 0 || step.Bits == 0) break;
                    if (at > limit || count - 1 > (ulong)((limit - at) / step.Bits)) return DecodeResult.Short;
                    long bits = (CtfType.AlignUp(step.Bits, step.Align) * ((long)count - 1)) + step.Bits;
                    if (step.Kind == StepKind.KeepElements)
                    {
                        if (at + bits > limit) return DecodeResult.Short;
                        KeepText(window.Slice((int)(at >> 3), (int)(bits >> 3)), step.Place);
                    }
                    at += bits;
                    break;
                case StepKind.LoopStart:
                    at = CtfType.AlignUp(at, step.Align);
                    count = step.Register < 0 ? (ulong)step.Bits : Registers[step.Register];
                    Registers[step.Counter] = count;
                    if (count == 0) i = step.Target;
                    else if (count > (ulong)limit + EmptyElementsMax) return DecodeResult.Short;
                    break;
                case StepKind.LoopEnd:
                    if (--Registers[step.Counter] == 0) break;
                    i = step.Target;
                    // Elements may be empty: what takes no bits must not take time without end either.
                    if (++empty > EmptyElementsMax + (at - bit)) return Bad("more elements than their bits can hold");
                    break;
                case StepKind.Choose:
                    i = Find(plan, in step);
                    if (i < 0) return Bad("a choice that the metadata does not have");
                    break;
                case StepKind.Jump:
                    i = step.Target;
                    break;
                default:
                    at = CtfType.AlignUp(at, step.Align);
                    if (at + step.Bits > limit) return DecodeResult.Short;
                    window.Slice((int)(at >> 3), step.PlaceBytes).CopyTo(Record.AsSpan(step.Place));
                    at += step.Bits;
                    break;
            }
            if (at > limit) return DecodeResult.Short;
        }
        bit = (int)at;
        return DecodeResult.Done;
    }

    private void Load(in DecodeStep step, ulong value)
    {
        Registers[step.Register] = value;
        if (step.IsEventId) EventId = value;
        if (step.IsClock) Clock = Continue(Clock, value, (int)step.Bits);
    }

    private int Find(DecodePlan plan, in DecodeStep step)
    {
        long value = (long)Registers[step.Register];
        // Numbers without a sign are compared as such by turning the highest bit of both.
        long turn = step.IsSigned ? 0 : long.MinValue;
        foreach (ref readonly DecodeChoice choice in plan.Choices.AsSpan(step.Target, step.Count))
        {
            if ((value ^ turn) >= (choice.First ^ turn) && (value ^ turn) <= (choice.Last ^ turn)) return choice.Target;
        }
        return -1;
    }

    private void Keep(ulong value, int place, int bytes)
    {
        Span<byte> target = Record.AsSpan(place, bytes);
        Span<byte> whole = stackalloc byte[8];
        if (_bigEndian) BinaryPrimitives.WriteUInt64BigEndian(whole, value);
        else BinaryPrimitives.WriteUInt64LittleEndian(whole, value);
        (_bigEndian ? whole[^bytes..] : whole[..bytes]).CopyTo(target);
    }

    /// <summary>Copies a text behind the record and leaves its offset and length, 16 bits each, at a place.</summary>
    private void KeepText(ReadOnlySpan<byte> text, int place)
    {
        int length = Math.Min(Math.Min(text.Length, TextMax), Record.Length - RecordLength);
        text[..length].CopyTo(Record.AsSpan(RecordLength));
        Keep((uint)RecordLength | ((ulong)(uint)length << 16), place, 4);
        RecordLength += length;
    }

    /// <summary>The result that something is wrong.</summary>
    public DecodeResult Bad(string what)
    {
        Damage = what;
        return DecodeResult.Bad;
    }
}
