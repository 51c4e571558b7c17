using System;
using System.Globalization;

namespace Replay.Cli;

/// <summary>What <c>--at</c> names.</summary>
internal enum PositionKind
{
    /// <summary>After the last event.</summary>
    End,

    /// <summary>Just after the event of a number; numbers start at 0 and skip extension records.</summary>
    Event,

    /// <summary>After all events up to and at a time.</summary>
    Time,

    /// <summary>Just after the first marker that starts with a text.</summary>
    Mark,
}

/// <summary>A place in a recording, between two events.</summary>
/// <param name="Kind">Which of the values below counts.</param>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Event">Number of the last event to apply.</param>
/// <param name="TimeNs">Time of the last events to apply.</param>
/// <param name="Mark">Start of the marker.</param>
/// <param name="Option">Option that it was given with, for messages.</param>
internal sealed record Position(
    PositionKind Kind, string Text, long Event = 0, ulong TimeNs = 0, string Mark = "", string Option = "--at")
{
    private const string Forms = "end, event:N, time:SECONDS or \"mark:TEXT\"";

    /// <summary>Reads the value of <c>--at</c>, or of another option that names a place.</summary>
    /// <exception cref="UsageException">It is none of the forms.</exception>
    public static Position Parse(string text, string option = "--at")
    {
        if (text == "end") return new Position(PositionKind.End, text, Option: option);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string form = colon < 0 ? text : text[..colon];
        string value = colon < 0 ? "" : text[(colon + 1)..];
        switch (colon < 0 ? "" : form)
        {
            case "event":
                if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                    throw new UsageException(
                        $"{option} {text}: an event is a number from 0 on, for example {option} event:1200");
                return new Position(PositionKind.Event, text, Event: number, Option: option);
            case "time":
                if (!TryParseSeconds(value, out ulong timeNs))
                {
                    throw new UsageException(
                        $"{option} {text}: a time is seconds of the trace clock, for example "
                        + $"{option} time:12.503200417");
                }
                return new Position(PositionKind.Time, text, TimeNs: timeNs, Option: option);
            case "mark":
                if (value.Length == 0)
                    throw new UsageException(
                        $"{option} mark: needs the start of a marker, for example {option} \"mark:before suspend\"");
                return new Position(PositionKind.Mark, text, Mark: value, Option: option);
            default:
                throw new UsageException($"{option} {text}: a position is {Forms}{Suggest(option, form, value)}");
        }
    }

    /// <summary>
    /// Reads seconds with any number of decimals as whole nanoseconds, through integers: by way of floating point some
    /// times come out one off. Digits past the ninth are dropped, which selects the same events.
    /// </summary>
    internal static bool TryParseSeconds(ReadOnlySpan<char> text, out ulong timeNs)
    {
        const ulong NsPerSecond = 1_000_000_000;
        timeNs = 0;
        int point = text.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? text : text[..point];
        ReadOnlySpan<char> part = point < 0 ? "0" : text[(point + 1)..];
        if (part.IsEmpty || part.ContainsAnyExceptInRange('0', '9')) return false;
        if (!ulong.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seconds)) return false;
        ulong ns = 0;
        for (int i = 0; i < 9; i++) ns = (ns * 10) + (i < part.Length ? (ulong)(part[i] - '0') : 0);
        if (seconds > (ulong.MaxValue - ns) / NsPerSecond) return false;
        timeNs = (seconds * NsPerSecond) + ns;
        return true;
    }

    private static string Suggest(string option, string form, string value)
    {
        if (form.Length > 0 && !form.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return $"; did you mean {option} event:{form}?";
        string? near = Nearest.Find(form, ["end", "event", "time", "mark"]);
        if (near is null) return "";
        return near == "end"
            ? $"; did you mean {option} end?"
            : $"; did you mean {option} \"{near}:{(value.Length == 0 ? "…" : value)}\"?";
    }
}
