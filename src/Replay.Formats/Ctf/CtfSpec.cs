namespace Replay.Formats.Ctf;

// trace folder   metadata · one file a stream, or several where its files rotate · index/ (not read)
// packet         header (magic, trace's uuid, stream's number) · context (times, sizes, CPU, losses) · events · zeros
// event          header (number, time) · context of the stream · context of the event · fields
// metadata       TSDL text, or the same text cut into packets of 37 bytes and some text each
// (Common Trace Format v1.8.3, sections 4, 5, 6 and 7)

/// <summary>Numbers of the Common Trace Format 1.8, and the limits of what is read.</summary>
internal static class CtfSpec
{
    public const uint PacketMagic = 0xC1FC1FC1;
    public const uint MetadataMagic = 0x75D11D57;

    /// <summary>
    /// Header of a metadata packet: u32 magic, uuid[16], u32 checksum, u32 content size and u32 packet size in bits,
    /// u8 compression, encryption, checksum scheme, major, minor.
    /// </summary>
    public const int MetadataHeaderBytes = 37;

    /// <summary>Longest text of a metadata; a kernel with all its events has 2 MiB.</summary>
    public const int MetadataBytesMax = 16 << 20;

    /// <summary>Deepest nesting of types and blocks.</summary>
    public const int DepthMax = 64;

    /// <summary>Most bits of a type whose size is known.</summary>
    public const long TypeBitsMax = 1L << 33;

    /// <summary>Largest alignment, a page.</summary>
    public const int AlignBitsMax = 4096 * 8;

    /// <summary>Most types that the fields of one event unfold to.</summary>
    public const int UnfoldedMax = 1 << 16;

    /// <summary>Longest event: it has to be in memory as a whole.</summary>
    public const int EventBytesMax = 16 << 20;

    /// <summary>Most files of a folder.</summary>
    public const int FilesMax = 1 << 14;

    /// <summary>No ring buffer loses more between two packets: what is more is a damaged count.</summary>
    public const ulong LossMax = 1UL << 40;
}
