using System;
using System.Globalization;
using System.Text;
using Replay.Formats.Ftrace;

namespace Replay.Formats.TraceDat;

/// <summary>
/// Layout of ring-buffer pages, as the file's own <c>header_page</c> and <c>header_event</c> texts give it.
/// </summary>
/// <param name="TimestampOffset">Offset of the u64 page time.</param>
/// <param name="CommitOffset">Offset of the commit word.</param>
/// <param name="LongSize">
/// Size of the commit word, 4 or 8: the recorded kernel's long. The file header's own byte for it describes the machine
/// that wrote the file and can differ.
/// </param>
/// <param name="DataOffset">Bytes before the records.</param>
/// <param name="DataSize">Bytes for records in a page.</param>
internal sealed record RingBufferSpec(
    int TimestampOffset, int CommitOffset, int LongSize, int DataOffset, int DataSize)
{
    /// <summary>
    /// Type numbers of <c>header_event</c>; other numbers are refused (ring_buffer.c, ring_buffer_print_entry_header).
    /// </summary>
    public const uint Padding = 29;
    public const uint TimeExtend = 30;
    public const uint TimeStamp = 31;
    public const int DeltaBits = 27;

    /// <summary>Smallest and largest page.</summary>
    public const int PageMin = 256;
    public const int PageMax = 1 << 20;

    /// <summary>Reads both texts; on failure the reason as a clause.</summary>
    public static RingBufferSpec? Parse(ReadOnlySpan<byte> page, ReadOnlySpan<byte> entry, out string error)
    {
        FieldFormat? timestamp = null;
        FieldFormat? commit = null;
        FieldFormat? data = null;
        while (FormatParser.TryReadLine(ref page, out ReadOnlySpan<byte> line))
        {
            FieldFormat? field = FieldParser.Parse(line, 8);
            if (field?.Name == "timestamp") timestamp = field;
            if (field?.Name == "commit") commit = field;
            if (field?.Name == "data") data = field;
        }
        error = "header_page without usable timestamp, commit and data";
        if (timestamp is not { Size: 8 } || commit is not { Size: 4 or 8 } || data is null) return null;
        int longSize = commit.Size;
        if (timestamp.Offset + 8 > data.Offset || commit.Offset + longSize > data.Offset) return null;
        if (data.Offset > 256 || data.Size is < 16 or > PageMax) return null;
        error = CheckEntry(entry);
        if (error.Length > 0) return null;
        return new RingBufferSpec(timestamp.Offset, commit.Offset, longSize, data.Offset, data.Size);
    }

    //	type_len    :    5 bits
    //	padding     : type == 29
    //	data max type_len  == 28
    private static string CheckEntry(ReadOnlySpan<byte> entry)
    {
        bool hasTypeLength = false;
        while (FormatParser.TryReadLine(ref entry, out ReadOnlySpan<byte> bytes))
        {
            string line = Encoding.UTF8.GetString(bytes).Trim();
            int expected = line switch
            {
                _ when line.StartsWith("type_len", StringComparison.Ordinal) => 5,
                _ when line.StartsWith("time_delta", StringComparison.Ordinal) => DeltaBits,
                _ when line.StartsWith("padding", StringComparison.Ordinal) => (int)Padding,
                _ when line.StartsWith("time_extend", StringComparison.Ordinal) => (int)TimeExtend,
                _ when line.StartsWith("time_stamp", StringComparison.Ordinal) => (int)TimeStamp,
                _ when line.StartsWith("data max type_len", StringComparison.Ordinal) => 28,
                _ => -1,
            };
            if (expected < 0) continue;
            hasTypeLength |= expected == 5;
            if (FirstNumber(line) != expected) return $"header_event with '{line}' (expected {expected})";
        }
        return hasTypeLength ? "" : "header_event without type_len (a kernel before 2.6.32?)";
    }

    private static int FirstNumber(string line)
    {
        int start = line.AsSpan().IndexOfAnyInRange('0', '9');
        if (start < 0) return -1;
        int end = start;
        while (end < line.Length && char.IsAsciiDigit(line[end])) end++;
        return int.TryParse(line.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            ? n : -1;
    }
}
