namespace Replay.Formats.TraceDat;

/// <summary>
/// Whether the loop over records merges as it goes, or decodes one stream ahead for a merge that comes later.
/// </summary>
internal interface IDecodeMode
{
    /// <summary>
    /// True for a lane: it stops behind whatever must be told in the order of all streams (damage, losses), and
    /// notes from when on events may be taken where a CPU's time goes back.
    /// </summary>
    static abstract bool IsLane { get; }
}

/// <summary>The loop follows the order of all streams.</summary>
internal readonly struct Straight : IDecodeMode
{
    public static bool IsLane => false;
}

/// <summary>The loop runs ahead on one stream.</summary>
internal readonly struct Ahead : IDecodeMode
{
    public static bool IsLane => true;
}
