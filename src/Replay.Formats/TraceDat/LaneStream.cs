using System.Threading;
using Replay.Formats.Lanes;

namespace Replay.Formats.TraceDat;

/// <summary>One CPU's data between the lanes that decode it, one at a time, and the merge.</summary>
internal sealed class LaneStream
{
    // 0 or 1: who swaps it to 1 is the producer of the ring until it stores 0 (release).
    private int _claimed;

    // Written by the producer (release), read by any lane.
    private bool _hasEnded;
    private ulong _decodedNs;

    public LaneStream(CpuStream stream, LaneRing<EventChunk> ring)
    {
        Stream = stream;
        Ring = ring;
        _hasEnded = stream.HasEnded;
    }

    /// <summary>Belongs to the producer.</summary>
    public CpuStream Stream { get; }

    public LaneRing<EventChunk> Ring { get; }

    /// <summary>Up to when the stream is decoded: who is furthest behind will be waited for first. Any lane.</summary>
    public ulong DecodedNs => Volatile.Read(ref _decodedNs);

    /// <summary>True when all of it is decoded. Any lane.</summary>
    public bool HasEnded => Volatile.Read(ref _hasEnded);

    /// <summary>True when a lane decodes it. Any lane; may be over at once.</summary>
    public bool IsClaimed => Volatile.Read(ref _claimed) != 0;

    /// <summary>Merge: the chunk at hand; null before the first.</summary>
    public EventChunk? Chunk { get; set; }

    /// <summary>Merge: the next record in it.</summary>
    public int At { get; set; }

    /// <summary>Merge: the latest time so far, by which the next event's place goes.</summary>
    public ulong PeakNs { get; set; }

    /// <summary>
    /// Decodes one chunk on <paramref name="lane"/>; false when another lane is at it, at its end, or without room.
    /// </summary>
    public bool TryDecode(DecodeLane lane)
    {
        if (IsClaimed || HasEnded || !Ring.HasRoom || Interlocked.CompareExchange(ref _claimed, 1, 0) != 0)
            return false;
        bool decodes = Ring.TryClaim(out EventChunk chunk) && !HasEnded;
        if (decodes)
        {
            lane.Decode(Stream, chunk);
            Volatile.Write(ref _decodedNs, chunk.PeakNs);
            if (chunk.IsLast) Volatile.Write(ref _hasEnded, true);
            Ring.Publish();
        }
        Volatile.Write(ref _claimed, 0);
        return decodes;
    }
}
