using System;
using System.Threading;
using Replay.Formats.Lanes;

namespace Replay.Formats.Tests.Lanes;

/// <summary>
/// Makes lanes meet at odd moments: at each step of a ring a seeded choice of going on, spinning, yielding or sleeping.
/// With a depth of one slot batches are handed over one at a time besides.
/// </summary>
internal sealed class OddSchedule(int seed)
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();

    /// <summary>Settings with this schedule; lanes start with the first batch.</summary>
    public LaneSettings Settings(int depth) => new(depth, 0, Step);

    private void Step(LaneStep step)
    {
        int choice;
        lock (_lock) choice = _random.Next(100);
        switch (choice)
        {
            case < 60: break;
            case < 80: Thread.SpinWait(choice * 20); break;
            case < 97: Thread.Yield(); break;
            default: Thread.Sleep(choice == 99 ? 1 : 0); break;
        }
    }
}
