using System;
using System.Text;

namespace Replay.Formats.Text;

/// <summary>Closed interval of whole numbers, wide enough for signed and unsigned 64 bits.</summary>
internal readonly record struct FilterInterval(Int128 Low, Int128 High);

/// <summary>Numbers, times and ranges of a filter's values.</summary>
internal static class FilterNumber
{
    /// <summary>
    /// Reads <c>24</c>, <c>0x18</c>, <c>-28</c>, <c>2-5</c>, or with times <c>1.5</c>, <c>20ms-30ms</c>.
    /// </summary>
    public static bool TryReadRange(string text, bool isTime, out FilterInterval interval)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int at = 0;
        interval = default;
        if (!TryReadOne(bytes, ref at, isTime, out Int128 low)) return false;
        Int128 high = low;
        if (at < bytes.Length)
        {
            if (bytes[at++] != (byte)'-' || !TryReadOne(bytes, ref at, isTime, out high)) return false;
        }
        interval = new FilterInterval(low, high);
        return at == bytes.Length;
    }

    /// <summary>
    /// The numbers that stand in <paramref name="comparison"/> to a value; <c>!=</c> gives those of <c>=</c>.
    /// </summary>
    public static bool TryCompare(string comparison, FilterInterval value, out FilterInterval result, out string error)
    {
        error = "";
        result = value;
        if (value.Low > value.High)
        {
            error = "the range is empty: its first number is larger than its last";
            return false;
        }
        if (comparison is "=" or "!=") return true;
        if (value.Low != value.High)
        {
            error = $"\"{comparison}\" compares with one number; a range needs = or !=";
            return false;
        }
        result = comparison switch
        {
            "<" => new FilterInterval(Int128.MinValue, value.Low - 1),
            "<=" => new FilterInterval(Int128.MinValue, value.Low),
            ">" => new FilterInterval(value.Low + 1, Int128.MaxValue),
            _ => new FilterInterval(value.Low, Int128.MaxValue),
        };
        return true;
    }

    /// <summary>The part of an interval that unsigned 64 bits can hold; false when there is none.</summary>
    public static bool TryToUnsigned(FilterInterval interval, out FilterRange range)
    {
        Int128 low = Int128.Max(interval.Low, 0);
        Int128 high = Int128.Min(interval.High, ulong.MaxValue);
        range = low <= high ? new FilterRange((ulong)low, (ulong)high) : default;
        return low <= high;
    }

    /// <summary>
    /// The part that signed 64 bits can hold, moved up by half their range; false when there is none.
    /// </summary>
    public static bool TryToSigned(FilterInterval interval, out FilterRange range)
    {
        Int128 low = Int128.Max(interval.Low, long.MinValue);
        Int128 high = Int128.Min(interval.High, long.MaxValue);
        range = low <= high ? new FilterRange((ulong)(low - long.MinValue), (ulong)(high - long.MinValue)) : default;
        return low <= high;
    }

    private static bool TryReadOne(byte[] bytes, ref int at, bool isTime, out Int128 value)
    {
        value = 0;
        if (isTime)
        {
            if (!TextNumber.TryReadTime(bytes, ref at, out ulong timeNs, out _)) return false;
            value = timeNs;
            return true;
        }
        if (!TextNumber.TryRead(bytes, ref at, out ulong magnitude, out bool negative, out _)) return false;
        value = negative ? -(Int128)magnitude : magnitude;
        return true;
    }
}
