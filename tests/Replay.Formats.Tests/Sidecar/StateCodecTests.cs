using System;
using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.State;
using Replay.Formats.Sidecar;
using Xunit;

namespace Replay.Formats.Tests.Sidecar;

/// <summary>Values to bytes and back: runs, repeated rows, limits.</summary>
public sealed class StateCodecTests
{
    [Fact]
    public void Values_of_every_type_come_back()
    {
        var saved = new Part
        {
            Long = long.MinValue,
            Unsigned = ulong.MaxValue,
            Small = 255,
            Flag = true,
            Maybe = null,
            Text = null,
            Bits = { [7] = true, [255] = true },
        };
        var loaded = new Part();
        StateCodec.Load(StateCodec.Save(saved.Transfer), loaded.Transfer);
        Assert.Equal(saved.ToString(), loaded.ToString());
        for (int word = 0; word < 4; word++) Assert.Equal(saved.Bits.Word(word), loaded.Bits.Word(word));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1 1 1 1")]
    [InlineData("1 2 3")]
    [InlineData("1 1 2 2 2 3 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")]
    [InlineData("-1 -1 0 4000000000 4000000000 -9000000000")]
    public void Rows_and_numbers_come_back_and_repetition_costs_little(string text)
    {
        long[] numbers = Array.ConvertAll(text.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            static part => long.Parse(part, null));
        var saved = new Table { Rows = numbers, Numbers = (long[])numbers.Clone() };
        var loaded = new Table();
        byte[] bytes = StateCodec.Save(saved.Transfer);
        StateCodec.Load(bytes, loaded.Transfer);
        Assert.Equal(numbers, loaded.Rows);
        Assert.Equal(numbers, loaded.Numbers);
        saved.Rows = new long[50_000];
        saved.Numbers = new long[50_000];
        Assert.True(StateCodec.Save(saved.Transfer).Length < 40);
    }

    [Fact]
    public void Random_bytes_end_in_an_exception_of_their_own_and_no_big_allocation()
    {
        var random = new Random(3);
        byte[] good = StateCodec.Save(new Table { Rows = [1, 1, 1, 2, 3], Numbers = [5, 5, 5, 5] }.Transfer);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = i % 2 == 0 ? (byte[])good.Clone() : new byte[random.Next(64)];
            if (i % 2 == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            else random.NextBytes(bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                StateCodec.Load(bytes, new Table().Transfer);
            }
            catch (CheckpointException)
            {
                // As it should be.
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
        }
    }

    [Fact]
    public void What_is_left_over_and_what_is_missing_is_refused()
    {
        byte[] bytes = StateCodec.Save(new Part().Transfer);
        Assert.Throws<CheckpointException>(() => StateCodec.Load((byte[])[.. bytes, 0], new Part().Transfer));
        for (int length = 0; length < bytes.Length; length++)
            Assert.Throws<CheckpointException>(() => StateCodec.Load(bytes.AsMemory(0, length), new Part().Transfer));
        Assert.Throws<CheckpointException>(() => StateCodec.Load(bytes, new Table().Transfer));
    }

    private sealed class Part
    {
        public Bits256 Bits;

        public long Long { get; set; } = 1;
        public ulong Unsigned { get; set; }
        public byte Small { get; set; }
        public bool Flag { get; set; }
        public int? Maybe { get; set; } = 5;
        public string? Text { get; set; } = "";
        public SortedDictionary<int, string> Map { get; } = new() { [3] = "c", [1] = "a" };

        public void Transfer(StateArchive archive)
        {
            archive.Section("part", 2);
            Long = archive.Value(Long);
            Unsigned = archive.Value(Unsigned);
            Small = archive.Value(Small);
            Flag = archive.Value(Flag);
            Maybe = archive.Value(Maybe);
            Text = archive.Text(Text);
            Bits = archive.Value(Bits);
            archive.Map(Map, 10, archive.Value, text => archive.Value(text ?? ""));
        }

        public override string ToString() => $"{Long} {Unsigned} {Small} {Flag} {Maybe} {Text} {string.Join(",", Map)}";
    }

    private sealed class Table
    {
        private const int Max = 50_000;

        private long[] _rows = [];
        private long[] _numbers = [];

        public long[] Rows { get => _rows; set => _rows = value; }

        public long[] Numbers { get => _numbers; set => _numbers = value; }

        public void Transfer(StateArchive archive)
        {
            archive.Section("table", 1);
            archive.Rows(ref _rows, Max, (ref long row) => row = archive.Value(row));
            archive.Numbers(ref _numbers, Max);
        }
    }
}
