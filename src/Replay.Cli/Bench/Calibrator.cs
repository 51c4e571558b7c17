namespace Replay.Cli.Bench;

/// <summary>
/// A loop that never changes, run between the replays: how fast the machine is just now. Jumps that cannot be foretold
/// and a small table, as in the replay of events. What reading costs is told by the file itself, which is read
/// and checksummed beside each replay. (A loop over memory of its own was tried: where its pages happened to lie moved
/// it by a sixth from one process to the next, while replays moved by less than a hundredth.)
/// </summary>
internal sealed class Calibrator
{
    private const int Steps = 1 << 20;
    private const int TableEntries = 4096;

    private readonly ulong[] _table = new ulong[TableEntries];

    /// <summary>What the loop computed; kept so that no compiler may leave it out.</summary>
    public ulong Result { get; private set; }

    /// <summary>CPU seconds of the loop now; some 8 ms.</summary>
    public double Run()
    {
        Clocks clocks = Clocks.Start();
        Result += Dispatch(_table);
        return clocks.Read().CpuSeconds;
    }

    private static ulong Dispatch(ulong[] table)
    {
        ulong random = 0x9E37_79B9_7F4A_7C15, sum = 0;
        for (int i = 0; i < Steps; i++)
        {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            ref ulong entry = ref table[(int)(random >> 20) & (TableEntries - 1)];
            switch (random >> 61)
            {
                case 0: entry++; break;
                case 1: entry ^= random; break;
                case 2: sum += entry; break;
                case 3: entry += sum; break;
                case 4: entry = random; break;
                case 5: sum ^= entry << 1; break;
                case 6: entry -= sum >> 3; break;
                default: sum -= random; break;
            }
        }
        return sum;
    }
}
