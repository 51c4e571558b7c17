using System;
using System.Collections.Generic;
using System.Text;

namespace Replay.Formats;

/// <summary>
/// Tells what a file is from its first bytes. Names and extensions are never asked: people rename captures.
/// </summary>
public static class TraceSniffer
{
    /// <summary>Bytes that are enough for a format with a magic number.</summary>
    public const int PrefixBytes = 64;

    /// <summary>Most bytes looked at, where text is told by its lines.</summary>
    public const int TextPrefixBytes = 4096;

    /// <summary>The first importer that takes the bytes for its own, or null.</summary>
    public static Importer? Find(IReadOnlyList<Importer> importers, ReadOnlySpan<byte> firstBytes)
    {
        foreach (Importer importer in importers)
        {
            if (importer.LooksLike(firstBytes)) return importer;
        }
        return null;
    }

    /// <summary>
    /// True for a zstd frame, or the skippable frame that some compressors put first (RFC 8878, 3.1).
    /// </summary>
    public static bool IsZstd(ReadOnlySpan<byte> firstBytes) =>
        firstBytes.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])
        || (firstBytes.Length >= 4 && (firstBytes[0] & 0xF0) == 0x50
            && firstBytes[1..].StartsWith((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18]));

    /// <summary>The error for bytes that no importer knows: what is read, what was found, and what helps.</summary>
    public static BadInputException Unknown(string file, IReadOnlyList<Importer> importers,
        ReadOnlySpan<byte> firstBytes)
    {
        var names = new List<string>(importers.Count);
        foreach (Importer importer in importers) names.Add(importer.Name);
        string expected = $"a recording in one of these formats: {string.Join(", ", names)}";
        return BadInputException.At(file, 0, expected, Describe(firstBytes) + Advice(file, firstBytes));
    }

    /// <summary>The bytes as text where they are text, else in hex; at most 16 of them.</summary>
    internal static string Describe(ReadOnlySpan<byte> firstBytes)
    {
        if (firstBytes.IsEmpty) return "an empty file";
        ReadOnlySpan<byte> shown = firstBytes[..Math.Min(16, firstBytes.Length)];
        var text = new StringBuilder();
        bool printable = true;
        foreach (byte value in shown)
        {
            printable &= value is >= 0x20 and < 0x7F or (byte)'\n' or (byte)'\r' or (byte)'\t';
            text.Append(value is >= 0x20 and < 0x7F ? (char)value : ' ');
        }
        string more = firstBytes.Length > shown.Length ? "…" : "";
        string hex = BitConverter.ToString(shown.ToArray()).Replace('-', ' ').ToLowerInvariant();
        return printable ? $"the text \"{text.ToString().TrimEnd()}{more}\"" : $"the bytes {hex}{more}";
    }

    private static string Advice(string file, ReadOnlySpan<byte> firstBytes)
    {
        if (firstBytes.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return Unpack(file, "gzip", "gzip -dc");
        if (firstBytes.StartsWith((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A]))
            return Unpack(file, "xz", "xz -dc");
        if (firstBytes.StartsWith("BZh"u8)) return Unpack(file, "bzip2", "bzip2 -dc");
        if (firstBytes.StartsWith((ReadOnlySpan<byte>)[0x7F, 0x45, 0x4C, 0x46])) return " (a program, not a recording)";
        return "";
    }

    private static string Unpack(string file, string what, string command) =>
        $" ({what}; unpack it first: {command} {file} | irqreplay info -)";
}
