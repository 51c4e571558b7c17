using System;
using System.Runtime.CompilerServices;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Ftrace;

namespace Replay.Formats.Mapping;

// Each kind of damage is one entry of the report: texts are made for its first occurrence only.
public sealed partial class RecordMapper
{
    internal const string RecordTooShort = "record shorter than its fields";
    internal const string TextLiesOutside = "text of a record lies outside it";
    internal const string ValueDoesNotFit = "value of a field does not fit its operand";
    internal const string NameCut = "name longer than names may be, cut";
    internal const string MarkCut = "mark longer than marks may be, cut";
    internal const string FormatMisfit = "fields of a mapped event do not fit its mapping: its records are not used";
    internal const string PlansExhausted = "more mapped formats than a recording can have: their records are not used";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TooShort(MapPlan plan, int length, long offset)
    {
        if (_report.Seen(RecordTooShort)) return 0;
        _report.Add(LossSeverity.DataLoss, RecordTooShort, offset,
            $"at least {plan.NeededLength} bytes for {Printable(plan.EventName)}", $"{length}");
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TextOutside(MapPlan plan, TextOp op, int length, long offset)
    {
        if (_report.Seen(TextLiesOutside)) return 0;
        _report.Add(LossSeverity.DataLoss, TextLiesOutside, offset,
            $"{plan.Kind.Operands[op.Operand].Name} of {Printable(plan.EventName)} inside {length} bytes",
            "an end past them");
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int DoesNotFit(MapPlan plan, in NumberOp op, ulong value, long offset)
    {
        if (_report.Seen(ValueDoesNotFit)) return 0;
        EventOperand operand = plan.Kind.Operands[op.Operand];
        _report.Add(LossSeverity.DataLoss, ValueDoesNotFit, offset,
            $"{operand.Name} of {Printable(plan.EventName)} in {operand.Width} bits", $"0x{value:x}");
        return 0;
    }

    private void NoteCut(string what, int max, int length, long offset)
    {
        if (_report.Seen(what)) return;
        _report.Add(LossSeverity.Note, what, offset, $"at most {max} bytes", $"{length}");
    }

    private void ReportMisfit(MappingLine line, EventFormat format)
    {
        if (_report.Seen(FormatMisfit)) return;
        _report.Add(LossSeverity.Warning, FormatMisfit, -1,
            $"{string.Join(' ', line.RequiredFields)} ({line.FileName}:{line.LineNumber})",
            Printable(format.FullName + " with other fields"));
    }

    private int TooManyPlans(MapPlan plan)
    {
        if (!_report.Seen(PlansExhausted))
        {
            _report.Add(LossSeverity.DataLoss, PlansExhausted, -1, $"at most {PlansMax}", Printable(plan.EventName));
        }
        return -1;
    }

    /// <summary>A name out of a file, fit for a message.</summary>
    private static string Printable(string name)
    {
        Span<byte> utf8 = stackalloc byte[NameLengthMax];
        Span<byte> clean = stackalloc byte[NameLengthMax];
        int length = TextCleaner.Clean(utf8[..EncodeCut(name, utf8)], clean, out _);
        return Encoding.UTF8.GetString(clean[..length]);
    }
}
