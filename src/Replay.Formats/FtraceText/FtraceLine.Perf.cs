using System;

namespace Replay.Formats.FtraceText;

//         swapper     0 [000]    12.272877: irq_vectors:call_function_single_entry: vector=251                perf script
//           iperf 27409/28744 [000] 441995.133575123:          1 irq:irq_handler_entry: irq=24 name=eth0      pid/tid, --ns, period
//   task · thread, or process/thread · CPU · time · (period) · system:name · text

internal ref partial struct FtraceLine
{
    /// <summary>
    /// A line of <c>perf script</c>: no dash between task and number, and the event's system is told. Without a CPU
    /// (<c>perf record</c> of one program) it tells too little.
    /// </summary>
    private static FtraceLineKind ParsePerf(ReadOnlySpan<byte> line, ref FtraceLine parsed)
    {
        // The name of a task may hold brackets: the first place where all columns fit is the one.
        for (int at = 0; at < line.Length; at++)
        {
            int next = line[at..].IndexOf((byte)'[');
            if (next < 0) break;
            at += next;
            if (!EndsWithThread(line[..at])) continue;
            ReadOnlySpan<byte> rest = line[(at + 1)..];
            if (!TakeNumber(ref rest, out ulong cpu) || !rest.StartsWith("]"u8)) continue;
            rest = rest[1..];
            if (!TakeBlanks(ref rest) || !TakeTime(ref rest, out parsed.TimeNs)) continue;
            parsed.Cpu = (uint)Math.Min(cpu, uint.MaxValue);
            parsed.IsPerf = true;
            TakeBlanks(ref rest);
            ReadOnlySpan<byte> behindPeriod = rest;
            if (TakeNumber(ref behindPeriod, out _) && TakeBlanks(ref behindPeriod)) rest = behindPeriod;
            return TakeEvent(rest, ref parsed);
        }
        return FtraceLineKind.Foreign;
    }

    /// <summary><c>swapper     0 </c>, <c>iperf 27409/28744 </c>.</summary>
    private static bool EndsWithThread(ReadOnlySpan<byte> start)
    {
        ReadOnlySpan<byte> text = start.TrimEnd((byte)' ');
        if (text.Length == start.Length) return false;
        int digits = text.Length - 1 - text.LastIndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits == 0) return false;
        text = text[..^digits];
        if (text.EndsWith("/"u8))
        {
            text = text[..^1];
            digits = text.Length - 1 - text.LastIndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits == 0) return false;
            text = text[..^digits];
        }
        return text.EndsWith(" "u8) || text.EndsWith("\t"u8);
    }
}
