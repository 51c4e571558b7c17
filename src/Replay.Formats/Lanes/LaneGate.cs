using System.Threading;

namespace Replay.Formats.Lanes;

// sleeper                                     waker
//   1 Prepare: sleepers + 1, full fence         1 makes true what the sleeper waits for
//   2           notes the version               2 full fence
//   3 looks again: true? Cancel                 3 sleepers = 0? done
//   4 Wait: sleeps while the version is that    4 under the lock: version + 1, wake all
// Of 1-3 on the left and 1-3 on the right one side sees the other: either the sleeper's look comes after
// the waker's fence and finds the change, or the waker finds the sleeper. A version that rose between 2 and 4
// ends the sleep at once.

/// <summary>
/// Where lanes sleep until something changed. Costs whoever makes the change a fence and a load while nobody sleeps.
/// </summary>
internal sealed class LaneGate
{
    private readonly object _lock = new();

    // Written by sleepers, read by wakers after a full fence.
    private int _sleepers;

    // Written under the lock (release), read by sleepers (acquire).
    private int _version;

    /// <summary>Announces a sleeper. It looks once more at what it waits for, then calls Cancel or Wait.</summary>
    public int Prepare()
    {
        Interlocked.Increment(ref _sleepers);
        return Volatile.Read(ref _version);
    }

    /// <summary>The look found it: no sleep.</summary>
    public void Cancel() => Interlocked.Decrement(ref _sleepers);

    /// <summary>Sleeps until <see cref="Wake"/> after <see cref="Prepare"/> gave <paramref name="version"/>.</summary>
    public void Wait(int version)
    {
        lock (_lock)
        {
            while (Volatile.Read(ref _version) == version) Monitor.Wait(_lock);
        }
        Interlocked.Decrement(ref _sleepers);
    }

    /// <summary>Something changed.</summary>
    public void Wake()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleepers) == 0) return;
        lock (_lock)
        {
            Volatile.Write(ref _version, _version + 1);
            Monitor.PulseAll(_lock);
        }
    }
}
