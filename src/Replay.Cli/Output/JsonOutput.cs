using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Replay.Cli.Output;

/// <summary>What all JSON results share: one object on one line, the same schema number, UTF-8 as it is.</summary>
internal static class JsonOutput
{
    public const int Schema = 1;

    /// <summary>A writer that leaves letters of all languages readable; nothing here ever lands inside HTML.</summary>
    public static Utf8JsonWriter Start(Stream output) =>
        new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Pushes the object out and ends its line.</summary>
    public static void End(Utf8JsonWriter json, Stream output)
    {
        json.Flush();
        output.Write("\n"u8);
    }

    /// <summary>An array of objects; what is said of each is the caller's.</summary>
    public static void WriteRows<T>(this Utf8JsonWriter json, string name, IEnumerable<T> rows, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T row in rows)
        {
            json.WriteStartObject();
            write(row);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>A 64-bit register value: JSON numbers lose bits past the 53rd, so these are hex strings.</summary>
    public static void WriteHex(this Utf8JsonWriter json, string name, ulong? value)
    {
        if (value is not { } bits)
        {
            json.WriteNull(name);
            return;
        }
        Span<char> text = stackalloc char[18];
        "0x".CopyTo(text);
        bits.TryFormat(text[2..], out int digits, "x", null);
        json.WriteString(name, text[..(2 + digits)]);
    }

    public static void WriteNumber(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    public static void WriteUnsigned(this Utf8JsonWriter json, string name, ulong? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    public static void WriteFlag(this Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } flag) json.WriteBoolean(name, flag);
        else json.WriteNull(name);
    }

    /// <summary>Text; what is empty is unknown.</summary>
    public static void WriteText(this Utf8JsonWriter json, string name, string? value)
    {
        if (string.IsNullOrEmpty(value)) json.WriteNull(name);
        else json.WriteString(name, value);
    }
}
