namespace Replay.Core.Live;

/// <summary>
/// What snapshots may cost the thread that makes them: after one that took some time none is due before
/// <see cref="Rest"/> times that has passed. So readers cost the writer less than 2 %, however many interrupts
/// there are to copy and however often somebody asks. A wish that has to wait stays, and is served at the first
/// border when one is due.
/// </summary>
/// <remarks>
/// Times are the caller's, in any unit: this knows no clock. Only a border at which somebody asks has to look at one.
/// </remarks>
public struct SnapshotPace // mutable struct: never readonly
{
    /// <summary>Parts of work for one part of snapshots: 1.54 % at most.</summary>
    public const int Rest = 64;

    private long _notBefore;

    /// <param name="longest">
    /// The most that a reader is kept waiting, in the caller's unit: a thread that was called away while it copied
    /// would else take that for the cost of a copy.
    /// </param>
    public SnapshotPace(long longest) => Longest = longest;

    /// <summary>The most that a reader is kept waiting, in the caller's unit.</summary>
    public long Longest { get; }

    /// <summary>Whether a snapshot is due.</summary>
    public readonly bool IsDue(long now) => now >= _notBefore;

    /// <summary>A snapshot was made.</summary>
    public void Note(long began, long ended)
    {
        long cost = ended - began;
        _notBefore = ended + (cost > Longest / Rest ? Longest : cost * Rest);
    }
}
