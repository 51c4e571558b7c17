using System;
using System.Globalization;
using System.Text;

namespace Replay.Formats.Ctf;

internal enum TsdlToken
{
    End,
    Word,
    Number,
    Text,

    /// <summary>One sign, or <c>:=</c> or <c>...</c>.</summary>
    Sign,
}

/// <summary>
/// Words, numbers, texts and signs of TSDL; comments, line continuations and blanks are passed over. Numbers have at
/// most 64 bits (CTF 1.8.3, appendix C).
/// </summary>
internal sealed class TsdlLexer
{
    /// <summary>Longest word or text that is kept.</summary>
    private const int LengthMax = 4096;

    private readonly byte[] _text;
    private readonly string _file;
    private int _at;
    private int _line = 1;

    /// <param name="text">The metadata without its packets.</param>
    /// <param name="file">Name for messages.</param>
    public TsdlLexer(byte[] text, string file)
    {
        _text = text;
        _file = file;
        Next();
    }

    public TsdlToken Kind { get; private set; }

    /// <summary>The word, the sign, or the text without its quotes.</summary>
    public string Text { get; private set; } = "";

    public ulong Number { get; private set; }

    /// <summary>Line at which the token starts, from 1.</summary>
    public int Line { get; private set; }

    public bool IsSign(string sign) => Kind == TsdlToken.Sign && Text == sign;

    public bool IsWord(string word) => Kind == TsdlToken.Word && Text == word;

    public bool Accept(string sign)
    {
        if (!IsSign(sign)) return false;
        Next();
        return true;
    }

    public void Demand(string sign, string what)
    {
        if (!Accept(sign)) throw Error($"'{sign}' {what}");
    }

    /// <summary>A word, which is passed.</summary>
    public string Word(string what)
    {
        if (Kind != TsdlToken.Word) throw Error(what);
        string word = Text;
        Next();
        return word;
    }

    /// <summary>The error that something else was found than expected.</summary>
    public BadInputException Error(string expected) => Error(Line, expected, Kind switch
    {
        TsdlToken.End => "the end",
        TsdlToken.Number => Number.ToString(CultureInfo.InvariantCulture),
        TsdlToken.Text => $"the text \"{Text}\"",
        _ => $"'{Text}'",
    });

    public BadInputException Error(int line, string expected, string found) =>
        new($"{_file}: line {line}: expected {expected}, found {found}");

    public void Next()
    {
        SkipBlanks();
        Line = _line;
        Text = "";
        if (_at >= _text.Length)
        {
            Kind = TsdlToken.End;
            return;
        }
        byte first = _text[_at];
        if (IsLetter(first)) ReadWord();
        else if (first is >= (byte)'0' and <= (byte)'9') ReadNumber();
        else if (first is (byte)'"' or (byte)'\'') ReadText();
        else ReadSign();
    }

    private static bool IsLetter(byte c) =>
        c is >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or (byte)'_';

    private static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            byte c = _text[_at];
            if (c == (byte)'\n') _line++;
            if (c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'\f' or (byte)'\v') _at++;
            else if (c == (byte)'\\' && PeekIs(1, (byte)'\n')) _at++;
            else if (c == (byte)'\\' && PeekIs(1, (byte)'\r') && PeekIs(2, (byte)'\n')) _at++;
            else if (c == (byte)'/' && PeekIs(1, (byte)'/')) SkipLine();
            else if (c == (byte)'/' && PeekIs(1, (byte)'*')) SkipComment();
            else break;
        }
    }

    private bool PeekIs(int ahead, byte c) => _at + ahead < _text.Length && _text[_at + ahead] == c;

    private void SkipLine()
    {
        int length = _text.AsSpan(_at).IndexOf((byte)'\n');
        _at = length < 0 ? _text.Length : _at + length;
    }

    private void SkipComment()
    {
        int length = _text.AsSpan(_at + 2).IndexOf("*/"u8);
        if (length < 0) throw Error(_line, "'*/' after '/*'", "the end");
        _line += _text.AsSpan(_at, length).Count((byte)'\n');
        _at += length + 4;
    }

    private void ReadWord()
    {
        int start = _at;
        while (_at < _text.Length && (IsLetter(_text[_at]) || IsDigit(_text[_at]))) _at++;
        Kind = TsdlToken.Word;
        Text = Kept(_text.AsSpan(start, _at - start));
    }

    // Decimal, octal with a leading 0, hexadecimal with 0x; suffixes as in C.
    private void ReadNumber()
    {
        int start = _at;
        while (_at < _text.Length && (IsLetter(_text[_at]) || IsDigit(_text[_at]))) _at++;
        ReadOnlySpan<byte> digits = _text.AsSpan(start, _at - start);
        Kind = TsdlToken.Number;
        string written = Kept(digits[..Math.Min(digits.Length, 40)]);
        digits = digits.TrimEnd("uUlL"u8);
        int radix = 10;
        if (digits.StartsWith("0x"u8) || digits.StartsWith("0X"u8)) radix = 16;
        else if (digits.StartsWith("0b"u8) || digits.StartsWith("0B"u8)) radix = 2;
        else if (digits.Length > 1 && digits[0] == (byte)'0') radix = 8;
        digits = digits[(radix == 8 ? 1 : radix == 10 ? 0 : 2)..];
        UInt128 value = 0;
        foreach (byte c in digits)
        {
            int digit = DigitOf(c, radix);
            if (digit < 0) throw Error(Line, "a number", $"'{written}'");
            value = (value * (uint)radix) + (uint)digit;
            if (value > ulong.MaxValue) throw Error(Line, "a number of at most 64 bits", $"'{written}…'");
        }
        if (digits.IsEmpty) throw Error(Line, "a number", $"'{written}'");
        Number = (ulong)value;
    }

    private void ReadText()
    {
        byte quote = _text[_at++];
        using var bytes = new System.IO.MemoryStream();
        while (true)
        {
            if (_at >= _text.Length) throw Error(Line, "a closing quote", "the end");
            byte c = _text[_at++];
            if (c == quote) break;
            if (c == (byte)'\n') throw Error(Line, "a closing quote", "the end of the line");
            bytes.WriteByte(c == (byte)'\\' && _at < _text.Length ? Escaped() : c);
        }
        Kind = TsdlToken.Text;
        Text = Kept(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>The byte that an escape of C stands for.</summary>
    private byte Escaped()
    {
        byte c = _text[_at++];
        switch (c)
        {
            case (byte)'n': return (byte)'\n';
            case (byte)'t': return (byte)'\t';
            case (byte)'r': return (byte)'\r';
            case (byte)'a': return 7;
            case (byte)'b': return 8;
            case (byte)'v': return 11;
            case (byte)'f': return 12;
            case (byte)'\n': _line++; return (byte)'\n';
            case (byte)'x' or (>= (byte)'0' and <= (byte)'7'):
                int radix = c == (byte)'x' ? 16 : 8, value = c == (byte)'x' ? 0 : c - '0';
                for (int i = 0; i < 2 && _at < _text.Length && DigitOf(_text[_at], radix) is >= 0 and int digit; i++)
                {
                    value = (value * radix) + digit;
                    _at++;
                }
                return (byte)value;
            default: return c;
        }
    }

    private static int DigitOf(byte c, int radix)
    {
        int digit = c switch
        {
            >= (byte)'0' and <= (byte)'9' => c - '0',
            >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
            _ => radix,
        };
        return digit < radix ? digit : -1;
    }

    private void ReadSign()
    {
        Kind = TsdlToken.Sign;
        ReadOnlySpan<byte> rest = _text.AsSpan(_at);
        int length = rest.StartsWith("..."u8) ? 3 : rest.StartsWith(":="u8) || rest.StartsWith("->"u8) ? 2 : 1;
        byte c = rest[0];
        if (length == 1 && !"{}[]()<>:;,=.*+-"u8.Contains(c))
            throw Error(_line, "TSDL", c is > 0x20 and < 0x7F ? $"'{(char)c}'" : $"the byte 0x{c:x2}");
        Text = Encoding.ASCII.GetString(rest[..length]);
        _at += length;
    }

    private string Kept(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LengthMax) throw Error(Line, $"words of at most {LengthMax} bytes", $"{bytes.Length} bytes");
        return Encoding.UTF8.GetString(bytes);
    }
}
