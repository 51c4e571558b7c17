using System;

namespace Replay.Formats.Tests;

/// <summary>What a piece of warm code allocates.</summary>
/// <remarks>
/// The runtime's count for a thread is too high when a collection that another thread began falls into the measurement:
/// the unused rest of the thread's allocation buffer, up to 8 KiB, is then counted as allocated (a thread that does
/// nothing but add numbers while another one allocates reads some kilobytes in one of a hundred measurements). It
/// is never too low. So the least of several runs is the truth, and what is allocated every time shows in all of them.
/// </remarks>
internal static class AllocatedBytes
{
    private const int Runs = 6;

    /// <summary>The least that warm code allocates in one of several runs.</summary>
    public static long LeastOf(Action warm) => Least(() =>
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        warm();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    });

    /// <summary>The least of several runs; the first one compiles code.</summary>
    /// <param name="measure">Runs the code and returns what it allocated.</param>
    public static long Least(Func<long> measure)
    {
        long least = long.MaxValue;
        for (int run = 0; run < Runs && least != 0; run++) least = Math.Min(least, measure());
        return least;
    }
}
