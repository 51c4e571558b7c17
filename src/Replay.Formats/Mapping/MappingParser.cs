using System;
using System.Collections.Generic;
using Replay.Core.Events;

namespace Replay.Formats.Mapping;

// system:name[FIELD,FIELD] -> kind operand=term | term operand=term      # comment
//
//     term = ( number | "text" | @name | field | field[index] | positive(field) ) [>> n] [& mask] [<< n] [if field]

/// <summary>Reads the lines of a mapping and checks all that needs no recorded format.</summary>
internal static class MappingParser
{
    /// <summary>Pseudo kind of a line that leaves its event unmapped.</summary>
    public const string Skip = "skip";

    /// <exception cref="BadInputException">File and line, expected, found.</exception>
    public static List<MappingLine> Parse(string text, string fileName)
    {
        List<MappingLine> lines = [];
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = WithoutComment(raw).Trim();
            if (!line.IsEmpty) lines.Add(ParseLine(line.ToString(), fileName, number));
        }
        return lines;
    }

    private static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> line)
    {
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"') quoted = !quoted;
            if (line[i] == '#' && !quoted) return line[..i];
        }
        return line;
    }

    private static MappingLine ParseLine(string line, string fileName, int number)
    {
        var lexer = new MappingLexer(line, fileName, number);
        int arrow = line.IndexOf("->", StringComparison.Ordinal);
        if (arrow < 0) throw lexer.Error("'->' between the recorded event and its kind", line);
        List<string> fields = [];
        (string system, string name) = ParseHead(line.AsSpan(0, arrow).Trim(), fields, ref lexer);

        lexer.Position = arrow + 2;
        string kindName = lexer.Word("a kind of event");
        EventKindInfo? kind = EventSchema.Find(kindName);
        if (kind is null && kindName != Skip) throw lexer.Error("a kind of event or 'skip'", kindName);
        var operands = new MappingTerm[kind?.Operands.Length ?? 0][];
        Array.Fill(operands, []);
        while (!lexer.AtEnd)
        {
            string operandName = lexer.Word("an operand");
            int index = kind is null ? -1 : Array.FindIndex(kind.Operands, operand => operand.Name == operandName);
            if (index < 0) throw lexer.Error($"an operand of {kindName} ({OperandNames(kind)})", operandName);
            if (operands[index].Length > 0) throw lexer.Error("each operand once", operandName + " twice");
            lexer.Demand("=");
            operands[index] = ParseExpression(ref lexer, kind!.Operands[index], fields);
        }
        return new MappingLine(system, name, [.. fields], kind, operands, line, fileName, number);
    }

    private static (string System, string Name) ParseHead(ReadOnlySpan<char> head, List<string> fields,
        ref MappingLexer lexer)
    {
        int bracket = head.IndexOf('[');
        if (bracket >= 0)
        {
            if (head[^1] != ']') throw lexer.Error("']' after the fields", head.ToString());
            foreach (Range part in head[(bracket + 1)..^1].Split(','))
            {
                string field = head[(bracket + 1)..^1][part].Trim().ToString();
                if (!MappingLexer.IsWord(field)) throw lexer.Error("a field name", field);
                AddField(fields, field);
            }
            head = head[..bracket].TrimEnd();
        }
        int colon = head.IndexOf(':');
        if (colon < 0) throw lexer.Error("system:name", head.ToString());
        ReadOnlySpan<char> system = head[..colon], name = head[(colon + 1)..];
        if (!IsPattern(system) || !IsPattern(name))
            throw lexer.Error("system:name without spaces and with at most one '*' in each", head.ToString());
        return (system.ToString(), name.ToString());
    }

    private static bool IsPattern(ReadOnlySpan<char> text) =>
        !text.IsEmpty && text.Count('*') <= 1 && text.IndexOfAny(" \t:\"=") < 0;

    private static MappingTerm[] ParseExpression(ref MappingLexer lexer, EventOperand operand, List<string> fields)
    {
        List<MappingTerm> terms = [];
        do
        {
            MappingTerm term = ParseTerm(ref lexer, operand);
            if (term.Source == TermSource.Field) AddField(fields, term.Text);
            if (term.Condition.Length > 0) AddField(fields, term.Condition);
            terms.Add(term);
        }
        while (lexer.Accept("|"));
        bool text = operand.Format is OperandFormat.Name or OperandFormat.Device or OperandFormat.Text;
        if (text && terms.Count > 1) throw lexer.Error($"one text for {operand.Name}", "a combination");
        return [.. terms];
    }

    private static MappingTerm ParseTerm(ref MappingLexer lexer, EventOperand operand)
    {
        bool text = operand.Format is OperandFormat.Name or OperandFormat.Device or OperandFormat.Text;
        MappingTerm term = ParseSource(ref lexer, operand, text);
        bool afterField = term.Source == TermSource.Field && !text;
        if (lexer.Accept(">>")) term = term with { ShiftRight = (int)lexer.Number(0, 63) };
        if (lexer.Accept("&")) term = term with { Mask = lexer.Number(0, ulong.MaxValue) };
        if (lexer.Accept("<<")) term = term with { ShiftLeft = (int)lexer.Number(0, (ulong)operand.Width - 1) };
        if (lexer.AcceptKeyword("if")) term = term with { Condition = lexer.Word("a field name") };
        bool modified = !term.IsPlain || term.Condition.Length > 0;
        if (modified && !afterField) throw lexer.Error("a field of numbers before >>, &, << and if", operand.Name);
        return term;
    }

    private static MappingTerm ParseSource(ref MappingLexer lexer, EventOperand operand, bool text)
    {
        if (lexer.PeekIs('"') || lexer.PeekIs('@'))
        {
            if (!text) throw lexer.Error($"a number or a field for {operand.Name}", "a text");
            if (lexer.PeekIs('"')) return new MappingTerm(TermSource.Text) { Text = lexer.Quoted() };
            lexer.Demand("@");
            string what = lexer.Word("@name");
            return what == "name" ? new MappingTerm(TermSource.EventName) : throw lexer.Error("@name", "@" + what);
        }
        if (lexer.PeekIsNumber)
        {
            if (text) throw lexer.Error($"a field, \"text\" or @name for {operand.Name}", "a number");
            return new MappingTerm(TermSource.Number) { Number = Constant(ref lexer, operand) };
        }
        string word = lexer.Word("a field, a number, a symbol or a text");
        if (operand.Format == OperandFormat.Symbol)
        {
            int symbol = Array.IndexOf(operand.Symbols, word);
            if (symbol < 0) throw lexer.Error("one of " + string.Join(' ', operand.Symbols), word);
            return new MappingTerm(TermSource.Number) { Number = (ulong)symbol };
        }
        if (word == "positive" && lexer.Accept("("))
        {
            if (text) throw lexer.Error($"a field, \"text\" or @name for {operand.Name}", "positive(…)");
            word = lexer.Word("a field name");
            lexer.Demand(")");
            return new MappingTerm(TermSource.Field) { Text = word, Positive = true };
        }
        int index = -1;
        if (lexer.Accept("["))
        {
            if (text) throw lexer.Error($"a text for {operand.Name}", "an array element");
            index = (int)lexer.Number(0, ushort.MaxValue);
            lexer.Demand("]");
        }
        return new MappingTerm(TermSource.Field) { Text = word, Index = index };
    }

    private static ulong Constant(ref MappingLexer lexer, EventOperand operand)
    {
        bool negative = lexer.Accept("-");
        ulong number = lexer.Number(0, ulong.MaxValue);
        if (operand.Format == OperandFormat.Signed)
        {
            if (number > (negative ? 1UL << 31 : uint.MaxValue)) throw lexer.Error("a number of 32 bits", $"{number}");
            return negative ? (uint)-(long)number : number;
        }
        if (negative) throw lexer.Error("a number that is not negative", $"-{number}");
        if (number > operand.Mask) throw lexer.Error($"a number of {operand.Width} bits", $"{number}");
        return number;
    }

    private static void AddField(List<string> fields, string field)
    {
        if (!fields.Contains(field)) fields.Add(field);
    }

    private static string OperandNames(EventKindInfo? kind) =>
        kind is null || kind.Operands.Length == 0
            ? "it has none"
            : string.Join(' ', Array.ConvertAll(kind.Operands, operand => operand.Name));
}
