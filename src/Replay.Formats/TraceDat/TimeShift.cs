using System;

namespace Replay.Formats.TraceDat;

/// <summary>
/// Option TIME_SHIFT of a guest's file: samples of the difference between the guest's clock and the host's, a list for
/// each virtual CPU.
/// </summary>
internal sealed class TimeShift
{
    /// <summary>Flag bit: between two samples the offset is interpolated.</summary>
    private const uint Interpolate = 1;

    private readonly Sample[][] _cpus;
    private readonly bool _interpolate;

    public TimeShift(uint flags, Sample[][] cpus)
    {
        _interpolate = (flags & Interpolate) != 0;
        _cpus = cpus;
    }

    /// <summary>The host's time for a guest's time on a virtual CPU; unchanged for a CPU without samples.</summary>
    public ulong ToHost(ulong time, int cpu)
    {
        if ((uint)cpu >= (uint)_cpus.Length || _cpus[cpu].Length == 0) return time;
        Sample[] samples = _cpus[cpu];
        if (samples.Length == 1) return Correct(time, samples[0], samples[0], false);
        // The pair around the time; outside the samples, the nearest pair.
        int low = 0;
        int high = samples.Length - 2;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (samples[middle].Time <= time) low = middle;
            else high = middle - 1;
        }
        return Correct(time, samples[low], samples[low + 1], _interpolate);
    }

    private static ulong Correct(ulong time, in Sample first, in Sample second, bool interpolate)
    {
        Int128 offset = first.Offset;
        if (interpolate && second.Time > first.Time)
        {
            Int128 delta = second.Time - first.Time;
            Int128 rise = ((Int128)time - first.Time) * ((Int128)second.Offset - first.Offset);
            // Rounded to the nearest, downwards for negative ones too, so that a sample's own time gets its own offset.
            Int128 half = rise + (delta / 2);
            offset += half >= 0 ? half / delta : -((-half + delta - 1) / delta);
        }
        Int128 scaled = (Int128)(((UInt128)time * first.Scale) >> first.FractionBits);
        Int128 host = scaled + offset;
        return host < 0 ? 0 : host > ulong.MaxValue ? ulong.MaxValue : (ulong)host;
    }

    /// <summary>One measurement.</summary>
    /// <param name="Time">Guest's time.</param>
    /// <param name="Offset">To add for the host's time.</param>
    /// <param name="Scale">Factor of the guest's time, never 0.</param>
    /// <param name="FractionBits">Low bits of the product that are fraction, 0 to 63.</param>
    public readonly record struct Sample(ulong Time, long Offset, ulong Scale, int FractionBits);
}
