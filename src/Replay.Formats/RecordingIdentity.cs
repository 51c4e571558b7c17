namespace Replay.Formats;

/// <summary>What one recording is told from another by, and from itself after a change.</summary>
/// <param name="Bytes">Size.</param>
/// <param name="ModifiedTicks">When it was last written to, in ticks of UTC: a hint that it need not
/// be read again.</param>
/// <param name="Digest">Checksums of its parts, themselves summed up; the same for a copy.</param>
/// <param name="Reading">How its records become events, where the user chose that; else empty.</param>
public sealed record RecordingIdentity(long Bytes, long ModifiedTicks, ulong Digest, string Reading = "")
{
    /// <summary>True for the same content, whenever it was written and however it is read.</summary>
    public bool IsSameContent(RecordingIdentity other) => Bytes == other.Bytes && Digest == other.Digest;
}

/// <summary>What a recording knows of a batch without its records being looked at.</summary>
/// <param name="MaxTimeNs">Greatest time in it; null when not known.</param>
/// <param name="MayHoldMarks">False when no marker is in it.</param>
/// <param name="Work">What reading it took, in events of a usual recording, where more was read than it
/// holds; else 0.</param>
public readonly record struct BatchFacts(ulong? MaxTimeNs, bool MayHoldMarks, long Work = 0);
