using System;

namespace Replay.Formats.Native;

// header 4096 | sidecar | names | records | records | names | records … | names sidecar index (the tail) | footer 64
// Every block is a multiple of 4096 bytes:  header 192 | payload | zeros | trailer 16

/// <summary>Numbers of the native format; FORMAT.md beside this file explains them.</summary>
internal static class NativeSpec
{
    /// <summary>Readers refuse any other major version.</summary>
    public const ushort MajorVersion = 1;

    /// <summary>Highest minor version that this reader knows all of.</summary>
    public const ushort MinorVersion = 1;

    /// <summary>
    /// Required feature, since minor version 1: the file is a directory of machines and their native files.
    /// </summary>
    public const ulong HoldsMachines = 1;

    /// <summary>Version of the meaning of records: kinds and their operands.</summary>
    public const uint SchemaVersion = 1;

    public const string FormatName = "irqt";

    public const int FileHeaderBytes = 4096;
    public const int BlockHeaderBytes = 192;
    public const int BlockTrailerBytes = 16;
    public const int FooterBytes = 64;

    /// <summary>Blocks begin and end at multiples of this.</summary>
    public const int Alignment = 4096;

    /// <summary>Largest block of any type, all included; the only buffer that a reader needs.</summary>
    public const int BlockBytesMax = 1 << 20;

    /// <summary>Largest payload of any block.</summary>
    public const int PayloadBytesMax = BlockBytesMax - BlockHeaderBytes - BlockTrailerBytes;

    /// <summary>Most records in a block: a full one is 1 MiB exactly, 48 bytes of it padding.</summary>
    public const int RecordsPerBlockMax = 32760;

    /// <summary>Bytes of one name; writers cut longer ones at a character and say so.</summary>
    public const int NameBytesMax = 1024;

    /// <summary>Bytes of any other text of a sidecar.</summary>
    public const int TextBytesMax = 4096;

    /// <summary>Text bytes that a reader keeps of one file, all tables together.</summary>
    public const int TextBytesTotalMax = 32 << 20;

    /// <summary>Names of recorded events that a sidecar may count.</summary>
    public const int SourcesMax = 1 << 17;

    // A byte above 127 finds 7-bit transfers, CR LF and LF find text-mode transfers, 0x1A stops a DOS "type".
    // As u64, little-endian; the comment shows the bytes in file order.
    public const ulong FileMagic = 0x1A0A0D54_51524989;    // 89 49 52 51 54 0D 0A 1A   .IRQT\r\n.
    public const ulong BlockMagic = 0x0A0D4B42_5152498B;   // 8B 49 52 51 42 4B 0D 0A   .IRQBK\r\n
    public const ulong FooterMagic = 0x0A0D444E_4551498D;  // 8D 49 51 45 4E 44 0D 0A   .IQEND\r\n
    public const uint TrailerMagic = 0x4C52548E;           // 8E 54 52 4C               .TRL

    /// <summary>Bytes that a payload of <paramref name="payloadBytes"/> takes as a block.</summary>
    public static int BlockBytes(int payloadBytes) =>
        (BlockHeaderBytes + payloadBytes + BlockTrailerBytes + Alignment - 1) & -Alignment;
}

/// <summary>What a block holds. Readers skip types that they do not know.</summary>
internal enum BlockType : ushort
{
    Invalid = 0,
    Records = 1,
    Names = 2,
    Index = 3,
    Sidecar = 4,

    /// <summary>Which machines a file holds, and where.</summary>
    Machines = 5,

    /// <summary>From here on types are private to whoever wrote the file.</summary>
    FirstPrivate = 0x8000,
}

[Flags]
internal enum BlockFlags : ushort
{
    None = 0,

    /// <summary>Written by the writer's last act; says that every block of records is before it.</summary>
    Tail = 1,

    /// <summary>More records than <see cref="BlockHeader.LossBefore"/> says may be missing before this block.</summary>
    LossUnknown = 2,

    /// <summary>No record of the block is earlier than the record before it.</summary>
    Sorted = 4,
}
