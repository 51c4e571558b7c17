using System;

namespace Replay.Formats.TraceDat;

/// <summary>
/// Option TSC2NSEC: nanoseconds = cycles * mult &gt;&gt; shift, with a 128-bit product. The option's offset is not
/// used; the peer does not use it either.
/// </summary>
/// <param name="Mult">Factor.</param>
/// <param name="Shift">Bits, 0 to 63.</param>
internal readonly record struct TscScale(uint Mult, int Shift)
{
    public ulong ToNs(ulong cycles) => (ulong)(((UInt128)cycles * Mult) >> Shift);
}
