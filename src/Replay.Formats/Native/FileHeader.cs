using System;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Replay.Core.Events;
using Replay.Formats.Bytes;

namespace Replay.Formats.Native;

/// <summary>
/// The first 4096 bytes of a file. Final when the file is created: nothing in it depends on what follows, so no crash
/// leaves a header that lies.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = NativeSpec.FileHeaderBytes)]
internal struct FileHeader
{
    public const int CrcOffset = NativeSpec.FileHeaderBytes - sizeof(uint);

    [FieldOffset(0)] public ulong Magic;
    [FieldOffset(8)] public ushort Major;
    [FieldOffset(10)] public ushort Minor;

    /// <summary>Lowest minor version that a reader must know to read the file without loss.</summary>
    [FieldOffset(12)] public ushort MinReaderMinor;
    [FieldOffset(14)] public ushort RecordBytes;
    [FieldOffset(16)] public uint SchemaVersion;
    [FieldOffset(20)] public uint HeaderBytes;
    [FieldOffset(24)] public uint Alignment;
    [FieldOffset(28)] public uint BlockBytesMax;

    /// <summary>A reader that does not know a set bit refuses the file.</summary>
    [FieldOffset(32)] public ulong RequiredFeatures;

    /// <summary>Bits that a reader may ignore. None is defined yet.</summary>
    [FieldOffset(40)] public ulong OptionalFeatures;
    [FieldOffset(64)] public Text32 WriterName;
    [FieldOffset(96)] public Text32 WriterVersion;

    /// <summary>CRC-32C of all bytes before it.</summary>
    [FieldOffset(CrcOffset)] public uint Crc;

    /// <summary>
    /// Writes a header into the first 4096 bytes of <paramref name="target"/>: of version 1.0, which is enough for one
    /// machine, or of 1.1 where a feature needs it.
    /// </summary>
    public static uint Write(Span<byte> target, string writerName, string writerVersion, ulong features = 0)
    {
        target = target[..NativeSpec.FileHeaderBytes];
        target.Clear();
        ref FileHeader header = ref MemoryMarshal.AsRef<FileHeader>(target);
        header.Magic = NativeSpec.FileMagic;
        header.Major = NativeSpec.MajorVersion;
        header.Minor = features == 0 ? (ushort)0 : NativeSpec.MinorVersion;
        header.MinReaderMinor = header.Minor;
        header.RequiredFeatures = features;
        header.RecordBytes = IrqEvent.SizeBytes;
        header.SchemaVersion = NativeSpec.SchemaVersion;
        header.HeaderBytes = NativeSpec.FileHeaderBytes;
        header.Alignment = NativeSpec.Alignment;
        header.BlockBytesMax = NativeSpec.BlockBytesMax;
        Utf8.FromUtf16(writerName, header.WriterName, out _, out _);
        Utf8.FromUtf16(writerVersion, header.WriterVersion, out _, out _);
        header.Crc = Crc32C.Compute(target[..CrcOffset]);
        return header.Crc;
    }

    /// <summary>Checks the first bytes of <paramref name="file"/> and returns the header's CRC.</summary>
    /// <param name="bytes">The first bytes.</param>
    /// <param name="file">For messages.</param>
    /// <param name="features">Required features that the caller reads by.</param>
    /// <exception cref="BadInputException">Anything in them makes the file unreadable.</exception>
    public static uint Check(ReadOnlySpan<byte> bytes, string file, ulong features = 0)
    {
        if (bytes.Length < sizeof(ulong) || MemoryMarshal.Read<ulong>(bytes) != NativeSpec.FileMagic)
            throw Bad(file, 0, "89 49 52 51 54 0D 0A 1A (irqt)", NativeTexts.Hex(bytes[..Math.Min(8, bytes.Length)]));
        if (bytes.Length < NativeSpec.FileHeaderBytes)
            throw Bad(file, bytes.Length, "a file header of 4096 bytes", "the end of the file");
        ref readonly FileHeader header = ref MemoryMarshal.AsRef<FileHeader>(bytes[..NativeSpec.FileHeaderBytes]);

        // Before the checksum: another major version may have moved it.
        if (header.Major != NativeSpec.MajorVersion)
            throw Bad(file, 8, "major version 1 (a newer irqreplay may read this file)",
                NativeTexts.Number(header.Major));
        uint crc = Crc32C.Compute(bytes[..CrcOffset]);
        if (header.Crc != crc)
            throw Bad(file, CrcOffset, "header CRC " + NativeTexts.Hex(crc), NativeTexts.Hex(header.Crc));
        if (header.MinReaderMinor > NativeSpec.MinorVersion)
        {
            throw Bad(file, 12, "a file that readers of version 1.1 can read",
                string.Create(CultureInfo.InvariantCulture,
                    $"a file that needs a reader of version 1.{header.MinReaderMinor}"));
        }
        if (header.RecordBytes != IrqEvent.SizeBytes)
            throw Bad(file, 14, "records of 32 bytes", NativeTexts.Number(header.RecordBytes));
        if (header.HeaderBytes != NativeSpec.FileHeaderBytes)
            throw Bad(file, 20, "header size 4096", NativeTexts.Number(header.HeaderBytes));
        if (header.Alignment != NativeSpec.Alignment)
            throw Bad(file, 24, "block alignment 4096", NativeTexts.Number(header.Alignment));
        if (header.BlockBytesMax is < NativeSpec.Alignment or > NativeSpec.BlockBytesMax)
            throw Bad(file, 28, "blocks of 4096 to 1048576 bytes", NativeTexts.Number(header.BlockBytesMax));
        if (header.RequiredFeatures == NativeSpec.HoldsMachines && features == 0)
            throw Bad(file, 32, "the recording of one machine",
                "several, which are not read from a stream; save it as a file");
        if (header.RequiredFeatures != features)
            throw Bad(file, 32, "no required features but 1, which is machines",
                NativeTexts.Hex(header.RequiredFeatures));
        return header.Crc;
    }

    private static BadInputException Bad(string file, long offset, string expected, string found) =>
        BadInputException.At(file, offset, expected, found);

    /// <summary>UTF-8 text, padded with zeros.</summary>
    [System.Runtime.CompilerServices.InlineArray(32)]
    public struct Text32
    {
        private byte _first;

        public readonly string AsText()
        {
            ReadOnlySpan<byte> bytes = this;
            int end = bytes.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
        }
    }
}
