using System;
using System.Text;

namespace Replay.Formats.Text;

/// <summary>Why a line is not what it should be. Numbers index <see cref="TextFault.Whats"/>.</summary>
internal enum TextFaultKind : byte
{
    None,
    Time,
    EarlierTime,
    Cpu,
    Kind,
    Operand,
    Duplicate,
    Number,
    Range,
    Symbol,
    Text,
    LongName,
    Records,
    Directive,
    LongLine,
}

/// <summary>
/// Where and why a line could not be read. Plain data, so that a file of bad lines costs no text a line: the words are
/// made for the first of each kind.
/// </summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="At">Byte of the line where it is wrong.</param>
/// <param name="Row">The kind of event, where it is known by then.</param>
/// <param name="Operand">Index of the operand in <paramref name="Row"/>, where it is known.</param>
internal readonly record struct TextFault(TextFaultKind Kind, int At, TextKind? Row = null, int Operand = -1)
{
    private static readonly string[] Whats =
    [
        "", "line without a readable time", "time that cannot be counted", "line without a readable CPU",
        "unknown kind of event", "unknown operand", "operand given twice", "operand that is not a number",
        "operand out of range", "unknown symbol", "unreadable text", "name too long",
        "extension records that do not fit the kind", "unreadable directive", "line too long",
    ];

    /// <summary>The clause that counts equal faults together.</summary>
    public string What => Whats[(int)Kind];

    /// <summary>What should stand there, with a near name where there is one.</summary>
    public string DescribeExpected(ReadOnlySpan<byte> line) => Kind switch
    {
        TextFaultKind.Time => "SECONDS.NANOSECONDS, or +1us, +20ms, +0 after the event before, or = for its time",
        TextFaultKind.EarlierTime => "a time below 18446744073.709551616 s",
        TextFaultKind.Cpu => "a CPU number, 0 to 65535",
        TextFaultKind.Kind => "a kind of event" + TextNames.SuggestKind(Word(line)),
        TextFaultKind.Operand => Row is null
            ? "irq=, vector=, a=, b=, or a1= b1= and so on for extension records"
            : TextNames.DescribeOperands(Row.Info) + TextNames.SuggestOperand(Row.Info, Key(line)),
        TextFaultKind.Duplicate => "each operand once",
        TextFaultKind.Number => "a decimal number, or 0x and hexadecimal digits" + (OfIrq ? ", or none" : ""),
        TextFaultKind.Range => DescribeRange(),
        TextFaultKind.Symbol => "a number, or " + TextNames.DescribeSymbols(Row!.Info.Operands[Operand])
            + TextNames.SuggestSymbol(Row.Info.Operands[Operand], Word(line)),
        TextFaultKind.Text => "a word, or text in \"quotes\" with the escapes \\\" \\\\ \\n \\t \\xNN",
        TextFaultKind.LongName => $"a name of at most {TextSpec.NameBytesMax} bytes",
        TextFaultKind.Records => "as many extension records as the kind has",
        _ => $"a line of at most {TextSpec.LineBytesMax} bytes",
    };

    /// <summary>What stands there, shortened and made harmless.</summary>
    public string DescribeFound(ReadOnlySpan<byte> line) => TextNames.Show(Word(line));

    private bool OfIrq => Row is not null && Operand >= 0 && Row.Operands[Operand].IsIrq;

    private string DescribeRange()
    {
        if (Row is null) return "a number that fits";
        TextOperand operand = Row.Operands[Operand];
        if (operand.Format != Core.Events.OperandFormat.Signed) return $"{Name(operand)} from 0 to {operand.Mask}";
        ulong half = 1UL << (operand.Width - 1);
        return $"{Name(operand)} from -{half} to {half - 1}";
    }

    private static string Name(in TextOperand operand) => Encoding.ASCII.GetString(operand.Key[..^1]);

    private string Word(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = At < line.Length ? line[At..] : default;
        int end = rest.IndexOfAny((byte)' ', (byte)'\t');
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private string Key(ReadOnlySpan<byte> line)
    {
        string word = Word(line);
        int sign = word.IndexOf('=', StringComparison.Ordinal);
        return sign < 0 ? word : word[..sign];
    }
}
