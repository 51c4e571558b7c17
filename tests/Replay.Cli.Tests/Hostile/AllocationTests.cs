using System;
using System.IO;
using Replay.Cli.Tests.Captures;
using Replay.Cli.Tests.WhatIf;
using Replay.Core.Events;
using Replay.Core.Latency;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats;
using Replay.Formats.KernelLog;
using Replay.Formats.Machines;
using Replay.Formats.Tests;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Cli.Tests.Hostile;

/// <summary>
/// Reading, on every route, and all that is done with events allocate nothing once names, formats, tables and code are
/// there. The recording is made: the same few kinds of record all along, so that its later half meets nothing for
/// the first time. Whole runs, of which the later half counts, up to the last batch but one: facts of the whole
/// recording are made with the last batch.
/// </summary>
[Collection("alone")]
public sealed class AllocationTests : IDisposable
{
    private const int Pages = 4000;
    private const int RecordsPerPage = 48;
    private const int Events = Pages * RecordsPerPage;

    private readonly string _folder = Directory.CreateTempSubdirectory("irqreplay-alloc-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("v6", false)]
    [InlineData("v6", true)]
    [InlineData("v7 none", false)]
    [InlineData("v7 none", true)]
    [InlineData("v7 zlib", false)]
    [InlineData("v7 zlib", true)]
    [InlineData("v7 zstd", false)]
    [InlineData("v7 zstd", true)]
    [InlineData("native", false)]
    [InlineData("native", true)]
    [InlineData("text", false)]
    [InlineData("text", true)]
    public void Reading_and_replaying_allocates_nothing(string route, bool isPiped)
    {
        string path = Make(route);
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            using Recording recording = Open(path, isPiped);
            var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
            return Measure(recording, replayer.Replay);
        }));
    }

    /// <summary>One machine of a file of several.</summary>
    [Fact]
    public void A_machine_of_several_is_read_and_replayed_without_allocation()
    {
        string path = Path.Combine(_folder, "all.irqt");
        string raw = Make("v6");
        Assert.Equal(0, Program.Run(["convert", "a=" + raw, "b=" + raw, "-o", path],
            new CliHost { Out = Stream.Null, Error = TextWriter.Null, OpenIn = static () => Stream.Null }));
        MachineDirectory machines = MachineDirectory.Read(path)!;
        Assert.Equal(["a", "b"], machines.Names);
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            using Recording recording = machines.Open(1);
            var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
            return Measure(recording, replayer.Replay);
        }));
    }

    [Fact]
    public void Merging_the_kernel_log_allocates_nothing()
    {
        const int Lines = 1000;
        string path = Make("native");
        var text = new StringWriter();
        for (int i = 0; i < Lines; i++) text.WriteLine($"[    0.{i * 4:D6}] a line of the kernel's log, number {i}");
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            KernelLog log = KernelLog.Read(new StringReader(text.ToString()), "log");
            using var recording = new LogMergedRecording(Open(path, isPiped: false), log, new ClockTie());
            var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
            return Measure(recording, replayer.Replay, Events + Lines);
        }));
    }

    [Theory]
    [InlineData("v7 zstd")]
    [InlineData("native")]
    public void Verifying_allocates_nothing(string route)
    {
        string path = Make(route);
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            using Recording recording = Open(path, isPiped: false);
            var verifier = new Verifier<Linux61>(recording.Tables);
            return Measure(recording, verifier.Verify);
        }));
    }

    /// <summary>What is no arrival: moves with all that belongs to them, masks, entries, invalidations.</summary>
    [Fact]
    public void Moves_masks_and_messages_allocate_nothing()
    {
        var trace = new TraceText(cpus: 2);
        trace.Line(0, $"ir_alloc irq=40 count=1").Allocate(40).Request(40, 0, 33).Arrive(40, 0);
        for (int i = 0; i < 1000; i++)
        {
            int from = i & 1, to = 1 - from;
            trace.Line(0, $"irq_set_affinity irq=40 mask=0x{1 << to:x} force=0")
                .Move(0, 40, from, 33, to, 33, 1UL << to)
                .Line(from, $"irte_write index=5 sub=0 lo=0x{(1UL << to << 32) | 0x21000d:x} hi=0x40018")
                .Line(from, $"qi_submit iommu=dmar0 qw0=0x500000014 qw1=0x0 qw2=0x0 qw3=0x0")
                .Line(from, $"msi_mask irq=40 hwirq=0x0 chip=IR-PCI-MSI")
                .Line(from, $"msi_unmask irq=40 hwirq=0x0 chip=IR-PCI-MSI")
                .Arrive(40, to).CleanUp(40, from, 33, to, 33).Arrive(40, to);
        }
        string path = Path.Combine(_folder, "moves.irqs");
        File.WriteAllText(path, trace.ToString());
        TraceReplay read = TraceReplay.Read(path);
        int middle = read.EventStart(read.Events.Length / 2);
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            var replayer = new Replayer<Linux61, NoProbe>(read.Tables);
            var verifier = new Verifier<Linux61>(read.Tables);
            replayer.Replay(read.Events.AsSpan(..middle));
            verifier.Verify(read.Events.AsSpan(..middle));
            long before = GC.GetAllocatedBytesForCurrentThread();
            replayer.Replay(read.Events.AsSpan(middle..));
            verifier.Verify(read.Events.AsSpan(middle..));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(0, replayer.Findings.Count);
            return allocated;
        }));
    }

    [Theory]
    [InlineData("v7 zstd")]
    [InlineData("native")]
    public void Measuring_the_recorded_machine_allocates_nothing(string route)
    {
        string path = Make(route);
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            using Recording recording = Open(path, isPiped: false);
            var recorder = new LatencyRecorder(recording.Tables);
            return Measure(recording, recorder.Observe);
        }));
    }

    [Theory]
    [InlineData("v6", ".irqt")]
    [InlineData("v6", ".irqs")]
    [InlineData("native", ".irqs")]
    [InlineData("text", ".irqt")]
    public void Converting_allocates_nothing(string route, string extension)
    {
        string path = Make(route), output = Path.Combine(_folder, "out" + extension);
        Exporter exporter = Array.Find([.. FormatCatalog.BuiltIn.Exporters], one => one.Extension == extension)!;
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            using Recording recording = Open(path, isPiped: false);
            using EventSink sink = exporter.Create(output, recording.Info);
            return Measure(recording, batch => sink.Write(batch, recording.Tables));
        }));
    }

    private static long Measure(Recording recording, Action<ReadOnlySpan<IrqEvent>> use, int expected = Events)
    {
        long start = -1, last = 0, allocated = 0, events = 0;
        int batches = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            use(batch);
            events += EventCounter.Count(batch);
            allocated = last;
            if (start >= 0)
            {
                batches++;
                last = GC.GetAllocatedBytesForCurrentThread() - start;
            }
            else if (events > Events / 2)
            {
                start = GC.GetAllocatedBytesForCurrentThread();
            }
        }
        Assert.True(batches > 2, $"{batches} batches in the later half");
        Assert.Equal(expected, events);
        return allocated;
    }

    private static Recording Open(string path, bool isPiped)
    {
        if (!isPiped) return TraceReplay.Open(path);
        var opener = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions());
        return opener.Open(new PipeLike(File.OpenRead(path)), "pipe");
    }

    private string Make(string route)
    {
        string raw = Path.Combine(_folder, "a.dat"), native = Path.Combine(_folder, "a.irqt"),
            text = Path.Combine(_folder, "a.irqs");
        string[] words = route.Split(' ');
        File.WriteAllBytes(raw, Make(words[0] == "v7" ? 7 : 6, words.Length > 1 ? words[1] : "none"));
        if (route is not ("native" or "text")) return raw;
        RouteComparison.Convert(raw, native);
        if (route == "native") return native;
        RouteComparison.Convert(native, text);
        return text;
    }

    private static byte[] Make(int version, string compression)
    {
        var writer = new TraceDatWriter { Version = version, Compression = compression };
        var buffer = new MadeBuffer("", "mono");
        for (uint page = 0; page < Pages; page++)
        {
            PageBuilder builder = writer.Page(page * 1000);
            for (uint i = 0; i < RecordsPerPage / 2; i++)
                builder.Data(1, writer.Entry(i & 7, "disk")).Data(2, writer.Exit(i & 7));
            buffer.Add((int)(page & 1), builder);
        }
        writer.Buffers.Add(buffer);
        return writer.Build();
    }

    /// <summary>Bytes that come in small pieces and only once.</summary>
    private sealed class PipeLike(Stream source) : Stream
    {
        private const int PieceMax = 65_536;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) =>
            source.Read(buffer, offset, Math.Min(count, PieceMax));

        public override int Read(Span<byte> buffer) => source.Read(buffer[..Math.Min(buffer.Length, PieceMax)]);

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) source.Dispose();
            base.Dispose(disposing);
        }
    }
}
