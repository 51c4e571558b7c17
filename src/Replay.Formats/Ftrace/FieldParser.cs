using System;
using System.Globalization;
using System.Text;

namespace Replay.Formats.Ftrace;

// \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
// \tfield:__data_loc char[] name;\toffset:12;\tsize:4;\tsigned:0;
// \tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:1;
// \tfield:const char * action;\toffset:8;\tsize:8;\tsigned:0;

/// <summary>Reads one <c>field:</c> line of a tracepoint's format text.</summary>
internal static class FieldParser
{
    /// <summary>Largest offset or size of a field; a record is shorter than a page of at most 1 MiB.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>The field of one line; null when the line is not a field or its numbers make no sense.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <param name="longSize">Bytes of the recorded kernel's long.</param>
    public static FieldFormat? Parse(ReadOnlySpan<byte> line, int longSize)
    {
        int start = line.IndexOf("field"u8);
        if (start < 0) return null;
        line = line[start..];
        int colon = line.IndexOf((byte)':');
        int end = line.IndexOf((byte)';');
        if (colon < 0 || end < colon) return null;
        string declaration = Encoding.UTF8.GetString(line[(colon + 1)..end]).Trim();
        ReadOnlySpan<byte> rest = line[end..];
        if (!TryReadNumber(rest, "offset:"u8, out int offset) || !TryReadNumber(rest, "size:"u8, out int size))
            return null;
        if (!TrySplit(declaration, out string name, out string type, out string array)) return null;
        // Very old formats lack "signed:"; then the declaration decides.
        bool isSigned = TryReadNumber(rest, "signed:"u8, out int signed) ? signed != 0 : IsSignedType(type);
        FieldStorage storage = Classify(type, array.Length > 0, size, longSize, out int elementSize);
        return new FieldFormat(name, type + array, offset, size, isSigned, storage, elementSize);
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, out int value)
    {
        value = 0;
        int at = text.IndexOf(key);
        if (at < 0) return false;
        text = text[(at + key.Length)..];
        int end = text.IndexOf((byte)';');
        if (end < 0) end = text.Length;
        return int.TryParse(text[..end].Trim((byte)' '), NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value <= BytesMax;
    }

    /// <summary>Splits <c>type name[N]</c> or <c>type[N] name</c> into its three parts.</summary>
    private static bool TrySplit(string declaration, out string name, out string type, out string array)
    {
        name = type = array = "";
        string text = TakeArray(declaration, ref array);
        int start = text.Length;
        while (start > 0 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '.' or '$'))
            start--;
        name = text[start..];
        type = text[..start].TrimEnd();
        // In "type[N] name" the brackets stand before the name.
        if (array.Length == 0) type = TakeArray(type, ref array);
        return name.Length > 0;
    }

    private static string TakeArray(string text, ref string array)
    {
        while (text.EndsWith(']'))
        {
            int depth = 0;
            int open = text.Length - 1;
            for (; open >= 0; open--)
            {
                if (text[open] == ']') depth++;
                if (text[open] == '[' && --depth == 0) break;
            }
            if (open < 0) break;
            array = text[open..] + array;
            text = text[..open].TrimEnd();
        }
        return text;
    }

    private static FieldStorage Classify(string type, bool isArray, int size, int longSize, out int elementSize)
    {
        elementSize = 0;
        if (type.StartsWith("__data_loc", StringComparison.Ordinal))
            return size == 4 ? FieldStorage.DataLoc : FieldStorage.Opaque;
        if (type.StartsWith("__rel_loc", StringComparison.Ordinal))
            return size == 4 ? FieldStorage.RelLoc : FieldStorage.Opaque;
        if (!isArray && type.Contains('*', StringComparison.Ordinal))
            return size is 4 or 8 ? FieldStorage.Pointer : FieldStorage.Opaque;
        if (IsPlainChar(type) && (isArray || size == 0)) return FieldStorage.FixedText;
        if (size == 0) return FieldStorage.Opaque;
        if (isArray)
        {
            elementSize = ElementSize(type, longSize);
            if (elementSize > 0 && size % elementSize == 0) return FieldStorage.IntegerArray;
            elementSize = 0;
            return FieldStorage.Opaque;
        }
        bool isBlob = type.StartsWith("struct ", StringComparison.Ordinal)
            || type.StartsWith("union ", StringComparison.Ordinal);
        return !isBlob && (size is 1 or 2 or 4 or 8) ? FieldStorage.Integer : FieldStorage.Opaque;
    }

    private static bool IsPlainChar(string type) => type is "char" or "const char";

    private static int ElementSize(string type, int longSize)
    {
        if (type.Contains('*', StringComparison.Ordinal)) return longSize;
        if (type.StartsWith("const ", StringComparison.Ordinal)) type = type["const ".Length..];
        return type switch
        {
            "u8" or "__u8" or "s8" or "__s8" or "unsigned char" or "signed char"
                or "uint8_t" or "int8_t" or "bool" => 1,
            "u16" or "__u16" or "s16" or "__s16" or "unsigned short" or "short" or "uint16_t" or "int16_t"
                or "__le16" or "__be16" => 2,
            "u32" or "__u32" or "s32" or "__s32" or "unsigned int" or "unsigned" or "int" or "uint32_t" or "int32_t"
                or "__le32" or "__be32" => 4,
            "u64" or "__u64" or "s64" or "__s64" or "unsigned long long" or "long long" or "uint64_t" or "int64_t"
                or "__le64" or "__be64" => 8,
            "unsigned long" or "long" or "size_t" or "ssize_t" => longSize,
            _ => 0,
        };
    }

    private static bool IsSignedType(string type) =>
        type is "int" or "long" or "short" or "long long" or "char" or "pid_t" or "s8" or "s16" or "s32" or "s64"
            or "ssize_t" or "loff_t" or "signed char";
}
