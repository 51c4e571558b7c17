using System;
using Replay.Core.Events;

namespace Replay.Formats.Mapping;

/// <summary>How the bytes of a number are read; the swapped ones are for big-endian files.</summary>
internal enum NumberLoad : byte
{
    U8, U16, U32, U64, S8, S16, S32,
    U16Swapped, U32Swapped, U64Swapped, S16Swapped, S32Swapped,
}

/// <summary>What a number's operation does beyond load, shift, mask and check.</summary>
[Flags]
internal enum NumberFlags : byte
{
    None = 0,

    /// <summary>A negative value counts as 0.</summary>
    Positive = 1,

    /// <summary>The value's low 32 bits are right when it is a negative number of 32 bits.</summary>
    Signed32 = 2,

    /// <summary>The value is 0 when all bytes at the condition's place are.</summary>
    Conditional = 4,
}

/// <summary>
/// One step of a plan: load, shift right, mask, check, shift left, or into one 64-bit word of the record.
/// </summary>
internal struct NumberOp
{
    /// <summary>Bytes from the record's start.</summary>
    public int Offset;

    public int ConditionOffset;

    /// <summary>Bits that a value that fits does not have.</summary>
    public ulong Reject;

    public ulong Mask;
    public NumberLoad Load;
    public NumberFlags Flags;

    /// <summary>64-bit word of the event (0 to 3) or of its extension (4 to 7).</summary>
    public byte Word;

    public byte ShiftRight;
    public byte ShiftLeft;
    public byte ConditionSize;

    /// <summary>Index of the operand in the kind's schema, for messages.</summary>
    public byte Operand;
}

/// <summary>Where a text comes from.</summary>
internal enum TextSource : byte
{
    /// <summary>NUL-terminated text in a fixed array; size 0 runs to the record's end.</summary>
    Fixed,

    /// <summary>Offset and length in one word, counted from the record's start.</summary>
    DataLoc,

    /// <summary>Offset and length in one word, counted from the end of the word.</summary>
    RelLoc,

    /// <summary>Address of constant text.</summary>
    TextPointer,

    /// <summary>Address of a function.</summary>
    FunctionPointer,

    /// <summary>The same text for all records.</summary>
    Constant,
}

/// <summary>One text operand of a plan.</summary>
internal sealed class TextOp
{
    public required TextSource Source { get; init; }

    /// <summary>Bytes from the record's start.</summary>
    public int Offset { get; init; }

    /// <summary>Bytes of the field; 0 for "to the end of the record".</summary>
    public int Size { get; init; }

    /// <summary>UTF-8 of a constant.</summary>
    public byte[] Constant { get; init; } = [];

    public byte Word { get; init; }

    public byte Shift { get; init; }

    public byte Operand { get; init; }

    /// <summary>Indexes of the names met so far; shared by all plans of the kind.</summary>
    public required NameCache Cache { get; init; }
}

/// <summary>Which code runs a plan.</summary>
internal enum PlanShape : byte
{
    General,

    /// <summary>A text kind: one text, as many records as it needs.</summary>
    Text,

    /// <summary>irq and a data_loc name, little-endian.</summary>
    HandlerEntry,

    /// <summary>irq and a name at the end of the record, little-endian.</summary>
    HandlerEntryAtEnd,

    /// <summary>Two 32-bit numbers, little-endian: irq, then one into the low half of A.</summary>
    HandlerExit,

    /// <summary>One 32-bit number, little-endian, into Vector.</summary>
    SystemVector,

    /// <summary>
    /// One 32-bit number, little-endian: the irq. Probes at a function that has an interrupt to itself.
    /// </summary>
    Irq,
}

/// <summary>A line of the mapping, compiled for one recorded format.</summary>
internal sealed class MapPlan
{
    public required EventKindInfo Kind { get; init; }

    /// <summary><c>system:name</c> of the recorded event, for messages.</summary>
    public required string EventName { get; init; }

    /// <summary>Bytes that a record must have for the fields that the plan reads.</summary>
    public required int NeededLength { get; init; }

    /// <summary>
    /// The event with all constants in place; time and CPU are 0. A field: a property would copy it twice.
    /// </summary>
    public IrqEvent Template;

    /// <summary>The extension record with all constants in place.</summary>
    public IrqEvent ExtensionTemplate;

    public required NumberOp[] Numbers { get; init; }

    /// <summary>Offsets of the first two fields that the shapes but General read.</summary>
    public int FirstOffset { get; init; }

    public int SecondOffset { get; init; }

    /// <summary>In schema order, so that names get the same indexes on every route.</summary>
    public required TextOp[] Texts { get; init; }

    public required PlanShape Shape { get; init; }

    /// <summary>Records that one event takes, where it is not text.</summary>
    public required int Records { get; init; }

    /// <summary>True when names are remembered by irq, false when by their own bytes.</summary>
    public required bool RemembersByIrq { get; init; }
}
