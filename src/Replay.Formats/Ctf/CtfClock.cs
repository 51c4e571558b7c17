using System;

namespace Replay.Formats.Ctf;

/// <summary>
/// A clock of the trace. Its value 0 is its own beginning, mostly the boot of the machine; its offset tells when,
/// counted from the epoch, that was (CTF 1.8.3, 8).
/// </summary>
internal sealed class CtfClock
{
    private const ulong NsPerSecond = 1_000_000_000;

    /// <summary>Up to here a second's rest, times the nanoseconds of one, fits into 64 bits.</summary>
    private const ulong SmallFrequencyMax = ulong.MaxValue / NsPerSecond;

    public string Name { get; set; } = "";

    /// <summary>Ticks a second; not 0.</summary>
    public ulong Frequency { get; set; } = NsPerSecond;

    public bool CountsNs => Frequency == NsPerSecond;

    public long OffsetSeconds { get; set; }

    /// <summary>Ticks.</summary>
    public long Offset { get; set; }

    /// <summary>Nanoseconds from the epoch to the clock's value 0; null for more than 64 bits.</summary>
    public long? OffsetNs
    {
        get
        {
            Int128 ns = ((Int128)OffsetSeconds * NsPerSecond) + FloorDivide((Int128)Offset * NsPerSecond, Frequency);
            return ns < long.MinValue || ns > long.MaxValue ? null : (long)ns;
        }
    }

    /// <summary>Nanoseconds of a value, rounded down; the largest number for what does not fit.</summary>
    public ulong ToNs(ulong ticks)
    {
        if (CountsNs) return ticks;
        // ticks = seconds * frequency + rest, so this is the exact quotient without 128 bits.
        (ulong seconds, ulong rest) = Math.DivRem(ticks, Frequency);
        ulong restNs = Frequency <= SmallFrequencyMax
            ? rest * NsPerSecond / Frequency : (ulong)((UInt128)rest * NsPerSecond / Frequency);
        UInt128 ns = ((UInt128)seconds * NsPerSecond) + restNs;
        return ns > ulong.MaxValue ? ulong.MaxValue : (ulong)ns;
    }

    /// <summary>Names of clocks as the kernel's tracers call them.</summary>
    public static string KernelName(string name) => name switch
    {
        "monotonic" => "mono",
        "monotonic_raw" => "mono_raw",
        "boottime" => "boot",
        "perf_clock" => "perf",
        _ => name,
    };

    private static Int128 FloorDivide(Int128 value, Int128 by)
    {
        Int128 quotient = value / by;
        return value % by < 0 ? quotient - 1 : quotient;
    }
}
