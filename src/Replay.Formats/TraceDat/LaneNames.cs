using System;
using Replay.Core.Events;

namespace Replay.Formats.TraceDat;

/// <summary>
/// The names that one lane has met, under numbers of its own, and the recording's numbers for them. A lane cannot give
/// the recording's numbers: they go by first use in the order of all streams, which only the merge knows.
/// </summary>
/// <remarks>
/// The lane adds names while it maps records; the merge reads those of the events that were handed to it, and alone
/// touches the numbers.
/// </remarks>
internal sealed class LaneNames
{
    private static readonly EventOperand[][] OperandsByKind = FindOperands();

    private ushort[] _nameNumbers = new ushort[64];
    private ushort[] _deviceNumbers = new ushort[64];

    /// <summary>The lane's own tables.</summary>
    public EventTables Local { get; } = new();

    /// <summary>True when another run of a lane might not find room for its names.</summary>
    public bool IsNearlyFull => Math.Max(Local.Names.Count, Local.Devices.Count) > NameTable.Capacity / 2;

    /// <summary>True when events of the kind refer to names.</summary>
    public static bool HasNames(EventKind kind) => OperandsByKind[(byte)kind].Length > 0;

    /// <summary>
    /// Puts the recording's numbers into an event, in the order of its operands; names that are new to
    /// the recording get theirs.
    /// </summary>
    /// <param name="records">The event, with its extension if it has one.</param>
    /// <param name="tables">The recording's tables.</param>
    public void Translate(Span<IrqEvent> records, EventTables tables)
    {
        ref IrqEvent extension = ref records[^1];
        foreach (EventOperand operand in OperandsByKind[(byte)records[0].Kind])
        {
            int local = (int)operand.Get(records[0], extension);
            int number = operand.Format == OperandFormat.Name
                ? NumberOf(local, Local.Names, ref _nameNumbers, tables.Names)
                : NumberOf(local, Local.Devices, ref _deviceNumbers, tables.Devices);
            operand.Set(ref records[0], ref extension, (ulong)number);
        }
    }

    /// <summary>
    /// The recording's number for a name; 0 in the table of numbers means that it was not asked for yet.
    /// </summary>
    public int NumberOfName(int local, EventTables tables) =>
        NumberOf(local, Local.Names, ref _nameNumbers, tables.Names);

    private static int NumberOf(int local, NameTable from, ref ushort[] numbers, NameTable to)
    {
        if (local < numbers.Length && numbers[local] != 0) return numbers[local];
        if (local == 0) return 0;
        if (local >= numbers.Length) Array.Resize(ref numbers, Math.Max(local + 1, numbers.Length * 2));
        int number = to.Intern(from[local]);
        numbers[local] = (ushort)number;
        return number;
    }

    private static EventOperand[][] FindOperands()
    {
        var byKind = new EventOperand[256][];
        Array.Fill(byKind, []);
        foreach (EventKindInfo kind in EventSchema.All)
            byKind[(byte)kind.Kind] = Array.FindAll(kind.Operands,
                static o => o.Format is OperandFormat.Name or OperandFormat.Device);
        return byKind;
    }
}
