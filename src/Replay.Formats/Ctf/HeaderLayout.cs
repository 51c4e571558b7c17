using System.Collections.Generic;

namespace Replay.Formats.Ctf;

/// <summary>Which code reads the header of an event.</summary>
internal enum HeaderShape : byte
{
    /// <summary>Anything: the plan is run.</summary>
    Plan,

    /// <summary>Integers at fixed places, as perf and barectf write them.</summary>
    Plain,

    /// <summary>
    /// LTTng's: a small number and a part of the time, or a largest number, which says that both follow in full
    /// (include/ringbuffer and lttng-ring-buffer-client.h of lttng-modules 2.13: compact and large).
    /// </summary>
    Split,
}

/// <summary>Where the number and the time of an event stand.</summary>
internal sealed class HeaderLayout
{
    private HeaderLayout(DecodePlan plan) => Plan = plan;

    public HeaderShape Shape { get; private set; }

    public DecodePlan Plan { get; }

    /// <summary>Alignment of the header.</summary>
    public int Align { get; private set; } = 1;

    public bool BigEndian { get; private set; }

    /// <summary>Bits of the number; 0 for none. Of the time: 0 for none.</summary>
    public int IdBits { get; private set; }
    public int TimeBits { get; private set; }

    /// <summary>Of a plain header: bits from its start, and all its bits.</summary>
    public int IdOffset { get; private set; }
    public int TimeOffset { get; private set; }
    public int Bits { get; private set; }

    /// <summary>Of a split header: the number that says that more follows.</summary>
    public ulong Escape { get; private set; }

    /// <summary>
    /// Alignments of what follows the number: of the short time, and of the structure of both in full.
    /// </summary>
    public int TimeAlign { get; private set; }
    public int FullAlign { get; private set; }

    /// <summary>Of that structure: bits from its start, bits, and all its bits.</summary>
    public int FullIdBits { get; private set; }
    public int FullTimeOffset { get; private set; }
    public int FullTimeBits { get; private set; }
    public int FullBits { get; private set; }

    /// <param name="type">Null for none.</param>
    /// <param name="plan">That reads all.</param>
    /// <param name="bigEndian">Byte order of the trace.</param>
    /// <param name="hasOnlyClock">A field <c>timestamp</c> is a time even if it names no clock.</param>
    /// <param name="mayBeShort">False when something else depends on the header's integers.</param>
    public static HeaderLayout Make(CtfStruct? type, DecodePlan plan, bool bigEndian, bool hasOnlyClock,
        bool mayBeShort)
    {
        var layout = new HeaderLayout(plan) { BigEndian = bigEndian };
        if (type is null || !mayBeShort || !HasOneOrder(type, bigEndian, 0)) return layout;
        layout.Align = type.Align;
        if (layout.TryPlain(type, hasOnlyClock)) layout.Shape = HeaderShape.Plain;
        else if (layout.TrySplit(type, hasOnlyClock)) layout.Shape = HeaderShape.Split;
        return layout;
    }

    private static bool HasOneOrder(CtfType type, bool bigEndian, int depth) => type switch
    {
        CtfInteger integer => integer.IsBigEndian(bigEndian) == bigEndian,
        CtfEnum { Container: var integer } => integer.IsBigEndian(bigEndian) == bigEndian,
        CtfStruct structure => HaveOneOrder(structure.Fields, bigEndian, depth),
        CtfVariant variant => HaveOneOrder(variant.Options, bigEndian, depth),
        _ => false,
    };

    private static bool HaveOneOrder(IReadOnlyList<CtfField> fields, bool bigEndian, int depth)
    {
        const int DepthMax = 4, FieldsMax = 8;
        if (depth > DepthMax || fields.Count > FieldsMax) return false;
        foreach (CtfField field in fields)
        {
            if (!HasOneOrder(field.Type, bigEndian, depth + 1)) return false;
        }
        return true;
    }

    private static bool IsTime(CtfField field, bool hasOnlyClock) =>
        field.Type is CtfInteger { IsSigned: false } integer
        && (integer.Clock.Length > 0 || (hasOnlyClock && field.Name == "timestamp"));

    private static bool IsId(CtfField field) => field.Name == "id"
        && field.Type is CtfInteger { IsSigned: false } or CtfEnum { Container.IsSigned: false };

    private bool TryPlain(CtfStruct type, bool hasOnlyClock)
    {
        long at = 0;
        foreach (CtfField field in type.Fields)
        {
            if (field.Type is not (CtfInteger or CtfEnum)) return false;
            at = CtfType.AlignUp(at, field.Type.Align);
            if (IsId(field)) (IdOffset, IdBits) = ((int)at, (int)field.Type.FixedBits);
            else if (IsTime(field, hasOnlyClock)) (TimeOffset, TimeBits) = ((int)at, (int)field.Type.FixedBits);
            else if (field.Type is CtfInteger { Clock.Length: > 0 }) return false;
            at += field.Type.FixedBits;
        }
        Bits = (int)at;
        return true;
    }

    private bool TrySplit(CtfStruct type, bool hasOnlyClock)
    {
        if (type.Fields is not [{ Name: "id", Type: CtfEnum tag }, { Type: CtfVariant variant }]) return false;
        if (variant is not { Tag: ["id"], Options: [var first, var second] } || tag.Ranges is not [var one, var other])
            return false;
        bool isSmallFirst = first.Type is CtfStruct { Fields.Count: 1 };
        (CtfField small, CtfField full) = isSmallFirst ? (first, second) : (second, first);
        (CtfRange most, CtfRange last) = one.Label == small.Name ? (one, other) : (other, one);
        if (most.Label != small.Name || last.Label != full.Name) return false;
        if (small.Type is not CtfStruct { Fields: [var time] } || !IsTime(time, hasOnlyClock)) return false;
        if (full.Type is not CtfStruct { Fields: [var fullId, var fullTime] } || !IsId(fullId)
            || !IsTime(fullTime, hasOnlyClock))
            return false;
        IdBits = (int)tag.FixedBits;
        if (tag.Container.IsSigned || tag.Container.Align > type.Align || IdBits > 32) return false;
        Escape = (1UL << IdBits) - 1;
        if (most.First != 0 || (ulong)most.Last != Escape - 1 || (ulong)last.First != Escape || last.Last != last.First)
            return false;
        TimeAlign = small.Type.Align;
        TimeBits = (int)time.Type.FixedBits;
        FullAlign = full.Type.Align;
        FullIdBits = (int)fullId.Type.FixedBits;
        FullTimeOffset = (int)CtfType.AlignUp(FullIdBits, fullTime.Type.Align);
        FullTimeBits = (int)fullTime.Type.FixedBits;
        FullBits = FullTimeOffset + FullTimeBits;
        return true;
    }
}
