using System;
using System.Collections.Generic;
using System.Threading;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

/// <summary>
/// What the page sources of one recording share: the file and its layout. Any number of lanes may use it.
/// </summary>
internal sealed class DataContext
{
    /// <summary>Most bytes that all page buffers together may take.</summary>
    public const long BufferBudgetBytes = 192L << 20;

    private long _bytesRead;

    public DataContext(TraceDatLayout layout)
    {
        File = layout.File;
        BigEndian = layout.BigEndian;
        Ring = layout.Ring!;
    }

    public InputFile File { get; }

    public bool BigEndian { get; }

    public RingBufferSpec Ring { get; }

    /// <summary>Offset of the 2-byte event number in each record.</summary>
    public int TypeOffset { get; init; }

    /// <summary>Bytes of plain data that a source reads at once; a multiple of every page size below it.</summary>
    public int WindowBytes { get; init; }

    /// <summary>True when sources sum up the bytes that they read; set before anything is read.</summary>
    public bool SumsUp { get; set; }

    /// <summary>Bytes of CPU data read so far; another thread may ask.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    public void AddBytesRead(long count) => Interlocked.Add(ref _bytesRead, count);

    /// <summary>
    /// Bytes of buffer that each CPU's data may take, in the order of the ranges. Shared out before anything is read,
    /// so that it never matters who reads first: plain data gets what it needs while there is any, packed data,
    /// whose chunks are known only when they are met, equal shares of the rest.
    /// </summary>
    public long[] ShareBuffers(List<(CpuSpan Span, int Buffer)> spans, List<BufferLayout> buffers)
    {
        var shares = new long[spans.Count];
        long left = BufferBudgetBytes;
        int packed = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            BufferLayout buffer = buffers[spans[i].Buffer];
            if (buffer.Compressed)
            {
                packed++;
                continue;
            }
            long needed = Math.Min(spans[i].Span.Size, Math.Max(WindowBytes, buffer.PageSize));
            if (needed > left) continue;
            shares[i] = needed;
            left -= needed;
        }
        for (int i = 0; i < shares.Length; i++)
        {
            if (buffers[spans[i].Buffer].Compressed) shares[i] = left / packed;
        }
        return shares;
    }
}
