using System;
using Replay.Core.Events;

namespace Replay.Formats.Text;

// 0.365192000 0 vector_alloc irq=24 vector=33 reserved=1 ret=0   # comment
// +20us       1 mark text="after the move"

/// <summary>
/// One event line to its records. Keeps the time of the event before, for relative times; no allocation but new names.
/// </summary>
internal sealed class TextLineParser(EventTables tables)
{
    private readonly byte[] _scratch = new byte[TextSpec.LineBytesMax];
    private ulong _previousNs;

    /// <summary>Most records of one line.</summary>
    public const int RecordsMax = TextSpec.ExtensionsMax + 1;

    /// <summary>
    /// Reads <paramref name="line"/> (no line end, not blank, no directive) into <paramref name="records"/>, which has
    /// room for <see cref="RecordsMax"/>. Returns the records written; 0 with <paramref name="fault"/> set when
    /// the line cannot be read, and then nothing but the name tables has changed.
    /// </summary>
    public int Parse(ReadOnlySpan<byte> line, Span<IrqEvent> records, out TextFault fault)
    {
        int at = 0;
        ref IrqEvent record = ref records[0];
        record = default;
        if (!TryReadTime(line, ref at, out record.TimeNs, out fault)) return 0;
        if (!SkipBlanks(line, ref at)) return Fail(TextFaultKind.Cpu, at, out fault);
        int start = at;
        if (!TextNumber.TryRead(line, ref at, out ulong cpu, out bool negative, out _) || negative
            || cpu > ushort.MaxValue || !IsBlankAt(line, at))
        {
            return Fail(TextFaultKind.Cpu, start, out fault);
        }
        record.Cpu = (ushort)cpu;
        if (!SkipBlanks(line, ref at)) return Fail(TextFaultKind.Kind, at, out fault);
        start = at;
        at = EndOfWord(line, at);
        ReadOnlySpan<byte> name = line[start..at];
        TextKind? kind = TextKind.Find(name);
        int count = kind is null
            ? ParseRaw(line, name, start, at, records, out fault)
            : ParseOperands(line, at, kind, records, out fault);
        if (count > 0) _previousNs = records[0].TimeNs;
        return count;
    }

    /// <summary>Moves over blanks; false at the end of the line or at a comment.</summary>
    public static bool SkipBlanks(ReadOnlySpan<byte> line, scoped ref int at)
    {
        while (at < line.Length && line[at] is (byte)' ' or (byte)'\t') at++;
        return at < line.Length && line[at] != (byte)'#';
    }

    private bool TryReadTime(ReadOnlySpan<byte> line, scoped ref int at, out ulong timeNs, out TextFault fault)
    {
        fault = default;
        byte first = line[at];
        if (first == (byte)'=')
        {
            at++;
            timeNs = _previousNs;
        }
        else
        {
            bool relative = first == (byte)'+';
            if (relative) at++;
            if (!TextNumber.TryReadTime(line, ref at, out timeNs, out bool hasUnit)
                || (relative && !hasUnit && timeNs != 0))
            {
                fault = new TextFault(TextFaultKind.Time, 0);
                return false;
            }
            if (relative)
            {
                if (timeNs > ulong.MaxValue - _previousNs)
                {
                    fault = new TextFault(TextFaultKind.EarlierTime, 0);
                    return false;
                }
                timeNs += _previousNs;
            }
        }
        if (IsBlankAt(line, at)) return true;
        fault = new TextFault(TextFaultKind.Time, 0);
        return false;
    }

    private int ParseOperands(ReadOnlySpan<byte> line, int at, TextKind kind, Span<IrqEvent> records,
        out TextFault fault)
    {
        ref IrqEvent record = ref records[0];
        record.Kind = kind.Kind;
        record.Irq = kind.IrqDefault;
        ref IrqEvent extension = ref records[1];
        if (kind.Info.HasExtension) extension = MakeExtension(record);
        int count = kind.Info.HasExtension ? 2 : 1;
        TextOperand[] operands = kind.Operands;
        int next = 0;
        uint seen = 0;
        while (SkipBlanks(line, ref at))
        {
            int keyAt = at;
            ReadOnlySpan<byte> rest = line[at..];
            // Written lines have the order of the schema, so the first guess is right for them.
            if (next >= operands.Length || !rest.StartsWith(operands[next].Key))
            {
                next = FindOperand(operands, rest);
                if (next < 0) return Fail(TextFaultKind.Operand, keyAt, out fault, kind);
            }
            ref readonly TextOperand operand = ref operands[next];
            if ((seen & (1u << next)) != 0) return Fail(TextFaultKind.Duplicate, keyAt, out fault, kind, next);
            seen |= 1u << next;
            at += operand.Key.Length;
            if (operand.Format == OperandFormat.Text)
            {
                int textAt = at;
                if (!TryReadText(line, ref at, out ReadOnlySpan<byte> text))
                {
                    return Fail(TextFaultKind.Text, at, out fault, kind, next);
                }
                if (text.Length > EventText.LengthMax) return Fail(TextFaultKind.LongName, textAt, out fault);
                count = EventText.Write(text, records);
            }
            else
            {
                TextFaultKind wrong = TryReadValue(line, ref at, operand, out ulong value);
                if (wrong != TextFaultKind.None)
                {
                    int wrongAt = wrong == TextFaultKind.Text ? at : keyAt + operand.Key.Length;
                    return Fail(wrong, wrongAt, out fault, kind, next);
                }
                Put(ref record, ref extension, operand, value);
            }
            next++;
        }
        if (kind.HasDefaults) PutDefaults(ref record, ref extension, operands, seen);
        fault = default;
        return count;
    }

    private static void PutDefaults(ref IrqEvent record, ref IrqEvent extension, TextOperand[] operands, uint seen)
    {
        for (int i = 0; i < operands.Length; i++)
        {
            if (operands[i].Default != 0 && (seen & (1u << i)) == 0)
                Put(ref record, ref extension, operands[i], operands[i].Default);
        }
    }

    private TextFaultKind TryReadValue(ReadOnlySpan<byte> line, scoped ref int at, in TextOperand operand,
        out ulong value)
    {
        switch (operand.Format)
        {
            case OperandFormat.Name:
            case OperandFormat.Device:
                value = 0;
                if (!TryReadText(line, ref at, out ReadOnlySpan<byte> name)) return TextFaultKind.Text;
                if (name.Length > TextSpec.NameBytesMax) return TextFaultKind.LongName;
                NameTable table = operand.Format == OperandFormat.Name ? tables.Names : tables.Devices;
                value = (ulong)table.Intern(name);
                return TextFaultKind.None;
            case OperandFormat.Symbol:
                return TryReadSymbol(line, ref at, operand, out value);
            default:
                return TryReadInteger(line, ref at, operand, out value);
        }
    }

    private static TextFaultKind TryReadInteger(ReadOnlySpan<byte> line, scoped ref int at, in TextOperand operand,
        out ulong value)
    {
        if (!TextNumber.TryRead(line, ref at, out value, out bool negative, out bool hex) || !IsBlankAt(line, at))
        {
            if (!operand.IsIrq || !WordAt(line, at).SequenceEqual("none"u8)) return TextFaultKind.Number;
            at += 4;
            value = IrqEvent.NoIrq;
            return TextFaultKind.None;
        }
        if (operand.Format != OperandFormat.Signed)
        {
            return negative || value > operand.Mask ? TextFaultKind.Range : TextFaultKind.None;
        }
        ulong half = 1UL << (operand.Width - 1);
        if (negative)
        {
            if (value > half) return TextFaultKind.Range;
            value = (0 - value) & operand.Mask;
            return TextFaultKind.None;
        }
        // Hexadecimal digits give the bits as they are, sign bit included.
        return value > (hex ? operand.Mask : half - 1) ? TextFaultKind.Range : TextFaultKind.None;
    }

    private static TextFaultKind TryReadSymbol(ReadOnlySpan<byte> line, scoped ref int at, in TextOperand operand,
        out ulong value)
    {
        ReadOnlySpan<byte> word = WordAt(line, at);
        for (int i = 0; i < operand.Symbols.Length; i++)
        {
            if (word.IsEmpty || !word.SequenceEqual(operand.Symbols[i])) continue;
            value = (ulong)i;
            at += word.Length;
            return TextFaultKind.None;
        }
        if (!TextNumber.TryRead(line, ref at, out value, out bool negative, out _) || !IsBlankAt(line, at))
        {
            return TextFaultKind.Symbol;
        }
        return negative || value > operand.Mask ? TextFaultKind.Range : TextFaultKind.None;
    }

    // On failure the position is where the text cannot be read on.
    private bool TryReadText(ReadOnlySpan<byte> line, scoped ref int at, out ReadOnlySpan<byte> text)
    {
        if (at < line.Length && line[at] == (byte)'"')
        {
            return TextQuoting.TryUnquote(line, ref at, _scratch, out text) && IsBlankAt(line, at);
        }
        text = WordAt(line, at);
        if (text.IsEmpty || text.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0 || text.Contains((byte)'"')) return false;
        at += text.Length;
        return true;
    }

    // kind_199 irq=none vector=0 a=0x1 b=0x2 a1=0x3 b1=0x4: a record of a newer version, carried as it is.
    private static int ParseRaw(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, int nameAt, int at,
        Span<IrqEvent> records, out TextFault fault)
    {
        ref IrqEvent record = ref records[0];
        int digits = TextSpec.UnknownKindPrefix.Length;
        if (!name.StartsWith("kind_"u8)
            || !TextNumber.TryRead(name, ref digits, out ulong number, out bool negative, out _)
            || negative || digits != name.Length || number is 0 or >= (byte)EventKind.Extension)
        {
            return Fail(TextFaultKind.Kind, nameAt, out fault);
        }
        record.Kind = (EventKind)number;
        record.Irq = IrqEvent.NoIrq;
        int last = 0;
        Span<byte> seen = stackalloc byte[RecordsMax + 1];
        seen.Clear();
        while (SkipBlanks(line, ref at))
        {
            int keyAt = at;
            int sign = WordAt(line, at).IndexOf((byte)'=');
            if (sign < 1 || !TryReadRawKey(line.Slice(at, sign), out byte key, out int index))
            {
                return Fail(TextFaultKind.Operand, keyAt, out fault);
            }
            byte bit = key switch { (byte)'a' => 1, (byte)'b' => 2, (byte)'i' => 4, _ => 8 };
            if ((seen[index] & bit) != 0) return Fail(TextFaultKind.Duplicate, keyAt, out fault);
            seen[index] |= bit;
            for (; last < index; last++) records[last + 1] = MakeExtension(record);
            at += sign + 1;
            ulong max = key == 'i' ? uint.MaxValue : key == 'v' ? byte.MaxValue : ulong.MaxValue;
            int valueAt = at;
            if (key == 'i' && WordAt(line, at).SequenceEqual("none"u8))
            {
                at += 4;
                continue;
            }
            if (!TextNumber.TryRead(line, ref at, out ulong value, out negative, out _) || !IsBlankAt(line, at))
            {
                return Fail(TextFaultKind.Number, valueAt, out fault);
            }
            if (negative || value > max) return Fail(TextFaultKind.Range, valueAt, out fault);
            switch (key)
            {
                case (byte)'i': record.Irq = (uint)value; break;
                case (byte)'v': record.Vector = (byte)value; break;
                case (byte)'a': records[index].A = value; break;
                default: records[index].B = value; break;
            }
        }
        return FitRecords(records, last + 1, nameAt, out fault);
    }

    // The raw form of a kind that this version knows (an older one wrote it) must have the records that the kind has.
    private static int FitRecords(Span<IrqEvent> records, int count, int nameAt, out TextFault fault)
    {
        TextKind? kind = TextKind.Find(records[0].Kind);
        fault = default;
        if (kind is null) return count;
        int needed = EventSchema.RecordCount(records[0]);
        bool isLong = kind.Info.IsText && records[0].Irq > EventText.LengthMax;
        if (isLong || count > needed) return Fail(TextFaultKind.Records, nameAt, out fault);
        for (; count < needed; count++) records[count] = MakeExtension(records[0]);
        return count;
    }

    private static bool TryReadRawKey(ReadOnlySpan<byte> word, out byte key, out int index)
    {
        index = 0;
        key = word[0];
        if (word.SequenceEqual("irq"u8) || word.SequenceEqual("vector"u8)) return true;
        if (key is not ((byte)'a' or (byte)'b')) return false;
        if (word.Length == 1) return true;
        int at = 1;
        if (word.Length > 3 || !TextNumber.TryRead(word, ref at, out ulong number, out _, out _)) return false;
        index = (int)number;
        return at == word.Length && number is >= 1 and <= TextSpec.ExtensionsMax;
    }

    private static IrqEvent MakeExtension(in IrqEvent record) => new()
    {
        TimeNs = record.TimeNs,
        Cpu = record.Cpu,
        Kind = EventKind.Extension,
        Irq = IrqEvent.NoIrq,
    };

    private static void Put(ref IrqEvent record, ref IrqEvent extension, in TextOperand operand, ulong value)
    {
        ulong bits = value << operand.Shift;
        ulong others = ~(operand.Mask << operand.Shift);
        switch (operand.Slot)
        {
            case OperandSlot.Irq: record.Irq = (uint)((record.Irq & others) | bits); break;
            case OperandSlot.Vector: record.Vector = (byte)((record.Vector & others) | bits); break;
            case OperandSlot.A: record.A = (record.A & others) | bits; break;
            case OperandSlot.B: record.B = (record.B & others) | bits; break;
            case OperandSlot.ExtensionA: extension.A = (extension.A & others) | bits; break;
            default: extension.B = (extension.B & others) | bits; break;
        }
    }

    private static int FindOperand(TextOperand[] operands, ReadOnlySpan<byte> rest)
    {
        for (int i = 0; i < operands.Length; i++)
        {
            if (rest.StartsWith(operands[i].Key)) return i;
        }
        return -1;
    }

    private static ReadOnlySpan<byte> WordAt(ReadOnlySpan<byte> line, int at) => line[at..EndOfWord(line, at)];

    private static int EndOfWord(ReadOnlySpan<byte> line, int at)
    {
        while (at < line.Length && line[at] is not ((byte)' ' or (byte)'\t')) at++;
        return at;
    }

    private static bool IsBlankAt(ReadOnlySpan<byte> line, int at) =>
        at >= line.Length || line[at] is (byte)' ' or (byte)'\t';

    private static int Fail(TextFaultKind kind, int at, out TextFault fault, TextKind? row = null, int operand = -1)
    {
        fault = new TextFault(kind, at, row, operand);
        return 0;
    }
}
