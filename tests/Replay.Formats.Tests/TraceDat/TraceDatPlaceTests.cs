using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Checkpoints;
using Replay.Formats.Lanes;
using Replay.Formats.Sidecar;
using Replay.Formats.Tests.Lanes;
using Replay.Formats.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>
/// Save the place between two batches, go there in a recording just opened, read on: nothing shows that it was not read
/// straight, whoever saved it and however many lanes read on.
/// </summary>
public sealed class TraceDatPlaceTests
{
    public static TheoryData<string?> Captures() => CaptureTests.Captures();

    [Fact]
    public void Every_border_of_a_trace_can_be_gone_to()
    {
        foreach (string path in Directory.EnumerateFiles(Path.Combine(LaneRecordingTests.Root, "traces"), "*.dat",
            SearchOption.AllDirectories))
            Check(() => Open(path, 3001), path, borders: 8);
    }

    [CaptureTheory]
    [MemberData(nameof(Captures))]
    public void Borders_of_a_capture_can_be_gone_to(string? path)
    {
        string full = Path.Combine(CaptureFolder.Root!, path!);
        // Odd, and so few borders that big ones do not take a minute.
        int batch = new FileInfo(full).Length > 8 << 20 ? 30_011 : 4099;
        Check(() => Open(full, batch), path!, borders: 2);
    }

    [Theory]
    [InlineData(6, "none", false)]
    [InlineData(6, "none", true)]
    [InlineData(7, "none", false)]
    [InlineData(7, "zlib", false)]
    [InlineData(7, "zstd", true)]
    public void Every_border_of_a_damaged_file_can_be_gone_to(int version, string compression, bool bigEndian)
    {
        byte[] original = LaneRecordingTests.MakeTraceDat(version, compression, bigEndian);
        var random = new Random(version + compression[1]);
        for (int i = 0; i < 20; i++)
        {
            byte[] mutant = i == 0 ? original : LaneRecordingTests.Damage(original, random, tail: 3);
            CheckMade(mutant, new TraceDatOptions(), 1 + (i * 7 % 11), $"mutant {i}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_border_can_be_gone_to_where_clocks_go_back(bool corrected)
    {
        for (int seed = 1; seed <= 16; seed++)
        {
            byte[] file = LaneRecordingTests.MakeTimes(new Random(seed), corrected);
            CheckMade(file, new TraceDatOptions { HostTime = corrected }, 1 + (seed % 9), $"seed {seed}");
        }
    }

    /// <summary>
    /// Names from addresses, formats that fit no line, ignored ones, markers, and symbols that cannot be read.
    /// </summary>
    [Fact]
    public void Formats_and_symbols_are_those_of_a_straight_reading()
    {
        var writer = new TraceDatWriter
        {
            Version = 7,
            Compression = "zstd",
            PageSize = 512,
            Kallsyms = "ffffffff81000000 T made_function\n",
        };
        const string Function = "\tfield:void * function;\toffset:8;\tsize:8;\tsigned:0;\n";
        writer.Events.Add(("timer", "hrtimer_made", 300, Function));
        writer.Events.Add(("irq_vectors", "vector_alloc", 301, Function));
        writer.Events.Add(("workqueue", "cpuhp_made", 302, Function));
        var buffer = new MadeBuffer("", "mono");
        for (uint i = 0; i < 60; i++)
        {
            buffer.Add((int)(i % 3), writer.Page(i * 50).Data(1, writer.Entry(i % 7, "name" + (i % 13)))
                .Data(1, writer.Record(300 + (int)(i % 3)).U64(0xffffffff81000000 + i).ToArray())
                .Data(1, writer.Print(i % 4 == 0 ? "irqreplay mark text=x"
                    : i % 4 == 1 ? "irqreplay nonsense" : "hello " + i))
                .Data(1, writer.Noise(8, 900 + (int)(i / 10))));
        }
        writer.Buffers.Add(buffer);
        CheckMade(writer.Build(), new TraceDatOptions { IgnorePatterns = ["unknown:event-903"] }, 5, "formats");
    }

    /// <summary>
    /// Bytes under a right checksum may still lie: they are refused, or read from, and nothing crashes or hangs.
    /// </summary>
    [Theory]
    [InlineData("none")]
    [InlineData("zstd")]
    public void A_place_that_lies_is_refused_or_read_from(string compression)
    {
        byte[] file = LaneRecordingTests.MakeTraceDat(7, compression, false);
        List<byte[]> places = [];
        using (TraceDatRecording recording = OpenMade(file, new TraceDatOptions(), 20))
            Reading.Of(recording, () => places.Add(StateCodec.Save(recording.Transfer)));
        var random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] lie = [.. places[random.Next(places.Count)]];
            for (int n = random.Next(1, 4); n > 0; n--) lie[random.Next(lie.Length)] = (byte)random.Next(256);
            long before = GC.GetAllocatedBytesForCurrentThread();
            using TraceDatRecording resumed = OpenMade(file, new TraceDatOptions(), 20);
            try
            {
                StateCodec.Load(lie, resumed.Transfer);
                Assert.InRange(Reading.Of(resumed).Count, 1, 10_000);
            }
            catch (CheckpointException)
            {
                refused++;
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
        }
        Assert.InRange(refused, 500, 1999);
    }

    [Fact]
    public void A_place_of_another_file_is_refused()
    {
        byte[] one = LaneRecordingTests.MakeTraceDat(7, "zstd", false),
            other = LaneRecordingTests.MakeTimes(new Random(1), false);
        byte[] place;
        using (TraceDatRecording recording = OpenMade(one, new TraceDatOptions(), 20))
        {
            recording.TryReadBatch(out _);
            place = StateCodec.Save(recording.Transfer);
        }
        using TraceDatRecording fresh = OpenMade(other, new TraceDatOptions(), 20);
        Assert.Throws<CheckpointException>(() => StateCodec.Load(place, fresh.Transfer));
    }

    /// <summary>
    /// What becomes no event is read all the same: the work of all batches is the size of the data, of which a third is
    /// expected to become events.
    /// </summary>
    [Fact]
    public void The_work_of_a_batch_is_what_was_read_for_it()
    {
        using TraceDatRecording recording = Open(
            Path.Combine(LaneRecordingTests.Root, "traces", "leak-pre", "trace.dat"), 8192);
        long expected = recording.EventsExpected, work = 0;
        while (recording.TryReadBatch(out _)) work += recording.LastBatch.Work;
        Assert.InRange(work, (expected * 3) - 8, (expected * 3) + 8); // Alignment behind packed data counts too.
        Assert.InRange(work, recording.Info.RecordCount / 4, recording.Info.RecordCount * 4);
    }

    [Fact]
    public void Lanes_that_have_read_on_save_no_place()
    {
        using TraceDatRecording recording = Open(
            Path.Combine(LaneRecordingTests.Root, "traces", "leak-pre", "trace.dat"), 8192);
        Assert.True(recording.TryUseLanes(2, new LaneSettings(4, 0, null)));
        Assert.True(recording.TryReadBatch(out _));
        Assert.Throws<InvalidOperationException>(() => StateCodec.Save(recording.Transfer));
    }

    private static TraceDatRecording Open(string path, int recordsPerBatch)
    {
        var recording = TraceDatRecording.Open(path, new TraceDatOptions());
        recording.RecordsPerBatch = recordsPerBatch;
        return recording;
    }

    private static TraceDatRecording OpenMade(byte[] file, TraceDatOptions options, int recordsPerBatch)
    {
        TraceDatRecording recording = MadeFile.Open(file, options);
        recording.RecordsPerBatch = recordsPerBatch;
        return recording;
    }

    private static void CheckMade(byte[] file, TraceDatOptions options, int recordsPerBatch, string what)
    {
        try
        {
            using TraceDatRecording recording = MadeFile.Open(file, options);
        }
        catch (BadInputException)
        {
            return; // Not this test's business.
        }
        Check(() => OpenMade(file, options, recordsPerBatch), what, borders: 12);
    }

    private static void Check(Func<Recording> open, string what, int borders)
    {
        List<byte[]> places = [];
        List<BatchFacts> facts = [];
        List<string> straight;
        using (Recording recording = open())
        {
            recording.NotePlaces();
            straight = Reading.Of(recording, () => Note(recording, places, facts));
        }

        // A lane that reads ahead notes the same places.
        List<byte[]> ahead = [];
        List<BatchFacts> factsAhead = [];
        using (Recording recording = RecordingLanes.Divide(open(), 2, new OddSchedule(what.Length).Settings(2)))
        {
            recording.NotePlaces();
            Reading.Of(recording, () => Note(recording, ahead, factsAhead));
        }
        Assert.Equal(places.Count, ahead.Count);
        Assert.Equal(facts, factsAhead);
        for (int i = 0; i < places.Count; i++) AssertSame(places[i], ahead[i], $"{what}, noted by a lane: batch {i}");

        int step = Math.Max(1, places.Count / borders);
        for (int i = (places.Count - 1) % step; i < places.Count; i += step)
        {
            List<string> rest = straight[(i + 1)..];
            using Recording resumed = open();
            resumed.NotePlaces();
            StateCodec.Load(places[i], resumed.Transfer);
            AssertSame(places[i], StateCodec.Save(resumed.Transfer), $"{what}, gone to: batch {i}");
            Assert.True(resumed.IsUndamagedBefore(), $"{what}: batch {i}, changed before");
            List<byte[]> after = [];
            List<string> reading = Reading.Of(resumed, () => after.Add(StateCodec.Save(resumed.Transfer)));
            LaneRecordingTests.AssertSame(rest, reading, $"{what}, resumed after batch {i}");
            for (int n = 0; n < after.Count; n++)
                AssertSame(places[i + 1 + n], after[n], $"{what}, resumed after batch {i}: batch {i + 1 + n}");

            using Recording divided = RecordingLanes.Divide(open(), 2 + (i % 2), new OddSchedule(i).Settings(2));
            StateCodec.Load(places[i], divided.Transfer);
            LaneRecordingTests.AssertSame(rest, Reading.Of(divided), $"{what}, resumed by lanes after batch {i}");
        }
    }

    private static void AssertSame(byte[] expected, byte[] place, string what) =>
        Assert.True(expected.AsSpan().SequenceEqual(place), what + ", another place");

    private static void Note(Recording recording, List<byte[]> places, List<BatchFacts> facts)
    {
        places.Add(StateCodec.Save(recording.Transfer));
        facts.Add(recording.LastBatch);
    }
}
