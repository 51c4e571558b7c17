using System;
using System.IO;
using Microsoft.Win32.SafeHandles;
using Replay.Formats.Bytes;

namespace Replay.Bench;

/// <summary>
/// The row that every suite is measured against: the same bytes copied and checksummed, which is what memory and the
/// processor's CRC instruction allow.
/// </summary>
internal static class Baseline
{
    /// <summary>As a native block: large enough to amortise a call, small enough for the second-level cache.</summary>
    public const int BufferBytes = 1 << 20;

    /// <summary>Copies through the buffer and returns the CRC-32C.</summary>
    public static uint CopyAndChecksum(ReadOnlySpan<byte> source, byte[] buffer)
    {
        uint crc = 0;
        while (source.Length > 0)
        {
            int length = Math.Min(source.Length, buffer.Length);
            source[..length].CopyTo(buffer);
            crc = Crc32C.Append(crc, buffer.AsSpan(0, length));
            source = source[length..];
        }
        return crc;
    }

    /// <summary>Reads a file through the buffer and returns the CRC-32C.</summary>
    public static uint ReadAndChecksum(string path, byte[] buffer)
    {
        using SafeFileHandle file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        uint crc = 0;
        long offset = 0;
        while (true)
        {
            int read = RandomAccess.Read(file, buffer, offset);
            if (read == 0) return crc;
            crc = Crc32C.Append(crc, buffer.AsSpan(0, read));
            offset += read;
        }
    }
}
