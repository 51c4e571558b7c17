using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Events;

namespace Replay.Formats.Text;

/// <summary>
/// Makes a term of a filter: finds its field in the schema, and ranges or patterns in its values. Cold.
/// </summary>
internal static class FilterTermBuilder
{
    private static readonly string[] OwnFields = ["kind", "role", "cpu", "time"];

    /// <summary>The term, or null with the place and the words of what is wrong.</summary>
    public static FilterTerm? Build(string field, int fieldAt, string comparison, List<FilterValue> values,
        out int errorAt, out string error)
    {
        errorAt = fieldAt;
        error = "";
        bool negated = comparison == "!=";
        switch (field)
        {
            case "kind":
            case "role":
                bool[]? kinds = MakeKinds(field, comparison, values, ref errorAt, out error);
                return kinds is null ? null : new FilterTerm(FilterField.Kind, negated) { Kinds = kinds };
            case "cpu":
            case "time":
                return BuildNumber(field, comparison, values, ref errorAt, out error);
            default:
                return BuildOperand(field, comparison, values, ref errorAt, out error);
        }
    }

    private static bool[]? MakeKinds(string field, string comparison, List<FilterValue> values, ref int errorAt,
        out string error)
    {
        error = "";
        bool negated = comparison == "!=";
        if (!negated && comparison != "=")
        {
            error = $"{field} is a name: compare it with = or !=";
            return null;
        }
        var kinds = new bool[256];
        foreach (FilterValue value in values)
        {
            bool found = field == "kind" ? AddKinds(kinds, value.Text) : AddRole(kinds, value.Text);
            if (found) continue;
            errorAt = value.At;
            error = field == "role"
                ? $"there is no role {TextNames.Show(value.Text)}; type stimulus, observation or meta"
                : $"there is no kind of event {TextNames.Show(value.Text)}{TextNames.SuggestKind(value.Text)}";
            return null;
        }
        for (int i = 0; negated && i < kinds.Length; i++) kinds[i] = !kinds[i];
        return kinds;
    }

    private static bool AddKinds(bool[] kinds, string pattern)
    {
        bool found = false;
        for (int i = 1; i < (int)EventKind.Extension; i++)
        {
            string name = EventSchema.Find((EventKind)i)?.Name ?? TextSpec.UnknownKindPrefix + i;
            if (!Wildcard.Matches(pattern, name, '*')) continue;
            kinds[i] = true;
            found = true;
        }
        return found;
    }

    private static bool AddRole(bool[] kinds, string name)
    {
        bool found = false;
        foreach (EventKindInfo info in EventSchema.All)
        {
            if (!name.Equals(info.Role.ToString(), StringComparison.OrdinalIgnoreCase)) continue;
            kinds[(byte)info.Kind] = true;
            found = true;
        }
        return found;
    }

    private static FilterTerm? BuildNumber(string field, string comparison, List<FilterValue> values, ref int errorAt,
        out string error)
    {
        var ranges = new List<FilterRange>();
        foreach (FilterValue value in values)
        {
            errorAt = value.At;
            bool isTime = field == "time";
            if (!value.IsQuoted && FilterNumber.TryReadRange(value.Text, isTime, out FilterInterval interval))
            {
                if (!FilterNumber.TryCompare(comparison, interval, out interval, out error)) return null;
                if (FilterNumber.TryToUnsigned(interval, out FilterRange range)) ranges.Add(range);
                continue;
            }
            error = isTime
                ? $"{TextNames.Show(value.Text)} is no time; type seconds such as 1.5, or 20ms, or a range 1.5-2"
                : $"{TextNames.Show(value.Text)} is no CPU; type numbers and ranges such as 0,2-3";
            return null;
        }
        error = "";
        return new FilterTerm(field == "time" ? FilterField.Time : FilterField.Cpu, comparison == "!=")
        {
            Unsigned = [.. ranges],
        };
    }

    private static FilterTerm? BuildOperand(string field, string comparison, List<FilterValue> values, ref int errorAt,
        out string error)
    {
        // A leading point reaches operands that share their name with a field of every event: ".cpu".
        string name = field[0] == '.' ? field[1..] : field;
        var byKind = new EventOperand?[256];
        var formats = new HashSet<OperandFormat>();
        var symbols = new HashSet<string>(StringComparer.Ordinal);
        var names = new HashSet<string>(OwnFields, StringComparer.Ordinal);
        foreach (EventKindInfo info in EventSchema.All)
        {
            foreach (EventOperand operand in info.Operands)
            {
                names.Add(operand.Name);
                if (operand.Name != name) continue;
                byKind[(byte)info.Kind] = operand;
                formats.Add(operand.Format);
                symbols.UnionWith(operand.Symbols);
            }
        }
        error = "";
        if (formats.Count == 0)
        {
            error = $"there is no field or operand {TextNames.Show(field)}{TextNames.Suggest(name, names)}";
            return null;
        }
        if (name == "irq") symbols.Add(TextSpec.None);
        // Names and texts are only compared as patterns; no operand name is text in one kind and a number in another.
        bool isText = formats.Overlaps([OperandFormat.Name, OperandFormat.Device, OperandFormat.Text]);
        bool isOrdered = comparison is not ("=" or "!=");
        if (isOrdered && isText)
        {
            error = $"{name} is text: compare it with = or !=";
            return null;
        }
        var unsigned = new List<FilterRange>();
        var signed = new List<FilterRange>();
        var patterns = new List<string>();
        foreach (FilterValue value in values)
        {
            errorAt = value.At;
            bool fits;
            if (isText) fits = true;
            else if (!value.IsQuoted && FilterNumber.TryReadRange(value.Text, false, out FilterInterval interval))
            {
                fits = AddRanges(comparison, interval, unsigned, signed, out error);
            }
            else fits = !isOrdered && FitsAny(value.Text, symbols);
            if (error.Length > 0) return null;
            if (!isOrdered) patterns.Add(value.Text);
            if (fits) continue;
            error = DescribeMismatch(name, value.Text, symbols);
            return null;
        }
        string[] texts = [.. patterns];
        return new FilterTerm(FilterField.Operand, comparison == "!=")
        {
            ByKind = byKind,
            Unsigned = [.. unsigned],
            Signed = [.. signed],
            Patterns = texts,
            Utf8Patterns = FilterTerm.ToUtf8(texts),
        };
    }

    private static bool AddRanges(string comparison, FilterInterval interval, List<FilterRange> unsigned,
        List<FilterRange> signed, out string error)
    {
        if (!FilterNumber.TryCompare(comparison, interval, out interval, out error)) return false;
        if (FilterNumber.TryToUnsigned(interval, out FilterRange range)) unsigned.Add(range);
        if (FilterNumber.TryToSigned(interval, out range)) signed.Add(range);
        return true;
    }

    private static bool FitsAny(string pattern, HashSet<string> symbols)
    {
        foreach (string symbol in symbols)
        {
            if (Wildcard.Matches(pattern, symbol, '*')) return true;
        }
        return false;
    }

    private static string DescribeMismatch(string name, string value, HashSet<string> symbols)
    {
        var text = new StringBuilder(TextNames.Show(value));
        text.Append(" is no value of ").Append(name).Append("; type a number, a range such as 2-5");
        if (symbols.Count == 0) return text.ToString();
        string[] all = [.. symbols];
        Array.Sort(all, StringComparer.Ordinal);
        return text.Append(", or ").AppendJoin(", ", all).Append(TextNames.Suggest(value, all)).ToString();
    }
}
