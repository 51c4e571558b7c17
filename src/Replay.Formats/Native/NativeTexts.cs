using System;
using System.Globalization;

namespace Replay.Formats.Native;

/// <summary>
/// All that the native reader and writer say about damage, in one place so that it can be read in a row.
/// </summary>
internal static class NativeTexts
{
    public const string NoFooter = "recording has no valid footer: it was never completed, or its end is missing";
    public const string TornBlock = "block runs past the end of the file";
    public const string NoBlockHeader = "no valid block header";
    public const string BadPayload = "block payload does not match its checksum";
    public const string UnknownCodec = "block is stored in a way that this version does not know";
    public const string BadTrailer = "block does not repeat its length at its end";
    public const string SequenceBack = "block repeats or precedes an earlier one";
    public const string EventsMissing = "events are missing before a block";
    public const string WrongTotal = "footer counts other events than the blocks hold";
    public const string TornEvent = "block ends inside an event";
    public const string Gap = "recording was continued after a tear: an unknown number of events is missing";
    public const string AfterFooter = "bytes after the footer";
    public const string BadNames = "names cannot be read";
    public const string NamesMissing = "names of a missing block are shown as ?N";
    public const string BadSidecar = "facts about the recording cannot be read; losses of the original are not known";
    public const string NoSidecar = "facts about the recording are incomplete: its final sidecar is missing";
    public const string BadIndex = "index cannot be used; blocks are searched instead";
    public const string NameCut = "name longer than 1024 bytes is cut";
    public const string TooMuchText = "more text than a reader keeps; the rest is shown as ?N or left out";

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Bytes(long value) => string.Create(CultureInfo.InvariantCulture, $"{value} bytes");

    public static string Events(long value) => string.Create(CultureInfo.InvariantCulture, $"event {value}");

    public static string Hex(uint value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x8}");

    public static string Hex(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x16}");

    public static string Hex(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return "nothing";
        string digits = Convert.ToHexString(bytes);
        return string.Create(bytes.Length * 3 - 1, digits, static (target, source) =>
        {
            target.Fill(' ');
            for (int i = 0; i < source.Length; i++)
                target[i / 2 * 3 + (i & 1)] = source[i];
        });
    }
}
