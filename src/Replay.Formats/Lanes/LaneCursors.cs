using System.Runtime.InteropServices;

namespace Replay.Formats.Lanes;

// offset  128      136        144        …  384     392         400
//         Filled   TakenSeen  Completed     Taken   FilledSeen  Stopped
//         written by the producer           written by the consumer

/// <summary>
/// What the two sides of a <see cref="LaneRing{T}"/> write, four cache lines apart (prefetchers fetch lines in pairs),
/// and two away from whatever lies before and behind.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct LaneCursors // mutable struct: never readonly
{
    /// <summary>Bytes kept free between what different threads write.</summary>
    public const int Apart = 128;

    public const int SizeBytes = 4 * Apart;

    /// <summary>Slots published so far. Written by the producer (release), read by the consumer (acquire).</summary>
    [FieldOffset(Apart)] public long Filled;

    /// <summary>The producer's last look at <see cref="Taken"/>; nobody else's.</summary>
    [FieldOffset(Apart + 8)] public long TakenSeen;

    /// <summary>Written by the producer once (release), read by the consumer (acquire).</summary>
    [FieldOffset(Apart + 16)] public bool Completed;

    /// <summary>Slots released so far. Written by the consumer (release), read by the producer (acquire).</summary>
    [FieldOffset(3 * Apart)] public long Taken;

    /// <summary>The consumer's last look at <see cref="Filled"/>; nobody else's.</summary>
    [FieldOffset((3 * Apart) + 8)] public long FilledSeen;

    /// <summary>Written by the consumer once (release), read by the producer (acquire).</summary>
    [FieldOffset((3 * Apart) + 16)] public bool Stopped;
}
