using System;
using System.Globalization;

namespace Replay.Cli.Top;

/// <summary>
/// Ties trace time to the clock on the wall: the first event is now, later ones come as fast as asked.
/// </summary>
internal sealed class Pacer
{
    private readonly TimeProvider _time;
    private readonly double _speed;
    private long _started = -1;
    private ulong _firstNs;

    /// <param name="time">The clock.</param>
    /// <param name="speed">Seconds of trace a second of wall.</param>
    public Pacer(TimeProvider time, double speed)
    {
        _time = time;
        _speed = speed;
    }

    /// <summary>Reads <c>1x</c>, <c>0.5</c>, <c>max</c>; null is as fast as it goes.</summary>
    /// <exception cref="UsageException">It is none of them.</exception>
    public static double? ParseSpeed(string text)
    {
        if (text == "max") return null;
        string number = text.EndsWith('x') ? text[..^1] : text;
        if (double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double speed)
            && speed is >= 0.001 and <= 1e6)
        {
            return speed;
        }
        throw new UsageException($"--speed {text}: a speed is 1x (as it happened), 10x, 0.5x or max");
    }

    /// <summary>How long until an event at this time is due; zero or less when it is.</summary>
    public TimeSpan Until(ulong timeNs)
    {
        if (_started < 0)
        {
            _started = _time.GetTimestamp();
            _firstNs = timeNs;
        }
        double due = timeNs <= _firstNs ? 0 : (timeNs - _firstNs) / (_speed * 1e9);
        return TimeSpan.FromSeconds(Math.Min(due - _time.GetElapsedTime(_started).TotalSeconds, 3600));
    }
}
