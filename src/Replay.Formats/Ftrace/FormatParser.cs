using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Text;

namespace Replay.Formats.Ftrace;

// name: irq_handler_entry
// ID: 139
// format:
// <TAB>field:unsigned short common_type;<TAB>offset:0;<TAB>size:2;<TAB>signed:0;
// …
//
// <TAB>field:int irq;<TAB>offset:8;<TAB>size:4;<TAB>signed:1;
//
// print fmt: "irq=%d", REC->irq

/// <summary>
/// Reads the text of a tracepoint's <c>format</c> file, as trace.dat, perf.data and Perfetto carry it.
/// </summary>
public static class FormatParser
{
    /// <summary>Most fields of one event; more is damage.</summary>
    public const int FieldsMax = 1024;

    /// <summary>Longest name that is kept; tracepoint names are below 64 bytes.</summary>
    private const int NameMax = 256;

    /// <summary>
    /// Finds the number in the <c>ID:</c> line near the start of the text, without parsing the rest. False when there
    /// is none.
    /// </summary>
    public static bool TryReadId(ReadOnlySpan<byte> text, out int id)
    {
        id = 0;
        while (TryReadLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("format:"u8)) return false;
            if (!line.StartsWith("ID:"u8)) continue;
            return Utf8Parser.TryParse(line[3..].TrimStart((byte)' '), out id, out _) && id >= 0;
        }
        return false;
    }

    /// <summary>
    /// The event that the text describes; null, with a reason, when it has no usable name, number or fields. Types that
    /// are not known become <see cref="FieldStorage.Opaque"/>.
    /// </summary>
    /// <param name="text">The whole text, UTF-8.</param>
    /// <param name="system">Group of the event.</param>
    /// <param name="longSize">Bytes of the recorded kernel's long: 4 or 8.</param>
    /// <param name="error">What is wrong, as a clause; empty on success.</param>
    public static EventFormat? Parse(ReadOnlySpan<byte> text, string system, int longSize, out string error)
    {
        string name = "";
        int id = -1;
        List<FieldFormat> fields = [];
        while (TryReadLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("name:"u8))
            {
                ReadOnlySpan<byte> bytes = line[5..].Trim((byte)' ');
                if (bytes.Length <= NameMax) name = Encoding.UTF8.GetString(bytes);
            }
            else if (line.StartsWith("ID:"u8))
            {
                if (Utf8Parser.TryParse(line[3..].Trim((byte)' '), out int number, out _)) id = number;
            }
            else if (line.StartsWith("print fmt:"u8))
            {
                break;
            }
            else if (line.TrimStart(" \t"u8).StartsWith("field"u8))
            {
                FieldFormat? field = FieldParser.Parse(line, longSize);
                if (field is null)
                {
                    error = "a field line that cannot be read";
                    return null;
                }
                if (fields.Count == FieldsMax)
                {
                    error = "too many fields";
                    return null;
                }
                fields.Add(field);
            }
        }
        error = name.Length == 0 ? "no name" : id < 0 ? "no ID" : "";
        return error.Length > 0 ? null : new EventFormat(system, name, id, fields);
    }

    /// <summary>The next line without its end; false at the end of the text.</summary>
    internal static bool TryReadLine(ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> line)
    {
        line = default;
        if (text.Length == 0) return false;
        int end = text.IndexOf((byte)'\n');
        line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return true;
    }
}
