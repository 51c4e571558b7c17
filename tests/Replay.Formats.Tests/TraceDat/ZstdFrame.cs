using System;
using System.Collections.Generic;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>
/// Writes zstd frames of stored blocks (RFC 8878, 3.1.1): enough to test a reader without a compressor.
/// </summary>
internal static class ZstdFrame
{
    private const int BlockMax = 128 * 1024;

    public static byte[] Store(ReadOnlySpan<byte> content)
    {
        List<byte> frame = [0x28, 0xB5, 0x2F, 0xFD];
        // No content size, one window of 2^17 bytes: what trace-cmd's streaming writer leaves.
        frame.Add(0x00);
        frame.Add(7 << 3);
        do
        {
            ReadOnlySpan<byte> block = content[..Math.Min(BlockMax, content.Length)];
            content = content[block.Length..];
            int header = (block.Length << 3) | (content.Length == 0 ? 1 : 0);
            frame.Add((byte)header);
            frame.Add((byte)(header >> 8));
            frame.Add((byte)(header >> 16));
            frame.AddRange(block);
        }
        while (content.Length > 0);
        return [.. frame];
    }
}
