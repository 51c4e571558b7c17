using System;
using System.Runtime.InteropServices;
using Replay.Formats.Bytes;

namespace Replay.Formats.Native;

/// <summary>
/// The last 64 bytes of a complete file, written after everything else reached the system. Its absence is what tells a
/// torn recording from a short one.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = NativeSpec.FooterBytes)]
internal struct Footer
{
    public const int CrcOffset = NativeSpec.FooterBytes - sizeof(uint);

    [FieldOffset(0)] public ulong Magic;

    /// <summary>Offset of the first block of the tail; the tail ends where the footer begins.</summary>
    [FieldOffset(8)] public ulong TailOffset;

    /// <summary>Records in all blocks of records, extensions included.</summary>
    [FieldOffset(16)] public ulong RecordCount;
    [FieldOffset(24)] public ulong EventCount;

    /// <summary><see cref="BlockHeader.LossTotal"/> at the end of the recording.</summary>
    [FieldOffset(32)] public ulong LossTotal;

    /// <summary>Blocks in the file, of all types.</summary>
    [FieldOffset(40)] public ulong BlockCount;

    /// <summary>CRC of the file header: a footer that belongs to another file is none.</summary>
    [FieldOffset(56)] public uint FileHeaderCrc;

    /// <summary>CRC-32C of the 60 bytes before it.</summary>
    [FieldOffset(CrcOffset)] public uint Crc;

    public static void Seal(Span<byte> bytes)
    {
        ref Footer footer = ref MemoryMarshal.AsRef<Footer>(bytes);
        footer.Magic = NativeSpec.FooterMagic;
        footer.Crc = Crc32C.Compute(bytes[..CrcOffset]);
    }

    /// <summary>
    /// True when magic and checksum hold, the footer belongs to this header, and it can end a file at
    /// <paramref name="offset"/>.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> bytes, long offset, uint fileHeaderCrc)
    {
        ref readonly Footer footer = ref MemoryMarshal.AsRef<Footer>(bytes);
        return footer.Magic == NativeSpec.FooterMagic && footer.Crc == Crc32C.Compute(bytes[..CrcOffset])
            && footer.FileHeaderCrc == fileHeaderCrc
            && footer.TailOffset >= NativeSpec.FileHeaderBytes && footer.TailOffset <= (ulong)offset
            && footer.TailOffset % NativeSpec.Alignment == 0 && offset % NativeSpec.Alignment == 0
            && footer.EventCount <= long.MaxValue;
    }
}
