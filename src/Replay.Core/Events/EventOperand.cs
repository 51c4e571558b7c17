namespace Replay.Core.Events;

/// <summary>Where in a record, or in the extension that follows it, an operand lies.</summary>
public enum OperandSlot : byte
{
    /// <summary><see cref="IrqEvent.Irq"/>.</summary>
    Irq,

    /// <summary><see cref="IrqEvent.Vector"/>.</summary>
    Vector,

    /// <summary><see cref="IrqEvent.A"/>.</summary>
    A,

    /// <summary><see cref="IrqEvent.B"/>.</summary>
    B,

    /// <summary><see cref="IrqEvent.A"/> of the extension record.</summary>
    ExtensionA,

    /// <summary><see cref="IrqEvent.B"/> of the extension record.</summary>
    ExtensionB,
}

/// <summary>How an operand's bits read as text.</summary>
public enum OperandFormat : byte
{
    /// <summary>Unsigned decimal.</summary>
    Decimal,

    /// <summary>Two's complement of the operand's width, decimal.</summary>
    Signed,

    /// <summary><c>0x</c> and lower-case digits, no leading zeros.</summary>
    Hex,

    /// <summary>Index into <see cref="NameTable"/> of general names; the name itself in text.</summary>
    Name,

    /// <summary>Index into the <see cref="NameTable"/> of devices; the device's name in text.</summary>
    Device,

    /// <summary>One of <see cref="EventOperand.Symbols"/>; a plain number where the value has no symbol.</summary>
    Symbol,

    /// <summary>
    /// Text of up to 65535 bytes; A, B and following extension records hold its UTF-8 bytes, Irq its length.
    /// </summary>
    Text,
}

/// <summary>One named operand of an event kind: a bit range of the record and how it reads.</summary>
public sealed class EventOperand
{
    public EventOperand(string name, OperandSlot slot, int shift, int width, OperandFormat format,
        string[]? symbols = null)
    {
        Name = name;
        Slot = slot;
        Shift = shift;
        Width = width;
        Format = format;
        Symbols = symbols ?? [];
    }

    /// <summary>Key in the text form.</summary>
    public string Name { get; }

    public OperandSlot Slot { get; }

    /// <summary>Lowest bit of the operand inside its slot.</summary>
    public int Shift { get; }

    /// <summary>Bits, 1 to 64.</summary>
    public int Width { get; }

    public OperandFormat Format { get; }

    /// <summary>
    /// Names of the values 0, 1, 2… for <see cref="OperandFormat.Symbol"/>; empty strings are unnamed.
    /// </summary>
    public string[] Symbols { get; }

    /// <summary>Raw bits that a line of the text form means when it does not name the operand.</summary>
    public ulong Default { get; private init; }

    /// <summary>
    /// What the operand says, and what its values mean, for people; empty where the name says it all.
    /// </summary>
    public string Meaning { get; private init; } = "";

    /// <summary>
    /// The same operand with a meaning, and with the value that a line means when it does not name it.
    /// </summary>
    public EventOperand Says(string meaning, ulong missing = 0) =>
        new(Name, Slot, Shift, Width, Format, Symbols) { Meaning = meaning, Default = missing };

    /// <summary>Largest raw value that fits.</summary>
    public ulong Mask => Width == 64 ? ulong.MaxValue : (1UL << Width) - 1;

    /// <summary>True when the operand lies in the extension record.</summary>
    public bool InExtension => Slot is OperandSlot.ExtensionA or OperandSlot.ExtensionB;

    /// <summary>Raw bits of the operand in a record and its extension.</summary>
    public ulong Get(in IrqEvent record, in IrqEvent extension)
    {
        ulong slot = Slot switch
        {
            OperandSlot.Irq => record.Irq,
            OperandSlot.Vector => record.Vector,
            OperandSlot.A => record.A,
            OperandSlot.B => record.B,
            OperandSlot.ExtensionA => extension.A,
            _ => extension.B,
        };
        return (slot >> Shift) & Mask;
    }

    /// <summary>Sets the operand's bits; <paramref name="value"/> must fit <see cref="Mask"/>.</summary>
    public void Set(ref IrqEvent record, ref IrqEvent extension, ulong value)
    {
        switch (Slot)
        {
            case OperandSlot.Irq: record.Irq = (uint)Insert(record.Irq, value); break;
            case OperandSlot.Vector: record.Vector = (byte)value; break;
            case OperandSlot.A: record.A = Insert(record.A, value); break;
            case OperandSlot.B: record.B = Insert(record.B, value); break;
            case OperandSlot.ExtensionA: extension.A = Insert(extension.A, value); break;
            default: extension.B = Insert(extension.B, value); break;
        }
    }

    private ulong Insert(ulong slot, ulong value) => (slot & ~(Mask << Shift)) | ((value & Mask) << Shift);
}
