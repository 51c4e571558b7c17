using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Replay.Formats.Bytes;

/// <summary>
/// Reading and checksumming a file: what memory and the processor's CRC instruction allow, and so the measure that
/// every replay of the same file is held against.
/// </summary>
public static class FileScan
{
    /// <summary>As a native block: large enough to amortise a call, small enough for the second-level cache.</summary>
    public const int BufferBytes = 1 << 20;

    /// <summary>Reads a file through the buffer and returns the CRC-32C and the bytes.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (uint Crc, long Bytes) Checksum(string path, byte[] buffer)
    {
        using SafeFileHandle file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        uint crc = 0;
        long offset = 0;
        while (true)
        {
            int read = RandomAccess.Read(file, buffer, offset);
            if (read == 0) return (crc, offset);
            crc = Crc32C.Append(crc, buffer.AsSpan(0, read));
            offset += read;
        }
    }

    /// <summary>Copies bytes in memory through the buffer and returns their CRC-32C.</summary>
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
}
