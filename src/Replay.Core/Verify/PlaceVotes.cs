namespace Replay.Core.Verify;

/// <summary>
/// What the records that follow an allocation say of its outcome: the vector domain's result, the assignment, the
/// configuration, the remapping entry, the message. Each is one vote.
/// </summary>
internal struct PlaceVotes // mutable struct: never readonly
{
    private const int VotesMax = 8;

    private VoteList _vectors;
    private VoteList _cpus;

    /// <summary>Interrupt that the allocation was for.</summary>
    public uint Irq;

    public int VectorVotes => _vectors.Count;

    public void Vector(int vector) => _vectors.Add(vector);

    public void Cpu(int cpu) => _cpus.Add(cpu);

    /// <summary>The recorded vector, unless what follows says otherwise.</summary>
    /// <param name="expected">What the rules decide; negative when they cannot.</param>
    /// <param name="recorded">What the record says.</param>
    /// <param name="trust">True to side with the rules where nothing that follows tells.</param>
    public readonly int ChooseVector(int expected, int recorded, bool trust = false) =>
        _vectors.Choose(expected, recorded, trust);

    /// <summary>As <see cref="ChooseVector"/>, for the CPU.</summary>
    public readonly int ChooseCpu(int expected, int recorded, bool trust = false) =>
        _cpus.Choose(expected, recorded, trust);

    [System.Runtime.CompilerServices.InlineArray(VotesMax)]
    private struct Votes
    {
        private int _first;
    }

    private struct VoteList
    {
        private Votes _votes;

        public int Count { get; private set; }

        public void Add(int value)
        {
            if (Count < VotesMax) _votes[Count++] = value;
        }

        public readonly int Choose(int expected, int recorded, bool trust)
        {
            if (expected == recorded) return recorded;
            int forRecorded = CountOf(recorded);
            if (expected >= 0)
            {
                int forExpected = CountOf(expected);
                return forExpected > forRecorded || (trust && forExpected == forRecorded) ? expected : recorded;
            }
            if (Count < 2 || forRecorded > 0) return recorded;
            for (int i = 1; i < Count; i++)
            {
                if (_votes[i] != _votes[0]) return recorded;
            }
            return _votes[0];
        }

        private readonly int CountOf(int value)
        {
            int count = 0;
            for (int i = 0; i < Count; i++)
            {
                if (_votes[i] == value) count++;
            }
            return count;
        }
    }
}
