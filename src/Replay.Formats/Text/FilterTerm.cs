using System;
using System.Text;
using Replay.Core.Events;

namespace Replay.Formats.Text;

/// <summary>What a term of a filter looks at.</summary>
internal enum FilterField : byte
{
    Kind,
    Cpu,
    Time,
    Operand,
}

/// <summary>Closed range in an order of unsigned numbers.</summary>
internal readonly record struct FilterRange(ulong Low, ulong High);

/// <summary>
/// One comparison of a filter, resolved against the schema when the filter is parsed: which operand of which kind it
/// means, and the ranges or patterns that satisfy it.
/// </summary>
internal sealed class FilterTerm(FilterField field, bool negated)
{
    private const byte No = 1;
    private const byte Yes = 2;

    private NameTable? _names;
    private NameTable? _devices;
    private byte[] _nameFits = [];
    private byte[] _deviceFits = [];

    /// <summary>For <see cref="FilterField.Kind"/>: the kinds that satisfy the term.</summary>
    public bool[] Kinds { get; init; } = [];

    /// <summary>
    /// For <see cref="FilterField.Operand"/>: the operand of each kind that the term names; null where none.
    /// </summary>
    public EventOperand?[] ByKind { get; init; } = [];

    /// <summary>Ranges of unsigned values.</summary>
    public FilterRange[] Unsigned { get; init; } = [];

    /// <summary>Ranges of signed values, shifted by half so that the order is that of unsigned numbers.</summary>
    public FilterRange[] Signed { get; init; } = [];

    /// <summary>Symbol patterns and text patterns.</summary>
    public string[] Patterns { get; init; } = [];

    /// <summary><see cref="Patterns"/> in UTF-8, for text inside records.</summary>
    public byte[][] Utf8Patterns { get; init; } = [];

    /// <summary>Sets the tables that names and devices of the next events refer to.</summary>
    public void Bind(EventTables tables)
    {
        _names = tables.Names;
        _devices = tables.Devices;
        // One byte for each index there can be, so that a growing table costs nothing later.
        if (LooksAt(OperandFormat.Name)) _nameFits = new byte[NameTable.Capacity + 1];
        if (LooksAt(OperandFormat.Device)) _deviceFits = new byte[NameTable.Capacity + 1];
    }

    public bool Matches(ReadOnlySpan<IrqEvent> records)
    {
        ref readonly IrqEvent record = ref records[0];
        switch (field)
        {
            case FilterField.Kind: return Kinds[(byte)record.Kind];
            case FilterField.Cpu: return IsIn(Unsigned, record.Cpu) != negated;
            case FilterField.Time: return IsIn(Unsigned, record.TimeNs) != negated;
            default:
                EventOperand? operand = ByKind[(byte)record.Kind];
                // An event without the operand satisfies no comparison of it, not even "!=".
                return operand is not null && FitsOperand(operand, records) != negated;
        }
    }

    private bool LooksAt(OperandFormat format)
    {
        foreach (EventOperand? operand in ByKind)
        {
            if (operand?.Format == format) return true;
        }
        return false;
    }

    private bool FitsOperand(EventOperand operand, ReadOnlySpan<IrqEvent> records)
    {
        if (operand.Format == OperandFormat.Text) return FitsText(records);
        IrqEvent extension = records.Length > 1 ? records[1] : default;
        ulong value = operand.Get(records[0], extension);
        switch (operand.Format)
        {
            case OperandFormat.Name: return FitsName(_names, _nameFits, (int)value);
            case OperandFormat.Device: return FitsName(_devices, _deviceFits, (int)value);
            case OperandFormat.Signed:
                int unused = 64 - operand.Width;
                long signed = (long)(value << unused) >> unused;
                return IsIn(Signed, (ulong)signed ^ (1UL << 63));
            case OperandFormat.Symbol:
                return IsIn(Unsigned, value)
                    || (value < (ulong)operand.Symbols.Length && FitsPattern(operand.Symbols[value]));
            default:
                if (operand.Name == "irq" && value == IrqEvent.NoIrq) return FitsPattern(TextSpec.None);
                return IsIn(Unsigned, value);
        }
    }

    private bool FitsName(NameTable? table, byte[] fits, int index)
    {
        if (table is null) throw new InvalidOperationException("Bind the filter to the recording's tables first.");
        if (index >= table.Count) return FitsPattern(table[index]);
        if (fits[index] == 0) fits[index] = FitsPattern(table[index]) ? Yes : No;
        return fits[index] == Yes;
    }

    private bool FitsPattern(string text)
    {
        foreach (string pattern in Patterns)
        {
            if (Wildcard.Matches(pattern, text, '*')) return true;
        }
        return false;
    }

    private bool FitsText(ReadOnlySpan<IrqEvent> records)
    {
        Span<byte> buffer = stackalloc byte[EventText.LengthMax];
        ReadOnlySpan<byte> text = buffer[..EventText.Read(records, buffer)];
        foreach (byte[] pattern in Utf8Patterns)
        {
            if (Wildcard.Matches(pattern, text, (byte)'*')) return true;
        }
        return false;
    }

    private static bool IsIn(FilterRange[] ranges, ulong value)
    {
        foreach (FilterRange range in ranges)
        {
            if (value >= range.Low && value <= range.High) return true;
        }
        return false;
    }

    /// <summary>Patterns as UTF-8.</summary>
    public static byte[][] ToUtf8(string[] patterns)
    {
        var utf8 = new byte[patterns.Length][];
        for (int i = 0; i < patterns.Length; i++) utf8[i] = Encoding.UTF8.GetBytes(patterns[i]);
        return utf8;
    }
}
