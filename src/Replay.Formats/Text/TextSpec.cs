using System;
using System.Buffers;

namespace Replay.Formats.Text;

/// <summary>Numbers and words of the text form; TEXT.md is the same for people.</summary>
internal static class TextSpec
{
    public const string FormatName = "irqs";

    /// <summary>The whole first line.</summary>
    public const string FirstLine = "irqs 1";

    /// <summary>
    /// Longest line, its end not counted. A mark of 1024 escaped bytes and two escaped names fit many times.
    /// </summary>
    public const int LineBytesMax = 64 * 1024;

    /// <summary>Longest name of an event's operand; a kernel symbol has at most 511 bytes.</summary>
    public const int NameBytesMax = 512;

    /// <summary>Longest text of a directive.</summary>
    public const int FactBytesMax = 4096;

    /// <summary>Most <c>@count</c> lines; tracepoint numbers have 16 bits.</summary>
    public const int SourcesMax = 65536;

    /// <summary>Value of the operand <c>irq</c> that concerns no interrupt, and of facts that are not known.</summary>
    public const string None = "none";

    /// <summary>Start of the name of a kind that this version does not know; its number follows.</summary>
    public const string UnknownKindPrefix = "kind_";

    /// <summary>Most extension records after one event; a mark of the longest text has 63.</summary>
    public const int ExtensionsMax = 64;

    /// <summary>Bytes that a name may have to be written without quotes.</summary>
    public static readonly SearchValues<byte> BareBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/@+-[]()%,"u8);

    public static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];
}
