using System;
using System.Globalization;

namespace Replay.Formats.Mapping;

/// <summary>Words, numbers and signs of one line of a mapping. A cursor: pass it by reference.</summary>
internal struct MappingLexer // mutable struct: never readonly
{
    private readonly string _line;
    private readonly string _fileName;
    private readonly int _lineNumber;

    public MappingLexer(string line, string fileName, int lineNumber)
    {
        _line = line;
        _fileName = fileName;
        _lineNumber = lineNumber;
    }

    /// <summary>Characters of the line read so far.</summary>
    public int Position { get; set; }

    public bool AtEnd
    {
        get
        {
            SkipBlanks();
            return Position >= _line.Length;
        }
    }

    public bool PeekIsNumber => !AtEnd && (char.IsAsciiDigit(_line[Position]) || _line[Position] == '-');

    public bool PeekIs(char sign) => !AtEnd && _line[Position] == sign;

    /// <summary>A name as C has it.</summary>
    public static bool IsWord(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || char.IsAsciiDigit(text[0])) return false;
        foreach (char c in text)
        {
            if (!IsWordPart(c)) return false;
        }
        return true;
    }

    public bool Accept(string sign)
    {
        if (AtEnd || !_line.AsSpan(Position).StartsWith(sign)) return false;
        Position += sign.Length;
        return true;
    }

    /// <summary>Takes <paramref name="word"/> unless it is an operand (an equals sign follows).</summary>
    public bool AcceptKeyword(string word)
    {
        if (AtEnd) return false;
        ReadOnlySpan<char> rest = _line.AsSpan(Position);
        if (!rest.StartsWith(word) || (rest.Length > word.Length && IsWordPart(rest[word.Length]))) return false;
        if (rest[word.Length..].TrimStart().StartsWith("=")) return false;
        Position += word.Length;
        return true;
    }

    public void Demand(string sign)
    {
        if (!Accept(sign)) throw Error($"'{sign}'", Rest());
    }

    public string Word(string what)
    {
        SkipBlanks();
        int end = Position;
        while (end < _line.Length && IsWordPart(_line[end])) end++;
        ReadOnlySpan<char> word = _line.AsSpan(Position, end - Position);
        if (!IsWord(word)) throw Error(what, Rest());
        Position = end;
        return word.ToString();
    }

    /// <summary>A decimal or 0x number.</summary>
    public ulong Number(ulong min, ulong max)
    {
        SkipBlanks();
        int end = Position;
        while (end < _line.Length && IsWordPart(_line[end])) end++;
        ReadOnlySpan<char> digits = _line.AsSpan(Position, end - Position);
        bool valid = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (!valid || value < min || value > max) throw Error($"a number from {min} to {max}", Rest());
        Position = end;
        return value;
    }

    /// <summary>Text between double quotes; there is no escape, so it cannot contain one.</summary>
    public string Quoted()
    {
        Demand("\"");
        int end = _line.IndexOf('"', Position);
        if (end < 0) throw Error("a closing '\"'", Rest());
        string text = _line[Position..end];
        Position = end + 1;
        return text;
    }

    public readonly BadInputException Error(string expected, string found) =>
        new($"{_fileName}:{_lineNumber}: expected {expected}, found {(found.Length == 0 ? "nothing" : found)}");

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private readonly string Rest() => Position < _line.Length ? _line[Position..] : "";

    private void SkipBlanks()
    {
        while (Position < _line.Length && char.IsWhiteSpace(_line[Position])) Position++;
    }
}
