using System;

namespace Replay.Core.Events;

/// <summary>
/// Whether an event is something that happened to the machine or something that the machine then did.
/// </summary>
public enum EventRole : byte
{
    /// <summary>About the recording: a mark, a loss.</summary>
    Meta,

    /// <summary>Happened to the modelled system; every mode applies it.</summary>
    Stimulus,

    /// <summary>Decided or done by the modelled system; replayed, compared or ignored, as the mode says.</summary>
    Observation,
}

/// <summary>Name, role and operands of one event kind.</summary>
public sealed class EventKindInfo
{
    public EventKindInfo(EventKind kind, string name, EventRole role, string meaning, params EventOperand[] operands)
    {
        Kind = kind;
        Name = name;
        Role = role;
        Meaning = meaning;
        Operands = operands;
        foreach (EventOperand operand in operands)
        {
            HasExtension |= operand.InExtension;
            IsText |= operand.Format == OperandFormat.Text;
            UsesIrq |= operand.Slot == OperandSlot.Irq || operand.Format == OperandFormat.Text;
        }
    }

    public EventKind Kind { get; }

    /// <summary>First word of the event's line in the text form.</summary>
    public string Name { get; }

    public EventRole Role { get; }

    /// <summary>One line for people.</summary>
    public string Meaning { get; }

    /// <summary>Operands in the order in which the text form prints them.</summary>
    public EventOperand[] Operands { get; }

    /// <summary>True when exactly one extension record follows each record of this kind.</summary>
    public bool HasExtension { get; }

    /// <summary>True when the record carries text and as many extension records as the text needs follow it.</summary>
    public bool IsText { get; }

    /// <summary>False when <see cref="IrqEvent.Irq"/> holds nothing and must be <see cref="IrqEvent.NoIrq"/>.</summary>
    public bool UsesIrq { get; }

    /// <summary>The operand called <paramref name="name"/>, or null.</summary>
    public EventOperand? FindOperand(ReadOnlySpan<char> name)
    {
        foreach (EventOperand operand in Operands)
        {
            if (name.SequenceEqual(operand.Name)) return operand;
        }
        return null;
    }
}
