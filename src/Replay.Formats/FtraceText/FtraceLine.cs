using System;
using System.Buffers;

namespace Replay.Formats.FtraceText;

//           <idle>-0     (-----) [001] d.h1.  1464.179964: irq_handler_entry: irq=24 name=nvme0q1     trace, trace_pipe
//           <idle>-0     [001]  1464.179996640: irq_handler_entry:    irq=24 name=nvme0q1            trace-cmd report
//           bash-1181    0d.h2.  1464.179964: irq_handler_entry: …      bash-1181  3d.h1.  87us+: …    latency format
//   task, - and pid · (thread group) · CPU · flags · time · name · text

/// <summary>What a line is.</summary>
internal enum FtraceLineKind : byte
{
    /// <summary>No record and no line that ftrace prints between records.</summary>
    Foreign,

    /// <summary>A heading, a stack, an empty line: belongs to the format and tells nothing here.</summary>
    Ignored,

    /// <summary>A record.</summary>
    Record,

    /// <summary>Starts as a record does and does not go on as one.</summary>
    Broken,

    /// <summary>Records of one CPU were lost before the line that follows.</summary>
    Loss,
}

/// <summary>
/// One line of ftrace's text, cut into its columns. Which columns there are is told by each line itself.
/// </summary>
internal ref partial struct FtraceLine // mutable struct: never readonly
{
    /// <summary>
    /// Fewest and most flags: <c>irqs-off need-resched hardirq/softirq preempt-depth</c>, and what RT adds.
    /// </summary>
    private const int FlagsMin = 4, FlagsMax = 8;

    /// <summary>Width to which trace-cmd fills the name.</summary>
    private const int NameWidth = 20;

    private static readonly SearchValues<byte> ThreadGroupBytes = SearchValues.Create(" -0123456789"u8);

    public uint Cpu;
    public ulong TimeNs;

    /// <summary>Records lost, 0 when the line does not say how many.</summary>
    public ulong LossCount;

    /// <summary>Name of the event; empty for a stack or a function.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary>What stands behind the name.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>True for the columns of <c>perf script</c>.</summary>
    public bool IsPerf;

    /// <summary>Cuts a line, without its end.</summary>
    public static FtraceLineKind Parse(ReadOnlySpan<byte> line, out FtraceLine parsed)
    {
        parsed = default;
        ReadOnlySpan<byte> start = line.TrimStart(" \t"u8);
        if (start.IsEmpty || start[0] == (byte)'#' || start.StartsWith("=> "u8)) return FtraceLineKind.Ignored;
        if (start.StartsWith("CPU"u8)) return ParseLoss(start, ref parsed);
        if (start.StartsWith("cpus="u8) || start.StartsWith("version ="u8)) return FtraceLineKind.Ignored;
        bool broken = false;
        // A task's name may hold anything, '-' and '[' included: the first place where all columns fit is the one.
        for (int dash = 0; dash < line.Length; dash++)
        {
            int next = line[dash..].IndexOf((byte)'-');
            if (next < 0) break;
            dash += next;
            ReadOnlySpan<byte> rest = line[(dash + 1)..];
            if (!TakeNumber(ref rest, out _) || !TakeBlanks(ref rest)) continue;
            if (!TakeThreadGroup(ref rest) || !TakeCpu(ref rest, out parsed.Cpu)) continue;
            broken = true;
            if (TakeTime(ref rest, out parsed.TimeNs)) return TakeEvent(rest, ref parsed);
        }
        return broken ? FtraceLineKind.Broken : ParsePerf(line, ref parsed);
    }

    // CPU:3 [LOST 120 EVENTS]      CPU:3 [120 EVENTS DROPPED]      CPU:3 [EVENTS DROPPED]      CPU 3 is empty
    private static FtraceLineKind ParseLoss(ReadOnlySpan<byte> line, ref FtraceLine parsed)
    {
        ReadOnlySpan<byte> rest = line["CPU"u8.Length..];
        if (rest.StartsWith(" "u8))
            return rest.EndsWith(" is empty"u8) ? FtraceLineKind.Ignored : FtraceLineKind.Foreign;
        if (!rest.StartsWith(":"u8)) return FtraceLineKind.Foreign;
        rest = rest[1..];
        if (!TakeNumber(ref rest, out ulong cpu) || !TakeBlanks(ref rest)) return FtraceLineKind.Foreign;
        if (!rest.StartsWith("["u8) || rest.IndexOf("EVENTS"u8) < 0) return FtraceLineKind.Foreign;
        rest = rest[1..];
        if (rest.StartsWith("LOST "u8)) rest = rest["LOST "u8.Length..];
        else if (rest.IndexOf("DROPPED"u8) < 0) return FtraceLineKind.Foreign;
        if (!TakeNumber(ref rest, out parsed.LossCount)) parsed.LossCount = 0;
        parsed.Cpu = (uint)Math.Min(cpu, uint.MaxValue);
        return FtraceLineKind.Loss;
    }

    /// <summary>The column <c>(  1234)</c> or <c>(-----)</c>, where it is there.</summary>
    private static bool TakeThreadGroup(ref ReadOnlySpan<byte> rest)
    {
        if (!rest.StartsWith("("u8)) return true;
        int close = rest.IndexOf((byte)')');
        if (close < 0 || rest[1..close].IndexOfAnyExcept(ThreadGroupBytes) >= 0) return false;
        rest = rest[(close + 1)..];
        TakeBlanks(ref rest);
        return true;
    }

    /// <summary><c>[001]</c> and the flags behind it, or the CPU glued to its flags.</summary>
    private static bool TakeCpu(ref ReadOnlySpan<byte> rest, out uint cpu)
    {
        cpu = 0;
        bool bracket = rest.StartsWith("["u8);
        ReadOnlySpan<byte> at = bracket ? rest[1..] : rest;
        if (!TakeNumber(ref at, out ulong number)) return false;
        cpu = (uint)Math.Min(number, uint.MaxValue);
        if (!bracket)
        {
            if (!TakeFlags(ref at)) return false;
            rest = at;
            return true;
        }
        if (!at.StartsWith("]"u8)) return false;
        rest = at[1..];
        if (!TakeBlanks(ref rest)) return rest.IsEmpty;
        ReadOnlySpan<byte> afterFlags = rest;
        if (TakeFlags(ref afterFlags)) rest = afterFlags;
        return true;
    }

    private static bool TakeFlags(ref ReadOnlySpan<byte> rest)
    {
        int length = rest.IndexOfAny(" \t"u8);
        if (length is < FlagsMin or > FlagsMax) return false;
        foreach (byte flag in rest[..length])
        {
            if (flag != (byte)'.' && flag != (byte)'#' && !char.IsAsciiLetterOrDigit((char)flag)) return false;
        }
        rest = rest[length..];
        return TakeBlanks(ref rest);
    }

    /// <summary><c>1464.179964:</c>, <c>1464179964:</c> or <c>87us+:</c>.</summary>
    private static bool TakeTime(ref ReadOnlySpan<byte> rest, out ulong timeNs)
    {
        timeNs = 0;
        if (!TakeNumber(ref rest, out ulong whole)) return false;
        ulong unit = 1;
        ulong fraction = 0;
        if (rest.StartsWith("."u8))
        {
            rest = rest[1..];
            int digits = 0;
            while (digits < rest.Length && char.IsAsciiDigit((char)rest[digits])) digits++;
            if (digits is 0 or > 18) return false;
            for (int i = 0; i < 9; i++) fraction = (fraction * 10) + (i < digits ? rest[i] - (ulong)'0' : 0);
            rest = rest[digits..];
            unit = 1_000_000_000;
        }
        if (rest.StartsWith("us"u8))
        {
            rest = rest[2..];
            fraction = unit == 1 ? 0 : fraction / 1_000_000;
            unit = 1000;
        }
        if (!rest.IsEmpty && "+!#*@$ "u8.Contains(rest[0])) rest = rest[1..];
        if (!rest.StartsWith(":"u8) || whole > (ulong.MaxValue - fraction) / unit) return false;
        rest = rest[1..];
        timeNs = (whole * unit) + fraction;
        return true;
    }

    private static FtraceLineKind TakeEvent(ReadOnlySpan<byte> rest, ref FtraceLine parsed)
    {
        if (rest.StartsWith(" "u8)) rest = rest[1..];
        if (rest.StartsWith("<"u8)) return FtraceLineKind.Ignored; // <stack trace>, <user stack trace>
        int end = rest.IndexOf(": "u8);
        if (end < 0 && rest.TrimEnd(" \t"u8).EndsWith(":"u8)) end = rest.LastIndexOf((byte)':');
        ReadOnlySpan<byte> name = end < 0 ? rest : rest[..end];
        if (end <= 0 || name.IndexOfAny(" \t"u8) >= 0)
        {
            // The function tracer prints "function <-caller" and no name.
            parsed.Name = rest.IndexOf(" <-"u8) >= 0 ? "function"u8 : default;
            return parsed.Name.IsEmpty ? FtraceLineKind.Broken : FtraceLineKind.Record;
        }
        parsed.Name = name;
        rest = rest[(end + 1)..];
        int blanks = rest.IndexOfAnyExcept((byte)' ');
        if (blanks < 0) blanks = rest.Length;
        int padded = 1 + Math.Max(0, NameWidth - name.Length);
        parsed.Text = rest[Math.Min(blanks, blanks >= padded ? padded : 1)..];
        return FtraceLineKind.Record;
    }

    private static bool TakeBlanks(ref ReadOnlySpan<byte> rest)
    {
        int length = rest.IndexOfAnyExcept(" \t"u8);
        if (length < 0) length = rest.Length;
        rest = rest[length..];
        return length > 0;
    }

    /// <summary>Digits; false when there is none, or more than 64 bits hold.</summary>
    private static bool TakeNumber(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        int length = 0;
        while (length < rest.Length && char.IsAsciiDigit((char)rest[length]))
        {
            if (length == 19) return false;
            value = (value * 10) + (rest[length++] - (ulong)'0');
        }
        rest = rest[length..];
        return length > 0;
    }
}
