namespace Replay.Formats.Native;

/// <summary>When a writer closes a block. What is not in a closed block is lost if the writer dies.</summary>
public sealed record NativeWriterOptions
{
    /// <summary>Records of a full block, 64 to 32760; the default fills blocks of 1 MiB.</summary>
    public int RecordsPerBlock { get; init; } = NativeSpec.RecordsPerBlockMax;

    /// <summary>
    /// Closes a block before the first event that is this much later (ns) than the block's first; 0 for never. For live
    /// recorders: each block takes at least 4096 bytes.
    /// </summary>
    public ulong BlockSpanNs { get; init; }
}
