using System;
using System.Collections.Generic;

namespace Replay.Formats.TraceDat;

/// <summary>Checks the ranges of per-CPU data that a file claims.</summary>
internal static class CpuSpans
{
    /// <summary>
    /// Adds one CPU's range to its buffer, cut at the end of the file; a range that starts behind it is dropped. Both
    /// are reported. Empty ranges are left out.
    /// </summary>
    public static void Add(
        TraceDatLayout layout, BufferLayout buffer, uint cpu, ulong offset, ulong size, long entryOffset)
    {
        if (size == 0) return;
        long length = layout.File.Length;
        if (cpu > TraceDatLayout.CpusMax || offset >= (ulong)length)
        {
            layout.Report.Add(LossSeverity.DataLoss, "CPU data outside the file", entryOffset,
                $"an offset below {length}", $"{offset} for CPU {cpu}");
            return;
        }
        if (size > (ulong)length - offset)
        {
            layout.Report.Add(LossSeverity.DataLoss, "CPU data cut by the end of the file", entryOffset,
                $"{size} bytes for CPU {cpu}", $"{(ulong)length - offset}");
            size = (ulong)length - offset;
        }
        if (layout.SpanCount >= TraceDatLayout.SpansMax)
        {
            layout.Report.Add(LossSeverity.DataLoss, "too many ranges of CPU data", entryOffset,
                $"at most {TraceDatLayout.SpansMax}", "more");
            return;
        }
        layout.SpanCount++;
        buffer.Cpus.Add(new CpuSpan((int)cpu, (long)offset, (long)size));
    }

    /// <summary>
    /// Drops ranges that overlap one of lower offset, so that no byte is read twice and the sum of all ranges stays
    /// below the file's length; drops a CPU named twice in one buffer.
    /// </summary>
    public static void RemoveOverlaps(TraceDatLayout layout)
    {
        List<(BufferLayout Buffer, CpuSpan Span)> all = [];
        foreach (BufferLayout buffer in layout.Buffers)
        {
            HashSet<int> seen = [];
            foreach (CpuSpan span in buffer.Cpus)
            {
                if (seen.Add(span.Cpu)) all.Add((buffer, span));
                else Report(layout, span, "CPU named twice in one buffer");
            }
            buffer.Cpus.Clear();
        }
        int[] order = new int[all.Count];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        // Equal offsets keep the order of the tables.
        Array.Sort(order, (a, b) => all[a].Span.Offset != all[b].Span.Offset
            ? all[a].Span.Offset.CompareTo(all[b].Span.Offset) : a.CompareTo(b));
        long end = 0;
        foreach (int i in order)
        {
            (BufferLayout buffer, CpuSpan span) = all[i];
            if (span.Offset < end)
            {
                Report(layout, span, "CPU data overlaps that of another CPU");
                continue;
            }
            end = span.Offset + span.Size;
            buffer.Cpus.Add(span);
        }
    }

    private static void Report(TraceDatLayout layout, CpuSpan span, string what) =>
        layout.Report.Add(LossSeverity.DataLoss, what, span.Offset, "a range of its own",
            $"{span.Size} bytes for CPU {span.Cpu}");
}
