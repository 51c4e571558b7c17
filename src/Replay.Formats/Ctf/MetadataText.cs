using System;
using System.Buffers.Binary;
using System.IO;
using Replay.Formats.Bytes;

namespace Replay.Formats.Ctf;

/// <summary>The text of a metadata file, which may be cut into packets (CTF 1.8.3, 7.1).</summary>
internal static class MetadataText
{
    /// <summary>True for the first bytes (64 are enough) of a metadata file of version 1.8.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> firstBytes) =>
        firstBytes.StartsWith("/* CTF 1.8"u8)
        || IsPacket(firstBytes, bigEndian: false) || IsPacket(firstBytes, bigEndian: true);

    /// <summary>True for the JSON texts that are the metadata of CTF 2 (CTF2-SPEC-2.0, 5).</summary>
    public static bool IsVersion2(ReadOnlySpan<byte> firstBytes) =>
        firstBytes.Length >= 2 && firstBytes[0] == 0x1E && firstBytes[1] == (byte)'{';

    /// <exception cref="BadInputException">Not readable, longer than any, of version 2, or damaged.</exception>
    public static byte[] Read(string path)
    {
        using InputFile file = InputFile.Open(path);
        if (file.Length > CtfSpec.MetadataBytesMax)
        {
            throw BadInputException.At(path, 0, $"a metadata of at most {CtfSpec.MetadataBytesMax} bytes",
                $"{file.Length} bytes");
        }
        byte[] bytes = new byte[(int)file.Length];
        bytes = bytes[..file.Read(0, bytes)];
        if (IsVersion2(bytes))
        {
            throw BadInputException.At(path, 0, "metadata of CTF 1.8, which LTTng and perf write",
                "CTF 2, which is not supported yet (babeltrace2 2.1 can write it as 1.8: "
                + "parameter ctf-version=\"1\" of its sink.ctf.fs)");
        }
        if (IsPacket(bytes, bigEndian: false)) return Unpack(bytes, bigEndian: false, path);
        return IsPacket(bytes, bigEndian: true) ? Unpack(bytes, bigEndian: true, path) : bytes;
    }

    private static bool IsPacket(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bytes.Length >= 4 && ReadU32(bytes, bigEndian) == CtfSpec.MetadataMagic;

    private static byte[] Unpack(ReadOnlySpan<byte> bytes, bool bigEndian, string path)
    {
        using var text = new MemoryStream(bytes.Length);
        for (int at = 0; at < bytes.Length;)
        {
            ReadOnlySpan<byte> packet = bytes[at..];
            if (packet.Length < CtfSpec.MetadataHeaderBytes)
            {
                throw BadInputException.At(path, at,
                    $"a metadata packet's header of {CtfSpec.MetadataHeaderBytes} bytes", $"{packet.Length} bytes");
            }
            if (!IsPacket(packet, bigEndian))
            {
                throw BadInputException.At(path, at, $"a metadata packet's magic 0x{CtfSpec.MetadataMagic:x8}",
                    $"0x{ReadU32(packet, bigEndian):x8}");
            }
            uint content = ReadU32(packet[24..], bigEndian), size = ReadU32(packet[28..], bigEndian);
            const uint HeaderBits = CtfSpec.MetadataHeaderBytes * 8;
            if (content < HeaderBits || size < content || content % 8 != 0 || size % 8 != 0)
            {
                throw BadInputException.At(path, at + 24,
                    $"a content of {HeaderBits} bits or more, in a packet that holds it, of whole bytes",
                    $"{content} bits in {size}");
            }
            if (content / 8 > packet.Length)
            {
                throw BadInputException.At(path, at + 24, $"a content inside the {packet.Length} bytes that are left",
                    $"{content / 8} bytes");
            }
            if ((packet[32] | packet[33]) != 0)
            {
                throw BadInputException.At(path, at + 32, "a packet neither compressed nor encrypted",
                    $"compression {packet[32]}, encryption {packet[33]}");
            }
            text.Write(packet[CtfSpec.MetadataHeaderBytes..(int)(content / 8)]);
            // Padding of the last packet need not be there.
            at += (int)Math.Min(size / 8, packet.Length);
        }
        return text.ToArray();
    }

    private static uint ReadU32(ReadOnlySpan<byte> bytes, bool bigEndian) => bigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
