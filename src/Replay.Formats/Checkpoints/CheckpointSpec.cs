namespace Replay.Formats.Checkpoints;

// magic 8 | chunk | chunk | … | directory | trailer 32
// A chunk is the saved state at one event, or some findings. The directory says where each is;
// the trailer where that is.

/// <summary>Numbers of the file of checkpoints; FORMAT.md beside this file explains them.</summary>
internal static class CheckpointSpec
{
    /// <summary>Of the directory and of what chunks hold. Readers refuse any other.</summary>
    public const int Version = 1;

    public const int MagicBytes = 8;
    public const int TrailerBytes = 32;

    /// <summary>Bytes of all chunks together; when they are more, every second checkpoint is left out.</summary>
    public const int ChunkBytesMax = 32 << 20;

    public const int DirectoryBytesMax = 16 << 20;

    public const int CheckpointsMax = 4096;

    /// <summary>
    /// Markers that the directory lists; those of events past the last one are looked for in the recording.
    /// </summary>
    public const int MarksMax = 1 << 16;

    public const int MarkBytesMax = 4 << 20;

    // As u64, little-endian; the comment shows the bytes in file order.
    public const ulong FileMagic = 0x1A0A0D43_5152498F;    // 8F 49 52 51 43 0D 0A 1A   .IRQC\r\n.
    public const ulong TrailerMagic = 0x0A0D5443_51524991; // 91 49 52 51 43 54 0D 0A   .IRQCT\r\n
}
