using System;
using Replay.Formats.Bytes;

namespace Replay.Bench;

/// <summary>
/// The row that every suite is measured against: the same bytes copied or read, and checksummed, which is what memory
/// and the processor's CRC instruction allow.
/// </summary>
internal static class Baseline
{
    public const int BufferBytes = FileScan.BufferBytes;

    public static uint CopyAndChecksum(ReadOnlySpan<byte> source, byte[] buffer) =>
        FileScan.CopyAndChecksum(source, buffer);

    public static uint ReadAndChecksum(string path, byte[] buffer) => FileScan.Checksum(path, buffer).Crc;
}
