namespace Replay.Formats.TraceDat;

/// <summary>
/// From the recorded clock to canonical time, in the order in which trace-cmd does it: guest to host, cycles to
/// nanoseconds. The offset to wall time is not added; it is a fact of the recording.
/// </summary>
internal sealed class TimeConverter
{
    private readonly TimeShift? _shift;
    private readonly TscScale? _scale;

    private TimeConverter(TimeShift? shift, TscScale? scale)
    {
        _shift = shift;
        _scale = scale;
    }

    /// <summary>The converter for a clock, or null when its times are canonical already.</summary>
    public static TimeConverter? Create(string clock, TraceDatFacts facts, bool hostTime)
    {
        TimeShift? shift = hostTime ? facts.Shift : null;
        TscScale? scale = IsCycles(clock) ? facts.Tsc : null;
        return shift is null && scale is null ? null : new TimeConverter(shift, scale);
    }

    /// <summary>True for clocks that count cycles of the processor.</summary>
    public static bool IsCycles(string clock) => clock is "x86-tsc" or "tsc2nsec";

    public ulong ToNs(ulong time, int cpu)
    {
        if (_shift is not null) time = _shift.ToHost(time, cpu);
        return _scale is { } scale ? scale.ToNs(time) : time;
    }
}
