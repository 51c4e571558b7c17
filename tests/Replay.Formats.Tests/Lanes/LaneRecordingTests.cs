using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using Replay.Core.Events;
using Replay.Formats.Lanes;
using Replay.Formats.Tests.TraceDat;
using Replay.Formats.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.Lanes;

/// <summary>
/// A recording that is read by lanes is the recording read straight: the same batches, and with each batch the same
/// names, losses and damage, whatever the number of lanes and however they are scheduled.
/// </summary>
public sealed class LaneRecordingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Traces()
    {
        var data = new TheoryData<string>();
        foreach (string path in FindTraces()) data.Add(path);
        return data;
    }

    public static TheoryData<string?> Captures()
    {
        var data = new TheoryData<string?>();
        foreach (string path in CaptureFolder.TraceDats)
        {
            if (new FileInfo(Path.Combine(CaptureFolder.Root!, path)).Length < 8 << 20) data.Add(path);
        }
        if (CaptureFolder.TraceDats.Count == 0) data.Add((string?)null);
        return data;
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void Lanes_do_not_show_in_a_trace(string path) => Compare(Path.Combine(Root, path), [2, 3, 8], seeds: 2);

    [CaptureTheory]
    [MemberData(nameof(Captures))]
    public void Lanes_do_not_show_in_a_capture(string? path) =>
        Compare(Path.Combine(CaptureFolder.Root!, path!), [2, 3, 8], seeds: 1);

    [Theory]
    [InlineData(6, "none", false)]
    [InlineData(6, "none", true)]
    [InlineData(7, "zlib", false)]
    [InlineData(7, "zstd", true)]
    public void Lanes_do_not_show_in_damaged_files(int version, string compression, bool bigEndian)
    {
        byte[] original = MakeTraceDat(version, compression, bigEndian);
        int seed = (version * 100) + compression[1] + (bigEndian ? 1 : 0);
        var random = new Random(seed);
        for (int i = 0; i < 150; i++)
        {
            byte[] mutant = Damage(original, random, tail: 3);
            CompareOpened(() => OpenBytes(mutant), i % 2 == 0 ? 2 : 4, seed + i, $"seed {seed}, mutant {i}");
        }
    }

    /// <summary>
    /// Clocks that step back, records that become no event in between, equal times on several CPUs, losses:
    /// an event's place among all CPUs then hangs on records that no event tells of. Steps inside a page, which nobody
    /// reports, come from a guest's clock that is corrected by measurements.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lanes_do_not_show_where_clocks_go_back(bool corrected)
    {
        for (int seed = 1; seed <= 120; seed++)
        {
            byte[] file = MakeTimes(new Random(seed), corrected);
            CompareOpened(() => MadeFile.Open(file, new TraceDatOptions { HostTime = corrected }),
                2 + (seed % 2), seed, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData("traces/hazards/irq007-raises.irqs", 150)]
    [InlineData("traces/hazards/irq008-raises.irqs", 50)]
    public void Lanes_do_not_show_in_damaged_text(string path, int mutants)
    {
        byte[] original = File.ReadAllBytes(Path.Combine(Root, path));
        var random = new Random(mutants);
        for (int i = 0; i < mutants; i++)
        {
            byte[] mutant = Damage(original, random, tail: 1);
            CompareOpened(() => OpenBytes(mutant), 2, i, $"{path}, mutant {i}");
        }
    }

    [Fact]
    public void Lanes_do_not_show_in_damaged_native_files()
    {
        byte[] original = NativeOf(Path.Combine(Root, "traces/leak-pre/trace.dat"));
        var random = new Random(7);
        string path = Path.GetTempFileName();
        try
        {
            for (int i = 0; i < 25; i++)
            {
                File.WriteAllBytes(path, Damage(original, random, tail: 1));
                CompareOpened(() => OpenMutant(path), 2, i, $"native mutant {i}");
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(9)]
    public void What_reading_throws_comes_behind_the_batches_before_it(int batches)
    {
        using Recording recording = RecordingLanes.Divide(new Throwing(batches), 2,
            new OddSchedule(batches).Settings(2));
        for (int i = 0; i < batches; i++)
        {
            Assert.True(recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch));
            Assert.Equal((ulong)i, batch[0].TimeNs);
        }
        BadInputException e = Assert.Throws<BadInputException>(() => recording.TryReadBatch(out _));
        Assert.Equal("it is over", e.Message);
    }

    /// <summary>A pipe that nothing comes from any more must not keep a program that has heard enough.</summary>
    [Fact]
    public void A_reader_that_waits_for_a_pipe_is_not_waited_for()
    {
        var inner = new Throwing(3) { Blocks = true };
        Recording recording = RecordingLanes.Divide(inner, 2, new LaneSettings(4, 0, null));
        Assert.True(recording.TryReadBatch(out _));
        var disposing = new Thread(recording.Dispose);
        disposing.Start();
        Assert.True(disposing.Join(Patience));
        Assert.False(inner.IsDisposed);
        inner.Go.Set();
        Assert.True(SpinWait.SpinUntil(() => inner.IsDisposed, Patience));
    }

    [Theory]
    [InlineData("traces/leak-pre/trace.dat", 2)]
    [InlineData("traces/leak-pre/trace.dat", 5)]
    [InlineData("traces/hazards/irq007-raises.irqs", 2)]
    public void Lanes_end_with_a_recording_that_is_closed_early(string path, int lanes)
    {
        int before = LaneThreads();
        for (int seed = 1; seed < 12; seed++)
        {
            using Recording recording = RecordingLanes.Divide(Open(Path.Combine(Root, path)), lanes,
                new OddSchedule(seed).Settings(1));
            for (int i = 0; i < seed % 4 && recording.TryReadBatch(out _); i++)
            {
            }
        }
        Assert.True(SpinWait.SpinUntil(() => LaneThreads() <= before, Patience), "lanes are left");
    }

    [Fact]
    public void A_short_recording_never_sees_a_thread()
    {
        var inner = new Throwing(3);
        using Recording recording = RecordingLanes.Divide(inner, 2);
        while (recording.TryReadBatch(out _))
        {
            if (inner.Given == 3) break;
        }
        Assert.Equal(Environment.CurrentManagedThreadId, inner.ThreadId);
    }

    internal static string Root { get; } = FindRoot();

    internal static Recording Open(string path) =>
        new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);

    private static void Compare(string path, int[] lanes, int seeds)
    {
        List<string> straight;
        using (Recording recording = Open(path)) straight = Reading.Of(recording);
        foreach (int count in lanes)
        {
            using (Recording recording = RecordingLanes.Divide(Open(path), count))
                AssertSame(straight, Reading.Of(recording), $"{count} lanes");
            for (int seed = 1; seed <= seeds; seed++)
            {
                LaneSettings odd = new OddSchedule(seed).Settings(seed % 2 == 0 ? 4 : 1);
                using Recording recording = RecordingLanes.Divide(Open(path), count, odd);
                AssertSame(straight, Reading.Of(recording), $"{count} lanes, seed {seed}");
            }
        }
    }

    private static void CompareOpened(Func<Recording?> open, int lanes, int seed, string what)
    {
        using Recording? recording = open();
        if (recording is null) return;
        List<string> straight = Reading.Of(recording);
        using Recording divided = RecordingLanes.Divide(open()!, lanes,
            new OddSchedule(seed).Settings(seed % 3 == 0 ? 4 : 1));
        AssertSame(straight, Reading.Of(divided), what);
    }

    internal static void AssertSame(List<string> straight, List<string> other, string what)
    {
        for (int i = 0; i < Math.Min(straight.Count, other.Count); i++)
            Assert.True(straight[i] == other[i], $"{what}, batch {i}: straight\n{straight[i]}\nlanes\n{other[i]}");
        Assert.Equal(straight.Count, other.Count);
    }

    /// <summary>Opens bytes; null where they are refused, which is not this test's business.</summary>
    private static Recording? OpenBytes(byte[] bytes)
    {
        try
        {
            return new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(new MemoryStream(bytes), "made");
        }
        catch (BadInputException)
        {
            return null;
        }
    }

    private static Recording? OpenMutant(string path)
    {
        try
        {
            return Open(path);
        }
        catch (BadInputException)
        {
            return null;
        }
    }

    private static int LaneThreads()
    {
        int count = 0;
        foreach (string task in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                if (File.ReadAllText(task + "/comm").StartsWith("irqreplay", StringComparison.Ordinal)) count++;
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }
        return count;
    }

    internal static byte[] NativeOf(string path)
    {
        string native = Path.GetTempFileName();
        try
        {
            using Recording recording = Open(path);
            using (EventSink sink = ExporterTable.Rows[0].Create(native, recording.Info))
            {
                while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) sink.Write(batch, recording.Tables);
                sink.Complete(recording.Info, recording.Tables, recording.Report);
            }
            return File.ReadAllBytes(native);
        }
        finally
        {
            File.Delete(native);
        }
    }

    internal static byte[] MakeTraceDat(int version, string compression, bool bigEndian)
    {
        var writer =
            new TraceDatWriter { Version = version, Compression = compression, BigEndian = bigEndian, PageSize = 256 };
        foreach (string name in new[] { "", "second" })
        {
            var buffer = new MadeBuffer(name, "mono");
            for (uint i = 0; i < 24; i++)
            {
                buffer.Add((int)(i % 3), writer.Page(i * 100).Lost(i & 3).Data(1, writer.Entry(i, "disk" + (i % 5)))
                    .Extend(1UL << 30).Data(2, writer.Exit(i)).Discarded(1, 8).Data(1, writer.Noise(120)));
            }
            writer.Buffers.Add(buffer);
        }
        return writer.Build();
    }

    internal static byte[] MakeTimes(Random random, bool corrected)
    {
        const int Cpus = 3, Samples = 40;
        var writer = new TraceDatWriter { Version = 7, PageSize = 256 };
        OrderedBytes shift = writer.New().U64(7).U32(0).U32(Cpus);
        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            shift = shift.U32(Samples);
            for (int i = 0; i < Samples; i++) shift = shift.U64((ulong)i * 60);
            for (int i = 0; i < Samples; i++) shift = shift.U64((ulong)random.Next(1000, 1100));
            for (int i = 0; i < Samples; i++) shift = shift.U64(1);
        }
        if (corrected) writer.Options.Add((12, shift.ToArray()));
        var buffer = new MadeBuffer("", "mono");
        for (int i = 0; i < 60; i++)
        {
            PageBuilder page = writer.Page((ulong)(corrected ? i * 40 : (i * 10) + random.Next(60)));
            if (random.Next(12) == 0) page = page.Lost((uint)random.Next(3));
            for (int records = random.Next(1, 5); records > 0; records--)
            {
                page = random.Next(3) switch
                {
                    0 => page.Data((uint)random.Next(9), writer.Entry((uint)random.Next(40), "disk" + random.Next(9))),
                    1 => page.Data((uint)random.Next(9), writer.Exit((uint)random.Next(40))),
                    _ => page.Data((uint)random.Next(9), writer.Noise(8)),
                };
            }
            buffer.Add(random.Next(Cpus), page);
        }
        writer.Buffers.Add(buffer);
        return writer.Build();
    }

    internal static byte[] Damage(byte[] original, Random random, int tail)
    {
        byte[] bytes = [.. original];
        for (int changes = random.Next(1, 8); changes > 0; changes--)
        {
            // Most changes hit the data, which is at the end.
            int at = random.Next(random.Next(2) * (bytes.Length / (tail + 1)) * tail, bytes.Length);
            if (random.Next(3) == 0) bytes[at] = 0xFF;
            else bytes[at] ^= (byte)(1 << random.Next(8));
        }
        return random.Next(6) == 0 ? bytes[..random.Next(bytes.Length * 3 / 4, bytes.Length)] : bytes;
    }

    private static List<string> FindTraces()
    {
        List<string> files = [];
        foreach (string pattern in new[] { "*.irqs", "*.dat" })
        {
            foreach (string path in Directory.EnumerateFiles(Path.Combine(Root, "traces"), pattern,
                SearchOption.AllDirectories))
                files.Add(Path.GetRelativePath(Root, path));
        }
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "IrqReplay.sln"))) at = at.Parent;
        return at?.FullName ?? throw new DirectoryNotFoundException("the repository's root is above the tests");
    }

    /// <summary>Gives some batches and then throws, or waits.</summary>
    private sealed class Throwing(int batches) : Recording
    {
        private readonly IrqEvent[] _one = new IrqEvent[1];

        public bool Blocks { get; init; }

        public ManualResetEventSlim Go { get; } = new();

        public int Given { get; private set; }

        public int ThreadId { get; private set; }

        public bool IsDisposed { get; private set; }

        public override double Progress => 0;

        public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
        {
            ThreadId = Environment.CurrentManagedThreadId;
            if (Given == batches)
            {
                if (Blocks) Go.Wait();
                throw new BadInputException("it is over");
            }
            _one[0].TimeNs = (ulong)Given++;
            events = _one;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
