using System;
using System.Collections.Generic;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Replay.Formats.Ctf;

/// <summary>A value on the right of <c>=</c>: a number, a text, or words joined by dots.</summary>
/// <param name="Text">The text, the words, or the number as text.</param>
/// <param name="Number">The number, where it is one.</param>
/// <param name="Line">Where it stands.</param>
internal readonly record struct TsdlValue(string Text, Int128? Number, int Line);

/// <summary>Reads types of TSDL and the names that are given to them (CTF 1.8.3, 4 and appendix C).</summary>
internal sealed class TsdlTypeParser(TsdlLexer lexer)
{
    /// <summary>Most types, and most names of values, of a metadata.</summary>
    private const int TypesMax = 1 << 19;
    private const int RangesMax = 1 << 19;

    private readonly TsdlScope _scope = new();
    private int _depth;
    private int _types;
    private int _ranges;

    /// <summary>The largest alignment met so far, bits.</summary>
    public int AlignMax { get; private set; } = 64;

    /// <summary>Opens a block for names; nested too deep is an error.</summary>
    public void OpenBlock()
    {
        if (++_depth > CtfSpec.DepthMax) throw lexer.Error($"at most {CtfSpec.DepthMax} blocks inside each other");
        _scope.Open();
    }

    public void CloseBlock()
    {
        _depth--;
        _scope.Close();
    }

    /// <summary>Reads <c>typealias</c>, <c>typedef</c> or a named type on its own; false at anything else.</summary>
    public bool TryParseDeclaration()
    {
        if (lexer.IsWord("typealias"))
        {
            lexer.Next();
            CtfType type = ParseType(isDeclarator: false, out _);
            lexer.Demand(":=", "between a type and its new name");
            Name(NameUntil(";"), type);
        }
        else if (lexer.IsWord("typedef"))
        {
            lexer.Next();
            CtfType type = ParseType(isDeclarator: true, out string name);
            Name(name, ParseLengths(type));
        }
        else if (lexer.IsWord("struct") || lexer.IsWord("enum") || lexer.IsWord("variant"))
        {
            ParseType(isDeclarator: false, out _);
        }
        else
        {
            return false;
        }
        lexer.Demand(";", "after a declaration");
        return true;
    }

    /// <summary>A type on the right of <c>:=</c>, which has to be a structure.</summary>
    public CtfStruct ParseStruct(string what)
    {
        int line = lexer.Line;
        return ParseType(isDeclarator: false, out _) as CtfStruct
            ?? throw lexer.Error(line, $"a structure for {what}", "another type");
    }

    public TsdlValue ParseValue()
    {
        int line = lexer.Line;
        bool isNegative = lexer.Accept("-");
        if (!isNegative) lexer.Accept("+");
        if (lexer.Kind == TsdlToken.Number)
        {
            Int128 number = isNegative ? -(Int128)lexer.Number : lexer.Number;
            lexer.Next();
            return new TsdlValue(number.ToString(CultureInfo.InvariantCulture), number, line);
        }
        string text = lexer.Text;
        if (lexer.Kind == TsdlToken.Text) lexer.Next();
        else text = ParsePath("a value");
        return new TsdlValue(text, null, line);
    }

    /// <summary>Words joined by dots.</summary>
    public string ParsePath(string what)
    {
        string path = lexer.Word(what);
        for (int words = 1; lexer.IsSign(".") || lexer.IsSign("->"); words++)
        {
            if (words == CtfSpec.DepthMax) throw lexer.Error($"at most {CtfSpec.DepthMax} names joined by dots");
            lexer.Next();
            path += "." + lexer.Word("a name after '.'");
        }
        return path;
    }

    private void Name(string name, CtfType type)
    {
        if (!_scope.TryAdd(name, type)) throw lexer.Error($"a new name for a type, but {name} is one already, before");
    }

    /// <param name="isDeclarator">True where the name of a field follows, in the same run of words.</param>
    /// <param name="name">That name.</param>
    private CtfType ParseType(bool isDeclarator, out string name)
    {
        name = "";
        if (++_depth > CtfSpec.DepthMax) throw lexer.Error($"at most {CtfSpec.DepthMax} types inside each other");
        if (++_types > TypesMax) throw lexer.Error($"at most {TypesMax} types");
        int line = lexer.Line;
        if (lexer.IsWord("const")) lexer.Next();
        CtfType? type = lexer.Kind != TsdlToken.Word ? throw lexer.Error("a type") : lexer.Text switch
        {
            "integer" => ParseInteger(),
            "floating_point" => ParseFloat(),
            "string" => ParseString(),
            "struct" => ParseStruct(line),
            "variant" => ParseVariant(line),
            "enum" => ParseEnum(line),
            _ => null,
        };
        if (type is null)
        {
            string words = NameUntil(";[{");
            if (isDeclarator)
            {
                int space = words.LastIndexOf(' ');
                if (space < 0) throw lexer.Error(line, "a type and a name", $"'{words}'");
                name = words[(space + 1)..];
                words = words[..space];
            }
            type = _scope.Find(words) ?? throw lexer.Error(line, "the name of a type", $"'{words}'");
        }
        else if (isDeclarator)
        {
            name = lexer.Word("the name of a field");
        }
        _depth--;
        return type;
    }

    /// <summary>Words, and stars of pointers, up to one of some signs or <c>:=</c>, which is not passed.</summary>
    private string NameUntil(string signs)
    {
        var words = new StringBuilder();
        while (lexer.Kind == TsdlToken.Word || lexer.IsSign("*"))
        {
            if (words.Length > 0) words.Append(' ');
            words.Append(lexer.Text);
            lexer.Next();
        }
        bool ends = lexer.IsSign(":=")
            || (lexer.Kind == TsdlToken.Sign && signs.Contains(lexer.Text, StringComparison.Ordinal));
        if (words.Length == 0 || !ends) throw lexer.Error("the name of a type");
        return words.ToString();
    }

    /// <summary>Lengths behind the name of a field: the last one is that of the innermost arrays.</summary>
    private CtfType ParseLengths(CtfType type)
    {
        List<(TsdlValue Value, int Line)> lengths = [];
        while (lexer.IsSign("["))
        {
            int line = lexer.Line;
            lexer.Next();
            lengths.Add((ParseValue(), line));
            lexer.Demand("]", "after a length");
            if (lengths.Count > CtfSpec.DepthMax) throw lexer.Error($"at most {CtfSpec.DepthMax} lengths");
        }
        for (int i = lengths.Count - 1; i >= 0; i--)
        {
            (TsdlValue value, int line) = lengths[i];
            if (value.Number is not { } number)
            {
                type = new CtfSequence(type, value.Text.Split('.')) { Line = line };
                continue;
            }
            if (number < 0 || number > int.MaxValue
                || (type.FixedBits >= 0 && (Int128)number * (type.FixedBits + type.Align) > CtfSpec.TypeBitsMax))
                throw lexer.Error(line, $"an array of 0 to {CtfSpec.TypeBitsMax} bits", $"{number} elements");
            type = new CtfArray(type, (int)number) { Line = line };
        }
        return type;
    }

    private CtfInteger ParseInteger()
    {
        int line = lexer.Line, bits = 0, align = 0, radix = 10;
        bool isSigned = false, isText = false;
        bool? bigEndian = null;
        string clock = "";
        lexer.Next();
        foreach ((string key, TsdlValue value) in ParseAttributes("integer"))
        {
            switch (key)
            {
                case "size": bits = Number(value, 1, 64); break;
                case "align": align = Alignment(value); break;
                case "signed": isSigned = Flag(value); break;
                case "base": radix = Base(value); break;
                case "encoding": isText = IsText(value); break;
                case "byte_order": bigEndian = ByteOrder(value, mayBeNative: true); break;
                case "map": clock = ClockOf(value); break;
            }
        }
        if (bits == 0) throw lexer.Error(line, "the size of an integer", "none");
        if (align == 0) align = bits % 8 == 0 ? 8 : 1;
        return new CtfInteger(bits, align)
        {
            Line = line,
            IsSigned = isSigned,
            IsText = isText,
            Base = radix,
            BigEndian = bigEndian,
            Clock = clock,
        };
    }

    private CtfFloat ParseFloat()
    {
        int line = lexer.Line, exponent = 0, mantissa = 0, align = 1;
        lexer.Next();
        foreach ((string key, TsdlValue value) in ParseAttributes("floating_point"))
        {
            switch (key)
            {
                case "exp_dig": exponent = Number(value, 1, 64); break;
                case "mant_dig": mantissa = Number(value, 1, 128); break;
                case "align": align = Alignment(value); break;
            }
        }
        if (exponent == 0 || mantissa == 0) throw lexer.Error(line, "exp_dig and mant_dig", "none");
        return new CtfFloat(exponent + mantissa, align) { Line = line };
    }

    private CtfString ParseString()
    {
        int line = lexer.Line;
        lexer.Next();
        if (lexer.IsSign("{")) ParseAttributes("string");
        return new CtfString { Line = line };
    }

    private List<(string Key, TsdlValue Value)> ParseAttributes(string what)
    {
        List<(string, TsdlValue)> attributes = [];
        lexer.Demand("{", $"after {what}");
        while (!lexer.Accept("}"))
        {
            string key = lexer.Word($"'}}' or an attribute of {what}");
            lexer.Demand("=", $"after {key}");
            attributes.Add((key, ParseValue()));
            lexer.Demand(";", "after a value");
        }
        return attributes;
    }

    private CtfStruct ParseStruct(int line)
    {
        string? name = ParseTag("struct", out CtfType? named);
        if (!lexer.IsSign("{"))
            return named as CtfStruct ?? throw lexer.Error(line, "a structure that is described", $"'{name}'");
        List<CtfField> fields = ParseFields();
        int align = 1;
        if (lexer.IsWord("align"))
        {
            lexer.Next();
            lexer.Demand("(", "after align");
            align = Alignment(ParseValue());
            lexer.Demand(")", "after an alignment");
        }
        var type = new CtfStruct(fields, align) { Line = line };
        if (type.FixedBits > CtfSpec.TypeBitsMax)
            throw lexer.Error(line, $"a structure of at most {CtfSpec.TypeBitsMax} bits", $"{type.FixedBits}");
        if (name is not null) Name("struct " + name, type);
        return type;
    }

    private CtfVariant ParseVariant(int line)
    {
        string? name = ParseTag("variant", out CtfType? named);
        string[] tag = [];
        if (lexer.Accept("<"))
        {
            tag = ParsePath("the name of the field that chooses").Split('.');
            lexer.Demand(">", "after the field that chooses");
        }
        if (!lexer.IsSign("{"))
        {
            var known = named as CtfVariant ?? throw lexer.Error(line, "a variant that is described", $"'{name}'");
            return tag.Length == 0 ? known : new CtfVariant(tag, known.Options) { Line = line };
        }
        var type = new CtfVariant(tag, ParseFields()) { Line = line };
        if (type.Options.Count == 0) throw lexer.Error(line, "options of a variant", "none");
        if (name is not null) Name("variant " + name, type);
        return type;
    }

    /// <summary>The name behind struct, variant or enum; null where there is none.</summary>
    private string? ParseTag(string kind, out CtfType? named)
    {
        named = null;
        lexer.Next();
        if (lexer.Kind != TsdlToken.Word) return null;
        string name = lexer.Word("a name");
        named = _scope.Find($"{kind} {name}");
        return name;
    }

    private List<CtfField> ParseFields()
    {
        List<CtfField> fields = [];
        lexer.Demand("{", "before fields");
        OpenBlock();
        while (!lexer.Accept("}"))
        {
            if (lexer.IsWord("typealias") || lexer.IsWord("typedef"))
            {
                TryParseDeclaration();
                continue;
            }
            CtfType type = ParseType(isDeclarator: true, out string name);
            fields.Add(new CtfField(name, ParseLengths(type)));
            lexer.Demand(";", "after a field");
        }
        CloseBlock();
        return fields;
    }

    private CtfEnum ParseEnum(int line)
    {
        string? name = ParseTag("enum", out CtfType? named);
        CtfType? container = null;
        if (lexer.Accept(":")) container = ParseType(isDeclarator: false, out _);
        if (!lexer.IsSign("{"))
            return named as CtfEnum ?? throw lexer.Error(line, "an enumeration that is described", $"'{name}'");
        container ??= _scope.Find("int");
        if (container is not CtfInteger integer)
            throw lexer.Error(line, "an integer as the type of an enumeration", container is null ? "none" : "another");
        var type = new CtfEnum(integer, ParseRanges(integer)) { Line = line };
        if (name is not null) Name("enum " + name, type);
        return type;
    }

    // label · label = 1 · label = 1 ... 5; without a number: one more than the one before.
    private List<CtfRange> ParseRanges(CtfInteger integer)
    {
        List<CtfRange> ranges = [];
        Int128 next = 0;
        lexer.Demand("{", "before the names of an enumeration");
        while (!lexer.Accept("}"))
        {
            int line = lexer.Line;
            string label = lexer.Text;
            if (lexer.Kind is not (TsdlToken.Word or TsdlToken.Text)) throw lexer.Error("'}' or a name of a value");
            lexer.Next();
            if (++_ranges > RangesMax) throw lexer.Error($"at most {RangesMax} names of values");
            Int128 first = next, last = next;
            if (lexer.Accept("="))
            {
                first = last = Integer(ParseValue());
                if (lexer.Accept("...")) last = Integer(ParseValue());
            }
            Int128 least = integer.IsSigned ? -(Int128.One << (integer.Bits - 1)) : 0;
            Int128 most = (Int128.One << (integer.IsSigned ? integer.Bits - 1 : integer.Bits)) - 1;
            if (first > last) throw lexer.Error(line, $"a range of {label} that rises", $"{first} ... {last}");
            if (first < least || last > most)
                throw lexer.Error(line, $"values of {label} from {least} to {most}", $"{first} ... {last}");
            ranges.Add(new CtfRange(label, unchecked((long)first), unchecked((long)last)));
            next = last + 1;
            if (lexer.Accept(",")) continue;
            lexer.Demand("}", "or ',' after a value");
            break;
        }
        return ranges;
    }

    private Int128 Integer(TsdlValue value) =>
        value.Number ?? throw lexer.Error(value.Line, "a number", $"'{value.Text}'");

    private int Number(TsdlValue value, int min, int max)
    {
        if (value.Number is not { } number || number < min || number > max)
            throw lexer.Error(value.Line, $"a number from {min} to {max}", value.Text);
        return (int)number;
    }

    private int Alignment(TsdlValue value)
    {
        int align = Number(value, 1, CtfSpec.AlignBitsMax);
        if (!BitOperations.IsPow2(align))
            throw lexer.Error(value.Line, "an alignment that is a power of two", value.Text);
        AlignMax = Math.Max(AlignMax, align);
        return align;
    }

    private bool Flag(TsdlValue value) => value.Text switch
    {
        "true" or "TRUE" or "1" => true,
        "false" or "FALSE" or "0" => false,
        _ => throw lexer.Error(value.Line, "true or false", $"'{value.Text}'"),
    };

    private int Base(TsdlValue value) => value.Text switch
    {
        "decimal" or "dec" or "d" or "i" or "u" or "10" => 10,
        "hexadecimal" or "hex" or "x" or "X" or "p" or "16" => 16,
        "octal" or "oct" or "o" or "8" => 8,
        "binary" or "b" or "2" => 2,
        _ => throw lexer.Error(value.Line, "a base of 2, 8, 10 or 16", $"'{value.Text}'"),
    };

    private bool IsText(TsdlValue value) => value.Text switch
    {
        "none" => false,
        "UTF8" or "ASCII" or "utf8" or "ascii" or "UTF-8" => true,
        _ => throw lexer.Error(value.Line, "an encoding of none, UTF8 or ASCII", $"'{value.Text}'"),
    };

    /// <summary>True for big-endian; null for the order of the trace, where it may be that.</summary>
    public bool? ByteOrder(TsdlValue value, bool mayBeNative) => value.Text switch
    {
        "le" => false,
        "be" or "network" => true,
        "native" when mayBeNative => null,
        _ => throw lexer.Error(value.Line, "a byte order of le or be", $"'{value.Text}'"),
    };

    private string ClockOf(TsdlValue value)
    {
        string[] path = value.Text.Split('.');
        return path is ["clock", var name, "value"] ? name
            : throw lexer.Error(value.Line, "clock.NAME.value", $"'{value.Text}'");
    }
}
