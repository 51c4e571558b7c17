using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Ftrace;

namespace Replay.Formats.Mapping;

/// <summary>Turns a line of the mapping and a recorded format into a plan.</summary>
internal sealed class PlanCompiler
{
    /// <summary>No record is longer: a data_loc offset has 16 bits.</summary>
    private const int RecordLengthMax = ushort.MaxValue;

    private readonly bool _bigEndian;
    private readonly int _longSize;
    private readonly Func<EventKind, int, NameCache> _cacheOf;

    /// <param name="bigEndian">Byte order of the recording.</param>
    /// <param name="longSize">Bytes of the recorded kernel's pointers, for formats that do not say.</param>
    /// <param name="cacheOf">Cache of the kind's operand with this index.</param>
    public PlanCompiler(bool bigEndian, int longSize, Func<EventKind, int, NameCache> cacheOf)
    {
        _bigEndian = bigEndian;
        _longSize = longSize;
        _cacheOf = cacheOf;
    }

    /// <summary>
    /// The plan, or null when the line asks for fields that the format lacks or has in another shape.
    /// </summary>
    public MapPlan? TryCompile(MappingLine line, EventFormat format)
    {
        foreach (string name in line.RequiredFields)
        {
            if (format.FindField(name) is null) return null;
        }
        EventKindInfo kind = line.Kind!;
        List<NumberOp> numbers = [];
        List<TextOp> texts = [];
        var template = new IrqEvent { Kind = kind.Kind, Irq = IrqEvent.NoIrq };
        var extension = new IrqEvent { Kind = EventKind.Extension, Irq = IrqEvent.NoIrq };
        int needed = 0;
        if (kind.UsesIrq && !LeavesIrqOut(line)) template.Irq = 0;
        for (int i = 0; i < kind.Operands.Length; i++)
        {
            EventOperand operand = kind.Operands[i];
            foreach (MappingTerm term in line.Operands[i])
            {
                if (operand.Format is OperandFormat.Name or OperandFormat.Device or OperandFormat.Text)
                {
                    if (CompileText(term, format, kind, i, ref needed) is not { } text) return null;
                    texts.Add(text);
                }
                else if (term.Source == TermSource.Number)
                {
                    ulong sofar = operand.Get(template, extension);
                    operand.Set(ref template, ref extension, sofar | term.Number);
                }
                else
                {
                    bool alone = line.Operands[i].Length == 1 && term.IsPlain;
                    if (!CompileNumber(term, format, operand, alone, ref needed, out NumberOp op)) return null;
                    op.Operand = (byte)i;
                    numbers.Add(op);
                }
            }
        }
        PlanShape shape = ShapeOf(kind, numbers, texts);
        return new MapPlan
        {
            Kind = kind,
            EventName = format.FullName,
            NeededLength = needed,
            Template = template,
            ExtensionTemplate = extension,
            Numbers = [.. numbers],
            Texts = [.. texts],
            Shape = shape,
            FirstOffset = numbers.Count > 0 ? numbers[0].Offset : 0,
            SecondOffset = shape is PlanShape.HandlerEntry or PlanShape.HandlerEntryAtEnd ? texts[0].Offset
                : numbers.Count > 1 ? numbers[1].Offset : 0,
            Records = kind.HasExtension ? 2 : 1,
            RemembersByIrq = kind.FindOperand("irq") is not null,
        };
    }

    /// <summary>
    /// True when the kind has an operand <c>irq</c> and the line does not say which: then it is none, not 0.
    /// </summary>
    private static bool LeavesIrqOut(MappingLine line)
    {
        for (int i = 0; i < line.Operands.Length; i++)
        {
            EventOperand operand = line.Kind!.Operands[i];
            if (operand.Slot == OperandSlot.Irq && operand.Name == "irq") return line.Operands[i].Length == 0;
        }
        return false;
    }

    private bool CompileNumber(MappingTerm term, EventFormat format, EventOperand operand, bool alone, ref int needed,
        out NumberOp op)
    {
        op = default;
        FieldFormat field = format.FindField(term.Text)!;
        bool array = field.Storage == FieldStorage.IntegerArray;
        if (array != term.Index >= 0) return false;
        if (!array && field.Storage != FieldStorage.Integer && (field.Storage != FieldStorage.Pointer || field.IsText))
            return false;
        int size = array ? field.ElementSize : field.Size;
        if (size is not (1 or 2 or 4 or 8)) return false;
        long offset = field.Offset + (array ? (long)term.Index * size : 0);
        if (array && (long)(term.Index + 1) * size > field.Size) return false;
        if (!Need(offset, size, ref needed)) return false;

        // Registers are bits: only a field that stands alone for a decimal number keeps its sign.
        bool signed = field.IsSigned && alone && operand.Format != OperandFormat.Hex;
        op.Load = LoadOf(size, signed || (term.Positive && size < 8));
        op.Offset = (int)offset;
        op.ShiftRight = (byte)term.ShiftRight;
        op.Mask = term.Mask;
        op.Reject = ~(operand.Mask >> term.ShiftLeft);
        if (signed && operand.Format == OperandFormat.Decimal) op.Reject |= 1UL << 63;
        if (operand.Format == OperandFormat.Signed) op.Flags |= NumberFlags.Signed32;
        if (term.Positive) op.Flags |= NumberFlags.Positive;
        (op.Word, int shift) = PlaceOf(operand);
        op.ShiftLeft = (byte)(shift + term.ShiftLeft);
        if (term.Condition.Length == 0) return true;

        FieldFormat condition = format.FindField(term.Condition)!;
        if (condition.Storage != FieldStorage.Integer || condition.Size is not (1 or 2 or 4 or 8)) return false;
        op.Flags |= NumberFlags.Conditional;
        op.ConditionOffset = condition.Offset;
        op.ConditionSize = (byte)condition.Size;
        return Need(condition.Offset, condition.Size, ref needed);
    }

    private TextOp? CompileText(MappingTerm term, EventFormat format, EventKindInfo kind, int index, ref int needed)
    {
        (byte word, int shift) = kind.IsText ? ((byte)0, 0) : PlaceOf(kind.Operands[index]);
        NameCache cache = _cacheOf(kind.Kind, index);
        if (term.Source != TermSource.Field)
        {
            return new TextOp
            {
                Source = TextSource.Constant,
                Constant = Encoding.UTF8.GetBytes(term.Source == TermSource.EventName ? format.Name : term.Text),
                Word = word,
                Shift = (byte)shift,
                Operand = (byte)index,
                Cache = cache,
            };
        }
        FieldFormat field = format.FindField(term.Text)!;
        int size = field.Size;
        TextSource source;
        switch (field.Storage)
        {
            case FieldStorage.FixedText: source = TextSource.Fixed; break;
            case FieldStorage.DataLoc when field.IsText: source = TextSource.DataLoc; break;
            case FieldStorage.RelLoc when field.IsText: source = TextSource.RelLoc; break;
            case FieldStorage.Pointer:
                source = field.IsText ? TextSource.TextPointer : TextSource.FunctionPointer;
                if (size is not (4 or 8)) size = _longSize;
                break;
            // Before 5.x the text of a mark was declared as one char of size 0.
            case FieldStorage.Integer or FieldStorage.Opaque when size == 0
                && field.Type.EndsWith("char", StringComparison.Ordinal):
                source = TextSource.Fixed;
                break;
            default: return null;
        }
        // Old kernels have locations of two bytes, with an offset only.
        if (source is TextSource.DataLoc or TextSource.RelLoc && size is not (2 or 4)) return null;
        if (kind.IsText && source is TextSource.TextPointer or TextSource.FunctionPointer) return null;
        if (!Need(field.Offset, size, ref needed)) return null;
        return new TextOp
        {
            Source = source,
            Offset = field.Offset,
            Size = size,
            Word = word,
            Shift = (byte)shift,
            Operand = (byte)index,
            Cache = cache,
        };
    }

    /// <summary>Records the place of a field; false for one that no record can have.</summary>
    private static bool Need(long offset, int size, ref int needed)
    {
        if (offset < 0 || size < 0 || offset + size > RecordLengthMax) return false;
        needed = Math.Max(needed, (int)offset + size);
        return true;
    }

    private NumberLoad LoadOf(int size, bool signed) => (size, signed, _bigEndian) switch
    {
        (1, false, _) => NumberLoad.U8,
        (1, true, _) => NumberLoad.S8,
        (2, false, false) => NumberLoad.U16,
        (2, true, false) => NumberLoad.S16,
        (2, false, true) => NumberLoad.U16Swapped,
        (2, true, true) => NumberLoad.S16Swapped,
        (4, false, false) => NumberLoad.U32,
        (4, true, false) => NumberLoad.S32,
        (4, false, true) => NumberLoad.U32Swapped,
        (4, true, true) => NumberLoad.S32Swapped,
        (_, _, false) => NumberLoad.U64,
        _ => NumberLoad.U64Swapped,
    };

    // IrqEvent as four 64-bit words: 0 time; 1 irq (bits 0-31), cpu (32-47), kind (48-55), vector (56-63); 2 A; 3 B.
    private static (byte Word, int Shift) PlaceOf(EventOperand operand) => operand.Slot switch
    {
        OperandSlot.Irq => (1, operand.Shift),
        OperandSlot.Vector => (1, 56 + operand.Shift),
        OperandSlot.A => (2, operand.Shift),
        OperandSlot.B => (3, operand.Shift),
        OperandSlot.ExtensionA => (6, operand.Shift),
        _ => (7, operand.Shift),
    };

    private static PlanShape ShapeOf(EventKindInfo kind, List<NumberOp> numbers, List<TextOp> texts)
    {
        if (kind.IsText) return PlanShape.Text;
        for (int i = 0; i < numbers.Count; i++)
        {
            NumberOp op = numbers[i];
            bool plain = op.Operand == i && op.ShiftLeft == PlaceOf(kind.Operands[i]).Shift
                && op.Load is NumberLoad.U32 or NumberLoad.S32
                && op.ShiftRight == 0 && op.Mask == ulong.MaxValue && (op.Flags & ~NumberFlags.Signed32) == 0;
            if (!plain) return PlanShape.General;
        }
        return kind.Kind switch
        {
            EventKind.HandlerEntry when numbers.Count == 1 && texts.Count == 1
                && texts[0].Source == TextSource.DataLoc && texts[0].Size == 4 => PlanShape.HandlerEntry,
            EventKind.HandlerEntry when numbers.Count == 1 && texts.Count == 1
                && texts[0].Source == TextSource.Fixed && texts[0].Size == 0 => PlanShape.HandlerEntryAtEnd,
            EventKind.HandlerExit when numbers.Count == 2 => PlanShape.HandlerExit,
            EventKind.SystemEntry or EventKind.SystemExit when numbers.Count == 1 => PlanShape.SystemVector,
            _ when numbers.Count == 1 && texts.Count == 0 && !kind.HasExtension
                && kind.Operands[0].Slot == OperandSlot.Irq
                => PlanShape.Irq,
            _ => PlanShape.General,
        };
    }
}
