using System;
using System.Text;
using Replay.Core.Events;

namespace Replay.Formats.Text;

/// <summary>One operand as the text form's reader and writer need it: the key's bytes and the bits.</summary>
internal readonly struct TextOperand
{
    public TextOperand(EventOperand operand)
    {
        KeyWithBlank = Encoding.ASCII.GetBytes(" " + operand.Name + "=");
        Slot = operand.Slot;
        Shift = (byte)operand.Shift;
        Width = (byte)operand.Width;
        Format = operand.Format;
        Mask = operand.Mask;
        Default = operand.Default;
        IsIrq = operand.Slot == OperandSlot.Irq && operand.Name == "irq";
        Symbols = new byte[operand.Symbols.Length][];
        for (int i = 0; i < Symbols.Length; i++) Symbols[i] = Encoding.ASCII.GetBytes(operand.Symbols[i]);
    }

    /// <summary><c> key=</c>, with the blank before it.</summary>
    public readonly byte[] KeyWithBlank;

    public readonly byte[][] Symbols;

    public readonly ulong Mask;

    /// <summary>What a line means that does not name the operand.</summary>
    public readonly ulong Default;

    public readonly OperandSlot Slot;

    public readonly byte Shift;

    public readonly byte Width;

    public readonly OperandFormat Format;

    /// <summary>True for the interrupt number itself, whose value may be <c>none</c>.</summary>
    public readonly bool IsIrq;

    /// <summary><c>key=</c>.</summary>
    public ReadOnlySpan<byte> Key => KeyWithBlank.AsSpan(1);
}

/// <summary>One kind of event as the text form needs it, made of its row in <see cref="EventSchema"/>.</summary>
internal sealed class TextKind
{
    private static readonly TextKind?[] ByKind = new TextKind?[256];

    // Open addressing; twice as many slots as there are kinds of one byte, so a probe always meets an empty slot.
    private static readonly TextKind?[] ByName = new TextKind?[512];

    static TextKind()
    {
        foreach (EventKindInfo info in EventSchema.All)
        {
            var kind = new TextKind(info);
            ByKind[(byte)info.Kind] = kind;
            int slot = SlotOf(kind.Name);
            while (ByName[slot] is not null) slot = (slot + 1) & (ByName.Length - 1);
            ByName[slot] = kind;
        }
    }

    private TextKind(EventKindInfo info)
    {
        Info = info;
        NameWithBlank = Encoding.ASCII.GetBytes(" " + info.Name);
        Operands = new TextOperand[info.Operands.Length];
        IrqDefault = info.UsesIrq ? 0 : IrqEvent.NoIrq;
        for (int i = 0; i < Operands.Length; i++)
        {
            Operands[i] = new TextOperand(info.Operands[i]);
            if (Operands[i].IsIrq) IrqDefault = IrqEvent.NoIrq;
            HasDefaults |= Operands[i].Default != 0;
        }
    }

    public EventKindInfo Info { get; }

    public EventKind Kind => Info.Kind;

    /// <summary>Operands in the order in which they are written.</summary>
    public TextOperand[] Operands { get; }

    /// <summary>The kind's name with the blank before it.</summary>
    public byte[] NameWithBlank { get; }

    public ReadOnlySpan<byte> Name => NameWithBlank.AsSpan(1);

    /// <summary>What <see cref="IrqEvent.Irq"/> holds when the line does not say.</summary>
    public uint IrqDefault { get; }

    /// <summary>True when an operand that is missing means something else than 0.</summary>
    public bool HasDefaults { get; }

    /// <summary>The row of a kind, or null for a number that this version does not know.</summary>
    public static TextKind? Find(EventKind kind) => ByKind[(byte)kind];

    /// <summary>The row of a kind by its name, or null.</summary>
    public static TextKind? Find(ReadOnlySpan<byte> name)
    {
        for (int slot = SlotOf(name); ; slot = (slot + 1) & (ByName.Length - 1))
        {
            TextKind? kind = ByName[slot];
            if (kind is null || name.SequenceEqual(kind.Name)) return kind;
        }
    }

    // Names that share their length, their third byte from both ends and their last byte are rare;
    // a clash costs a compare.
    private static int SlotOf(ReadOnlySpan<byte> name)
    {
        if (name.Length < 4) return name.Length;
        return ((name.Length * 37) ^ (name[^1] * 5) ^ (name[^3] * 11) ^ (name[2] * 3) ^ (name[name.Length >> 1] * 17))
            & (ByName.Length - 1);
    }
}
