using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats;
using Replay.Formats.Native;
using Replay.Formats.Tests.Ctf;
using Replay.Formats.Tests.PerfData;
using Replay.Formats.Tests.TraceDat;
using Replay.Formats.Text;

namespace Replay.Bench;

/// <summary>
/// The inputs of all suites: fixed seeds, made when first asked for, so that a dry run of one suite is quick.
/// </summary>
internal static class Workloads
{
    /// <summary>Events of each made workload.</summary>
    public const int EventCount = 1 << 20;

    /// <summary>Records of the made trace.dat.</summary>
    public const int TraceRecords = 1 << 20;

    /// <summary>Events of the text workload; a line is about 50 bytes.</summary>
    public const int TextEvents = 1 << 17;

    /// <summary>Names a capture of one's own for <see cref="FileBench"/>.</summary>
    public const string FileVariable = "IRQREPLAY_BENCH_TRACE";

    private const ulong Seed = 0x1217_2026;

    private static readonly Lazy<MixedInput> MixedLazy = new(() => new MixedInput(EventCount));
    private static readonly Lazy<MixedInput> TextLazy = new(() => new MixedInput(TextEvents));
    private static readonly Lazy<string> NativeLazy = new(() => WriteNative(TemporaryFile(".irqt"), EventCount));
    private static readonly Lazy<string> TextFileLazy = new(WriteText);
    private static readonly Lazy<string> TraceLazy = new(static () => WriteTraceDat(new TraceDatWriter()));
    private static readonly Lazy<string> Version7Lazy = new(static () =>
        WriteTraceDat(new TraceDatWriter { Version = 7 }));
    private static readonly Lazy<string> ZlibLazy = new(static () =>
        WriteTraceDat(new TraceDatWriter { Version = 7, Compression = "zlib" }));
    private static readonly Lazy<string> PerfLazy = new(WritePerfData);
    private static readonly Lazy<string> CtfLazy = new(WriteCtf);
    private static readonly Lazy<string> PackedTraceLazy = new(static () => WriteTraceDat(
        new TraceDatWriter { Version = 7, Compression = "zstd", PackZstd = ZstdPacker.Pack, PagesPerChunk = 10 }));

    public static MixedInput Mixed => MixedLazy.Value;

    public static MixedInput Text => TextLazy.Value;

    /// <summary>Native file of set-up and one pass of the mixed workload.</summary>
    public static string NativeFile => NativeLazy.Value;

    /// <summary>
    /// trace.dat, version 6, uncompressed: 8 CPUs; handlers, and a quarter of records that no line maps.
    /// </summary>
    public static string TraceFile => TraceLazy.Value;

    /// <summary>The same records as perf.data.</summary>
    public static string PerfFile => PerfLazy.Value;

    /// <summary>The same records as an LTTng trace: compact headers, a stream a CPU.</summary>
    public static string CtfFolder => CtfLazy.Value;

    /// <summary>The same records as version 7, compressed by zstd in chunks of ten pages, as trace-cmd does.</summary>
    public static string PackedTraceFile => PackedTraceLazy.Value;

    /// <summary>The same records as version 7, by compression: <c>none</c>, <c>zlib</c>, <c>zstd</c>.</summary>
    public static string TraceFileOf(string compression) => compression switch
    {
        "none" => Version7Lazy.Value,
        "zlib" => ZlibLazy.Value,
        "zstd" => PackedTraceFile,
        _ => throw new ArgumentException($"{compression}: there is none, zlib, zstd", nameof(compression)),
    };

    /// <summary>Text form of the text workload.</summary>
    public static string TextFile => TextFileLazy.Value;

    /// <summary>Root of the repository; benchmark processes run somewhere below it.</summary>
    public static string Root
    {
        get
        {
            for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "IrqReplay.sln"))) return folder;
            }
            throw new InvalidOperationException("Benchmarks run from a build inside the repository.");
        }
    }

    /// <summary>
    /// Real captures: the one that the environment names, else those of the repository, else the made one.
    /// </summary>
    public static IReadOnlyList<string> CaptureFiles()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } own) return [own];
        string traces = Path.Combine(Root, "traces");
        string[] found = Directory.Exists(traces) ? Directory.GetFiles(traces, "*.dat") : [];
        Array.Sort(found, StringComparer.Ordinal);
        return found.Length > 0 ? found : [TraceFile];
    }

    /// <summary>
    /// Writes set-up and then passes of the mixed workload, <paramref name="events"/> rounded up to whole passes.
    /// </summary>
    public static string WriteNative(string path, long events)
    {
        MixedInput mixed = Mixed;
        IrqEvent[] pass = [.. mixed.Pass];
        ulong span = pass[^1].TimeNs - pass[0].TimeNs + 1;
        using NativeWriter writer = NativeWriter.Create(path, mixed.Info);
        writer.Write(mixed.SetUp, mixed.Tables);
        for (long done = 0; done < events; done += EventCount)
        {
            writer.Write(pass, mixed.Tables);
            foreach (ref IrqEvent record in pass.AsSpan()) record.TimeNs += span;
        }
        mixed.Info.EventCount = mixed.Info.RecordCount = writer.EventCount;
        writer.Complete(mixed.Info, mixed.Tables, new ImportReport());
        return path;
    }

    /// <summary>A replayer that has the set-up behind it.</summary>
    public static Replayer<Linux61, NoProbe> Booted(MixedInput input)
    {
        var replayer = new Replayer<Linux61, NoProbe>(input.Tables);
        replayer.Replay(input.SetUp);
        return replayer;
    }

    private static string WriteText()
    {
        string path = TemporaryFile(".irqs");
        using var writer = new EventTextWriter(File.Create(path));
        writer.WriteHeader(Text.Info);
        writer.Write(Text.SetUp, Text.Tables);
        writer.Write(Text.Pass, Text.Tables);
        writer.WriteEnd(Text.Info, new ImportReport());
        return path;
    }

    private static string WriteTraceDat(TraceDatWriter writer)
    {
        const int Cpus = MixedMachine.CpuCount;
        var buffer = new MadeBuffer("", "local");
        var pages = new PageBuilder?[Cpus];
        var times = new ulong[Cpus];
        foreach ((int cpu, ulong timeNs, _, byte[] record) in MadeRecords(writer))
        {
            PageBuilder page = pages[cpu] ??= writer.Page(times[cpu] = timeNs);
            if (page.Room < record.Length + 8)
            {
                buffer.Add(cpu, page);
                page = pages[cpu] = writer.Page(times[cpu] = timeNs);
            }
            page.Data((uint)(timeNs - times[cpu]), record);
            times[cpu] = timeNs;
        }
        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            if (pages[cpu] is { } last) buffer.Add(cpu, last);
        }
        writer.Buffers.Add(buffer);
        string path = TemporaryFile(".dat");
        File.WriteAllBytes(path, writer.Build());
        return path;
    }

    /// <summary>The same records, as perf writes them: what each CPU's buffer holds, in turn.</summary>
    private static string WritePerfData()
    {
        const int TurnRecords = 32768;
        var writer = new PerfDataWriter();
        var pending = new List<(ulong TimeNs, ulong Id, byte[] Record)>[MixedMachine.CpuCount];
        for (int cpu = 0; cpu < pending.Length; cpu++) pending[cpu] = [];
        int count = 0;
        foreach ((int cpu, ulong timeNs, int id, byte[] record) in MadeRecords(writer.Formats))
        {
            ulong sampleId = id == TraceDatWriter.EntryId ? PerfDataWriter.EntryId : PerfDataWriter.ExitId;
            pending[cpu].Add((timeNs, sampleId, record));
            if (++count % TurnRecords == 0) Flush();
        }
        Flush();
        string path = TemporaryFile(".perf.data");
        File.WriteAllBytes(path, writer.BuildFile());
        return path;

        void Flush()
        {
            for (int cpu = 0; cpu < pending.Length; cpu++)
            {
                foreach ((ulong timeNs, ulong id, byte[] record) in pending[cpu])
                    writer.Sample(id, cpu, timeNs, record);
                pending[cpu].Clear();
            }
        }
    }

    private static string WriteCtf()
    {
        const int PacketRecords = 8192;
        var writer = new CtfTraceWriter();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => writer.Dispose();
        var streams = new CtfStreamWriter[MixedMachine.CpuCount];
        var counts = new int[MixedMachine.CpuCount];
        for (int cpu = 0; cpu < streams.Length; cpu++) streams[cpu] = writer.Stream($"channel0_{cpu}", cpu, (ulong)cpu);
        foreach ((int cpu, ulong timeNs, int id, byte[] record) in MadeRecords(new TraceDatWriter()))
        {
            CtfStreamWriter stream = streams[cpu];
            if (counts[cpu]++ % PacketRecords == 0)
                stream.Packet(timeNs, sequence: (ulong)counts[cpu] / PacketRecords);
            const int IrqOffset = 8;
            uint irq = id == TraceDatWriter.NoiseId ? 0 : BitConverter.ToUInt32(record, IrqOffset);
            if (id == TraceDatWriter.NoiseId) stream.Long(timeNs, IrqOffset);
            else if (id == TraceDatWriter.ExitId) stream.Exit(timeNs, irq);
            else stream.Entry(timeNs, irq, $"nic{(irq - 24) / 8}-q{irq % 8}");
        }
        return writer.Write();
    }

    /// <summary>Handlers on all CPUs at random, and a quarter of records that no line maps.</summary>
    private static IEnumerable<(int Cpu, ulong TimeNs, int Id, byte[] Record)> MadeRecords(TraceDatWriter writer)
    {
        const int Cpus = MixedMachine.CpuCount;
        var random = new Random(1217);
        var entries = new byte[MixedMachine.IrqCount][];
        var exits = new byte[MixedMachine.IrqCount][];
        for (int irq = 0; irq < entries.Length; irq++)
        {
            entries[irq] = writer.Entry((uint)irq + 24, $"nic{irq / 8}-q{irq % 8}");
            exits[irq] = writer.Exit((uint)irq + 24);
        }
        byte[] noise = writer.Noise(8);
        var running = new int[Cpus];
        Array.Fill(running, -1);
        ulong timeNs = 1_000_000_000;
        for (int i = 0; i < TraceRecords; i++)
        {
            timeNs += (ulong)random.Next(1, 400);
            int cpu = random.Next(Cpus);
            if (random.Next(4) == 0)
            {
                yield return (cpu, timeNs, TraceDatWriter.NoiseId, noise);
                continue;
            }
            bool enters = running[cpu] < 0;
            int irq = enters ? (random.Next(8) * 8) + cpu : running[cpu];
            running[cpu] = enters ? irq : -1;
            yield return (cpu, timeNs, enters ? TraceDatWriter.EntryId : TraceDatWriter.ExitId, enters
                ? entries[irq] : exits[irq]);
        }
    }

    private static string TemporaryFile(string extension)
    {
        string path = Path.Combine(Path.GetTempPath(), $"irqreplay-bench-{Guid.NewGuid():N}{extension}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        return path;
    }

    /// <summary>Set-up and one pass of the mixed workload, checked: a replay must have no finding.</summary>
    internal sealed class MixedInput
    {
        public MixedInput(int events)
        {
            var machine = new MixedMachine(Tables, Seed);
            SetUp = machine.SetUp();
            Pass = machine.Pass(events);
            Handlers = machine.Handlers(events);
            SystemVectors = machine.SystemVectors(events);
            Moves = machine.Moves(events);
            Check();
        }

        public EventTables Tables { get; } = new();

        public RecordingInfo Info { get; } = new()
        {
            Format = "irqt",
            SourceFormat = "made",
            SourceFile = "mixed workload",
            Clock = "local",
            CpuCount = MixedMachine.CpuCount,
        };

        public IrqEvent[] SetUp { get; }

        public IrqEvent[] Pass { get; }

        public IrqEvent[] Handlers { get; }

        public IrqEvent[] SystemVectors { get; }

        public IrqEvent[] Moves { get; }

        private void Check()
        {
            Replayer<Linux61, NoProbe> replayer = Booted(this);
            replayer.Replay(Pass);
            replayer.Replay(Pass);
            replayer.Replay(Handlers);
            replayer.Replay(SystemVectors);
            replayer.Replay(Moves);
            replayer.Finish();
            if (replayer.Findings.Count > 0)
            {
                throw new InvalidOperationException(
                    $"The mixed workload is wrong: {replayer.Findings.Count} findings, first: "
                    + $"{replayer.Findings.Kept[0].Message}");
            }
            if (replayer.AppliedCount != replayer.EventCount)
                throw new InvalidOperationException("The mixed workload has events that the machine has no rule for.");
        }
    }
}
