using Replay.Formats.Bytes;

namespace Replay.Cli.Bench;

/// <summary>
/// Two loops that never change, run between the replays: how fast the machine is just now. One is jumps that cannot be
/// foretold and a small table, as in the replay of events; the other moves and checksums bytes that no cache holds, as in
/// reading them. Results of two sessions are compared after division by them.
/// </summary>
internal sealed class Calibrator
{
    private const int Steps = 1 << 20;
    private const int TableEntries = 4096;
    private const int MemoryBytes = 64 << 20;

    private readonly ulong[] _table = new ulong[TableEntries];
    private readonly byte[] _memory = new byte[MemoryBytes];
    private readonly byte[] _buffer = new byte[FileScan.BufferBytes];

    public Calibrator()
    {
        // Touched, or the pages would all be the one page of zeros.
        for (int i = 0; i < _memory.Length; i += 64) _memory[i] = (byte)(i >> 6);
    }

    /// <summary>What the loops computed; kept so that no compiler may leave them out.</summary>
    public ulong Result { get; private set; }

    /// <summary>CPU seconds of both loops now; some 15 ms.</summary>
    public (double Dispatch, double Memory) Run()
    {
        Clocks clocks = Clocks.Start();
        Result += Dispatch(_table);
        double dispatch = clocks.Read().CpuSeconds;
        clocks = Clocks.Start();
        Result += FileScan.CopyAndChecksum(_memory, _buffer);
        return (dispatch, clocks.Read().CpuSeconds);
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
