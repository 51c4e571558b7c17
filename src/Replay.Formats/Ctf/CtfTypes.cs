using System;
using System.Collections.Generic;

namespace Replay.Formats.Ctf;

/// <summary>A type of TSDL. Immutable; named types are shared by all who use them.</summary>
internal abstract class CtfType
{
    /// <summary>Line of the metadata, for messages.</summary>
    public int Line { get; init; }

    /// <summary>Bits, a power of two; places count from the start of the packet.</summary>
    public int Align { get; protected init; } = 1;

    /// <summary>Bits from an aligned start; -1 where they differ from value to value.</summary>
    public long FixedBits { get; protected init; } = -1;

    /// <summary>
    /// Integers inside, those of an array's element once; no more are counted than an event may have.
    /// </summary>
    public int IntegerCount { get; protected init; }

    public static long AlignUp(long bit, int align) => (bit + align - 1) & -(long)align;

    protected static int CountOf(IReadOnlyList<CtfField> fields)
    {
        int count = 0;
        foreach (CtfField field in fields) count = Math.Min(count + field.Type.IntegerCount, CtfSpec.UnfoldedMax);
        return count;
    }
}

/// <summary>An integer of 1 to 64 bits.</summary>
internal sealed class CtfInteger : CtfType
{
    public CtfInteger(int bits, int align)
    {
        FixedBits = bits;
        Align = align;
        IntegerCount = 1;
    }

    public int Bits => (int)FixedBits;

    public bool IsSigned { get; init; }

    /// <summary>Base that it is printed in: addresses have 16.</summary>
    public int Base { get; init; } = 10;

    /// <summary>True for a character.</summary>
    public bool IsText { get; init; }

    /// <summary>Null for the order of the trace.</summary>
    public bool? BigEndian { get; init; }

    /// <summary>The clock whose value it is; empty for none.</summary>
    public string Clock { get; init; } = "";

    public bool IsBigEndian(bool ofTrace) => BigEndian ?? ofTrace;
}

/// <summary>A floating-point number, which nothing here needs the value of.</summary>
internal sealed class CtfFloat : CtfType
{
    public CtfFloat(int bits, int align)
    {
        FixedBits = bits;
        Align = align;
    }
}

/// <summary>A range of an enumeration, in two's complement, both ends included.</summary>
internal readonly record struct CtfRange(string Label, long First, long Last);

/// <summary>An integer whose values have names.</summary>
internal sealed class CtfEnum : CtfType
{
    public CtfEnum(CtfInteger container, IReadOnlyList<CtfRange> ranges)
    {
        Container = container;
        Ranges = ranges;
        Align = container.Align;
        FixedBits = container.FixedBits;
        IntegerCount = 1;
    }

    public CtfInteger Container { get; }

    public IReadOnlyList<CtfRange> Ranges { get; }
}

/// <summary>Text that ends with NUL.</summary>
internal sealed class CtfString : CtfType
{
    public CtfString() => Align = 8;
}

/// <summary>A field of a structure, or an option of a variant.</summary>
internal readonly record struct CtfField(string Name, CtfType Type);

internal sealed class CtfStruct : CtfType
{
    /// <param name="fields">In their order.</param>
    /// <param name="align">The least alignment; that of each field is another.</param>
    public CtfStruct(IReadOnlyList<CtfField> fields, int align)
    {
        Fields = fields;
        long bits = 0;
        IntegerCount = CountOf(fields);
        foreach (CtfField field in fields)
        {
            align = Math.Max(align, field.Type.Align);
            bits = bits < 0 || field.Type.FixedBits < 0 ? -1
                : AlignUp(bits, field.Type.Align) + field.Type.FixedBits;
        }
        Align = align;
        FixedBits = bits;
    }

    public static CtfStruct Empty { get; } = new([], 1);

    public IReadOnlyList<CtfField> Fields { get; }
}

/// <summary>One of several types, chosen by an enumeration elsewhere.</summary>
internal sealed class CtfVariant : CtfType
{
    public CtfVariant(string[] tag, IReadOnlyList<CtfField> options)
    {
        Tag = tag;
        Options = options;
        IntegerCount = CountOf(options);
    }

    /// <summary>Path of the enumeration; empty while it is not known.</summary>
    public string[] Tag { get; }

    public IReadOnlyList<CtfField> Options { get; }
}

internal sealed class CtfArray : CtfType
{
    public CtfArray(CtfType element, int length)
    {
        Element = element;
        Length = length;
        Align = element.Align;
        IntegerCount = element.IntegerCount;
        if (length == 0) FixedBits = 0;
        else if (element.FixedBits >= 0)
            FixedBits = (AlignUp(element.FixedBits, Align) * (length - 1)) + element.FixedBits;
    }

    public CtfType Element { get; }

    public int Length { get; }
}

/// <summary>An array whose length is a field elsewhere.</summary>
internal sealed class CtfSequence : CtfType
{
    public CtfSequence(CtfType element, string[] length)
    {
        Element = element;
        Length = length;
        Align = element.Align;
        IntegerCount = element.IntegerCount;
    }

    public CtfType Element { get; }

    /// <summary>Path of the length.</summary>
    public string[] Length { get; }
}
