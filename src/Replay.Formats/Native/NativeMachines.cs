using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Replay.Formats.Bytes;
using Replay.Formats.Machines;

namespace Replay.Formats.Native;

// header 4096 (its feature bit says so) | block of type 5: who is where | native file | zeros to 4096 | native file …

/// <summary>The directory of a native file that holds several machines.</summary>
internal static class NativeMachines
{
    /// <summary>True for the start of a native file that holds machines.</summary>
    public static bool AreIn(ReadOnlySpan<byte> start)
    {
        int at = (int)Marshal.OffsetOf<FileHeader>(nameof(FileHeader.RequiredFeatures));
        return start.Length >= at + sizeof(ulong)
            && (MemoryMarshal.Read<ulong>(start[at..]) & NativeSpec.HoldsMachines) != 0;
    }

    /// <summary>Null when the file is one machine's.</summary>
    /// <param name="stream">At its start.</param>
    /// <param name="file">For messages.</param>
    /// <exception cref="BadInputException">The directory is damaged or lies.</exception>
    public static List<MachinePart>? Read(Stream stream, string file)
    {
        byte[] bytes = new byte[NativeSpec.FileHeaderBytes + NativeSpec.BlockHeaderBytes];
        int got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (got < NativeSpec.FileHeaderBytes) return null;
        ref readonly FileHeader fileHeader = ref MemoryMarshal.AsRef<FileHeader>(bytes.AsSpan(0,
            NativeSpec.FileHeaderBytes));
        if ((fileHeader.RequiredFeatures & NativeSpec.HoldsMachines) == 0) return null;
        FileHeader.Check(bytes.AsSpan(0, NativeSpec.FileHeaderBytes), file, NativeSpec.HoldsMachines);
        ReadOnlySpan<byte> block = bytes.AsSpan(NativeSpec.FileHeaderBytes, got - NativeSpec.FileHeaderBytes);
        if (block.Length < NativeSpec.BlockHeaderBytes || !BlockHeader.IsValid(block))
            throw Bad(file, NativeSpec.FileHeaderBytes, "the header of the block of machines",
                NativeTexts.Hex(block[..Math.Min(16, block.Length)]));
        BlockHeader header = MemoryMarshal.Read<BlockHeader>(block);
        if (header.Type != BlockType.Machines || header.Codec != 0
            || header.RecordCount is 0 or > MachineNames.MachinesMax
            || header.PayloadBytes != header.RecordCount * MachineEntry.SizeBytes)
        {
            throw Bad(file, NativeSpec.FileHeaderBytes, "a block of 1 to 256 machines, 256 bytes each",
                $"type {(int)header.Type}, codec {header.Codec}, "
                + $"{header.RecordCount} entries in {header.PayloadBytes} bytes");
        }
        byte[] payload = new byte[header.PayloadBytes];
        if (stream.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false) < payload.Length)
            throw Bad(file, NativeSpec.FileHeaderBytes, $"{payload.Length} bytes of machines", "the end of the file");
        uint crc = Crc32C.Compute(payload);
        if (crc != header.PayloadCrc)
            throw Bad(file, bytes.Length, "machines with the checksum " + NativeTexts.Hex(header.PayloadCrc),
                NativeTexts.Hex(crc));
        return ReadEntries(MemoryMarshal.Cast<byte, MachineEntry>(payload),
            NativeSpec.FileHeaderBytes + header.TotalBytes, file);
    }

    /// <summary>The bytes before the first machine.</summary>
    public static byte[] Write(IReadOnlyList<MachinePart> parts)
    {
        int payloadBytes = parts.Count * MachineEntry.SizeBytes, total = NativeSpec.BlockBytes(payloadBytes);
        byte[] bytes = new byte[NativeSpec.FileHeaderBytes + total];
        FileHeader.Write(bytes, NativeWriter.WriterName, NativeWriter.WriterVersion, NativeSpec.HoldsMachines);
        Span<byte> block = bytes.AsSpan(NativeSpec.FileHeaderBytes);
        Span<byte> payload = block.Slice(NativeSpec.BlockHeaderBytes, payloadBytes);
        Span<MachineEntry> entries = MemoryMarshal.Cast<byte, MachineEntry>(payload);
        for (int i = 0; i < parts.Count; i++)
        {
            entries[i].Offset = (ulong)parts[i].Offset;
            entries[i].Bytes = (ulong)parts[i].Bytes;
            entries[i].NameBytes = (uint)Encoding.UTF8.GetBytes(parts[i].Name, entries[i].Name);
        }
        ref BlockHeader header = ref MemoryMarshal.AsRef<BlockHeader>(block);
        header.Type = BlockType.Machines;
        header.TotalBytes = (uint)total;
        header.PayloadBytes = (uint)payloadBytes;
        header.PayloadCrc = Crc32C.Compute(payload);
        header.RecordCount = (uint)parts.Count;
        BlockHeader.Seal(block);
        ref BlockTrailer trailer = ref MemoryMarshal.AsRef<BlockTrailer>(block[^NativeSpec.BlockTrailerBytes..]);
        trailer.Magic = NativeSpec.TrailerMagic;
        trailer.TotalBytes = (uint)total;
        return bytes;
    }

    private static List<MachinePart> ReadEntries(ReadOnlySpan<MachineEntry> entries, long end, string file)
    {
        var parts = new List<MachinePart>(entries.Length);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < entries.Length; i++)
        {
            MachineEntry entry = entries[i];
            long at = NativeSpec.FileHeaderBytes + NativeSpec.BlockHeaderBytes + ((long)i * MachineEntry.SizeBytes);
            if (entry.Offset < (ulong)end || entry.Offset % NativeSpec.Alignment != 0
                || entry.Offset > long.MaxValue / 2 || entry.Bytes > long.MaxValue / 2)
            {
                throw Bad(file, at, $"a machine at a multiple of {NativeSpec.Alignment} from {end} on",
                    $"{NativeTexts.Hex(entry.Bytes)} bytes at {NativeTexts.Hex(entry.Offset)}");
            }
            if (entry.NameBytes > MachineNames.BytesMax || !MachineNames.IsValid(entry.Name[..(int)entry.NameBytes]))
                throw Bad(file, at + 16, MachineNames.Rule, NativeTexts.Bytes(entry.NameBytes));
            string name = Encoding.UTF8.GetString(entry.Name[..(int)entry.NameBytes]);
            if (!names.Add(name)) throw Bad(file, at + 32, "machines of different names", $"\"{name}\" again");
            end = (long)(entry.Offset + entry.Bytes);
            parts.Add(new MachinePart(name, (long)entry.Offset, (long)entry.Bytes));
        }
        return parts;
    }

    private static BadInputException Bad(string file, long offset, string expected, string found) =>
        BadInputException.At(file, offset, expected, found);
}
