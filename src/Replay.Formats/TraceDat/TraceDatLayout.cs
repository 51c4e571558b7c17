using System;
using System.Collections.Generic;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

/// <summary>The ring-buffer data of one CPU of one buffer: a range of the file.</summary>
/// <param name="Cpu">CPU number.</param>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="Size">Bytes in the file, packed where the buffer is.</param>
internal readonly record struct CpuSpan(int Cpu, long Offset, long Size);

/// <summary>One ring buffer: the top one or that of an instance.</summary>
internal sealed class BufferLayout
{
    /// <summary>Instance name; empty for the top buffer.</summary>
    public string Name { get; init; } = "";

    public string Clock { get; set; } = "";

    public int PageSize { get; init; }

    /// <summary>True when each CPU's data is a list of compressed chunks.</summary>
    public bool Compressed { get; init; }

    public List<CpuSpan> Cpus { get; } = [];
}

/// <summary>What the metadata of a trace.dat says, and where everything lies.</summary>
internal sealed class TraceDatLayout
{
    /// <summary>Most CPUs of a buffer: an event's CPU has 16 bits.</summary>
    public const int CpusMax = ushort.MaxValue;

    /// <summary>Most buffers, the top one included.</summary>
    public const int BuffersMax = 1024;

    /// <summary>Most ranges of CPU data: many instances may claim one and the same table.</summary>
    public const int SpansMax = 1 << 18;

    /// <summary>Most options; real files have one a CPU and twenty more.</summary>
    public const int OptionsMax = 1 << 18;

    public TraceDatLayout(InputFile file, ImportReport report)
    {
        File = file;
        Report = report;
        Formats = new FormatIndex(report);
    }

    public InputFile File { get; }

    public ImportReport Report { get; }

    /// <summary>Ranges of CPU data taken so far, of all buffers.</summary>
    public int SpanCount { get; set; }

    /// <summary>Options read so far.</summary>
    public int OptionCount { get; set; }

    /// <summary>6 or 7.</summary>
    public int Version { get; set; }

    public bool BigEndian { get; set; }

    /// <summary>Page size of the file header; a buffer may have its own.</summary>
    public int PageSize { get; set; }

    /// <summary>Null when nothing in the file is compressed.</summary>
    public Decompressor? Decompressor { get; set; }

    public RingBufferSpec? Ring { get; set; }

    public FormatIndex Formats { get; }

    /// <summary>Reads the kallsyms text; called at most once, when a symbol is asked for.</summary>
    public Func<byte[]> FetchKallsyms { get; set; } = static () => [];

    /// <summary>Reads the printk_formats text; called at most once, when a constant text is asked for.</summary>
    public Func<byte[]> FetchPrintk { get; set; } = static () => [];

    public List<BufferLayout> Buffers { get; } = [];

    public TraceDatFacts Facts { get; } = new();
}

/// <summary>What the options of the file tell about the recording.</summary>
internal sealed class TraceDatFacts
{
    /// <summary>CPUs of the recorded machine; 0 when no option and no table said so.</summary>
    public int CpuCount { get; set; }

    /// <summary>Clock of the top buffer; empty when unknown.</summary>
    public string Clock { get; set; } = "";

    /// <summary>True when v6 announced a clock and keeps its text behind the CPU table.</summary>
    public bool ClockFollowsTable { get; set; }

    public string Kernel { get; set; } = "";

    /// <summary>Sum of the options DATE and OFFSET.</summary>
    public long? WallOffsetNs { get; set; }

    public TscScale? Tsc { get; set; }

    public TimeShift? Shift { get; set; }

    /// <summary>Records that per-CPU statistics say were dropped without a mark in the data.</summary>
    public long DroppedCount { get; set; }

    /// <summary>True when the file holds the text of a latency tracer's buffer too.</summary>
    public bool HasTextBuffer { get; set; }
}
