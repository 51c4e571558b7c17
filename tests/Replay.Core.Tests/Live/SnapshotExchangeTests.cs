using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Threading;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Live;
using Replay.Core.State;
using Replay.Formats.Tests;
using Xunit;
using Xunit.Abstractions;

namespace Replay.Core.Tests.Live;

/// <summary>
/// The protocol, step by step, and under load: a writer changes a machine as fast as it can, with values that belong
/// together, and a reader checks each pair it sees. The control shows that the check would notice.
/// </summary>
public sealed class SnapshotExchangeTests(ITestOutputHelper output)
{
    private const int Entries = 1024;
    private const int Irqs = 512;

    /// <summary>
    /// Hi is a one-to-one function of lo, so a half of one write beside a half of another cannot pass.
    /// </summary>
    private const ulong Odd = 0x9E37_79B9_7F4A_7C15;

    /// <summary>
    /// Each of the three buffers belongs to one side or lies between them, whatever the two sides do at the same
    /// moment. An exchange that is a load and a store gives one buffer to both within some thousand turns,
    /// and for ever.
    /// </summary>
    [Fact]
    public void No_buffer_is_ever_lost_or_owned_twice()
    {
        // What counts is how often the two meet: where they share one core that is once a time slice.
        const int Meetings = 300_000;
        const int SecondsMost = 20;
        int made = 0;
        bool stop = false;
        var exchange = new SnapshotExchange<int[]>(() => [made++]);
        var writer = new Thread(() =>
        {
            while (!Volatile.Read(ref stop)) exchange.Publish();
        });
        writer.Start();
        long began = Stopwatch.GetTimestamp();
        int met = 0;
        while (met < Meetings && Stopwatch.GetElapsedTime(began).TotalSeconds < SecondsMost)
        {
            for (int i = 0; i < 1000; i++) met += exchange.TryTake() ? 1 : 0;
        }
        Volatile.Write(ref stop, true);
        writer.Join();
        output.WriteLine($"{met} buffers changed hands in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
        int back = exchange.Begin()[0], front = exchange.Front[0];
        exchange.Publish();
        int between = exchange.Begin()[0];
        Assert.True(exchange.TryTake());
        Assert.Equal(back, exchange.Front[0]);
        Assert.Equal([0, 1, 2], new SortedSet<int> { back, front, between });
    }

    [Fact]
    public void A_reader_gets_nothing_before_the_first_publication_and_then_the_newest()
    {
        var exchange = new SnapshotExchange<int[]>(static () => [0]);
        Assert.False(exchange.TryTake());
        Publish(exchange, 1);
        Publish(exchange, 2);
        Assert.True(exchange.TryTake());
        Assert.Equal(2, exchange.Front[0]);
        Assert.False(exchange.TryTake());
        Assert.Equal(2, exchange.Front[0]);
    }

    [Fact]
    public void What_a_reader_holds_stays_as_it_is_however_often_the_writer_publishes()
    {
        var exchange = new SnapshotExchange<int[]>(static () => [0]);
        Publish(exchange, 1);
        Assert.True(exchange.TryTake());
        int[] held = exchange.Front;
        for (int value = 2; value < 100; value++)
        {
            Publish(exchange, value);
            Assert.Equal(1, held[0]);
        }
        Assert.True(exchange.TryTake());
        Assert.Equal(99, exchange.Front[0]);
    }

    [Fact]
    public void A_wish_during_the_filling_is_served_at_the_next_border()
    {
        var exchange = new SnapshotExchange<int[]>(static () => [0]);
        Assert.False(exchange.IsWanted);
        exchange.Want();
        Assert.True(exchange.IsWanted);
        exchange.Begin()[0] = 1;
        Assert.False(exchange.IsWanted);
        exchange.Want();
        exchange.Publish();
        Assert.True(exchange.IsWanted);
    }

    [Fact]
    public void Each_word_has_cache_lines_of_its_own()
    {
        Assert.Equal(SnapshotWords.SizeBytes, Marshal.SizeOf<SnapshotWords>());
        int last = 0;
        foreach (string name in new[] { "Middle", "Wanted", "Back", "Front" })
        {
            FieldInfo field = typeof(SnapshotWords).GetField(name)!;
            int offset = field.GetCustomAttribute<FieldOffsetAttribute>()!.Value;
            Assert.True(offset - last >= 128, name);
            last = offset;
        }
        Assert.True(SnapshotWords.SizeBytes - last >= 128);
    }

    [Fact]
    public void Every_entry_and_every_pair_that_is_read_was_written_whole()
    {
        const long WantedReads = 4_000_000;
        const int SecondsMax = 8; // On a busy machine fewer reads are made, and the test still ends.
        var writer = new Writer();
        var exchange = new SnapshotExchange<MachineSnapshot>(static () => new MachineSnapshot());
        using Running running = writer.Start(() =>
        {
            if (!exchange.IsWanted) return;
            exchange.Begin().Take(writer.Machine, writer.Findings, writer.Written, (ulong)writer.Written);
            exchange.Publish();
        });
        long reads = 0, snapshots = 0, lastEvent = -1;
        long started = Stopwatch.GetTimestamp();
        while (reads < WantedReads && Stopwatch.GetElapsedTime(started).TotalSeconds < SecondsMax)
        {
            exchange.Want();
            if (!exchange.TryTake())
            {
                Thread.Yield();
                continue;
            }
            MachineSnapshot seen = exchange.Front;
            Assert.True(seen.EventCount > lastEvent, "an older snapshot after a newer one");
            Assert.Equal((ulong)seen.EventCount, seen.TimeNs);
            lastEvent = seen.EventCount;
            foreach (ref readonly LiveIrte entry in seen.Remap)
            {
                if (entry.Hi != entry.Lo * Odd) Assert.Fail($"torn entry {entry.Index}: {entry.Lo:x} {entry.Hi:x}");
                Assert.True(entry.WriteEvent <= seen.EventCount);
            }
            foreach (ref readonly LiveIrq irq in seen.Irqs)
            {
                if (irq.Vector != VectorOf(irq.Cpu))
                    Assert.Fail($"irq {irq.Irq}: CPU {irq.Cpu} with vector {irq.Vector}");
            }
            Assert.Equal(Entries, seen.Remap.Length);
            Assert.Equal(Irqs, seen.Irqs.Length);
            reads += Entries + Irqs;
            snapshots++;
        }
        running.Dispose();
        output.WriteLine($"{reads} reads in {snapshots} snapshots against {writer.Written} writes");
        Assert.True(reads >= 100_000, $"only {reads} reads");
        Assert.True(writer.Written > snapshots, "the writer stood still");
    }

    /// <summary>
    /// The same check on the running table itself, as a reader without the protocol would do it: between its two loads
    /// the writer goes on, and the check must notice.
    /// </summary>
    [Fact]
    public void Without_the_protocol_the_same_check_fails()
    {
        var writer = new Writer();
        using Running running = writer.Start(static () => { });
        int torn = 0;
        long started = Stopwatch.GetTimestamp();
        while (torn == 0 && Stopwatch.GetElapsedTime(started).TotalSeconds < 20)
        {
            ref Irte entry = ref writer.Machine.GetRemap()[0];
            ulong lo = Volatile.Read(ref entry.Lo);
            long before = Volatile.Read(ref writer.Written);
            while (Volatile.Read(ref writer.Written) < before + (2 * Entries) && !running.HasFailed) Thread.Yield();
            if (Volatile.Read(ref entry.Hi) != lo * Odd) torn++;
        }
        Assert.True(torn > 0);
    }

    [Fact]
    public void A_wish_while_a_snapshot_is_filled_is_one_for_the_next()
    {
        var exchange = new SnapshotExchange<int[]>(static () => new int[1]);
        exchange.Want();
        exchange.Begin();
        Assert.False(exchange.IsWanted);
        exchange.Want();
        exchange.Publish();
        Assert.True(exchange.IsWanted);
    }

    [Fact]
    public void A_warm_snapshot_allocates_nothing()
    {
        var writer = new Writer();
        for (int i = 0; i < 1000; i++) writer.Step();
        var snapshot = new MachineSnapshot();
        snapshot.Take(writer.Machine, writer.Findings, 1, 1);
        Assert.Equal(0, AllocatedBytes.LeastOf(() =>
        {
            for (int i = 0; i < 100; i++) snapshot.Take(writer.Machine, writer.Findings, i, 1);
        }));
    }

    private static byte VectorOf(int cpu) => (byte)(40 + (cpu * 3));

    private static void Publish(SnapshotExchange<int[]> exchange, int value)
    {
        exchange.Begin()[0] = value;
        exchange.Publish();
    }

    /// <summary>Changes one entry and one interrupt a step, each in several stores.</summary>
    private sealed class Writer
    {
        private readonly Random _random = new(5);

        // Written by the writing thread; the control reads it.
        public long Written;

        public Writer()
        {
            for (int cpu = 0; cpu < 8; cpu++) Assert.True(Machine.TryEnsureCpu(cpu));
            for (int i = 0; i < 2 * Entries; i++) Step();
        }

        public MachineState Machine { get; } = new(new EventTables());

        public FindingTable Findings { get; } = new();

        public void Step()
        {
            long number = Written + 1;
            int index = (int)(number % Entries);
            IrteTable table = Machine.GetRemap();
            Assert.True(table.TryEnsure(index));
            ulong lo = (ulong)_random.NextInt64();
            table.Write(index, lo, lo * Odd, number);
            uint irq = (uint)(number % Irqs);
            Assert.True(Machine.Irqs.TryEnsure(irq));
            ref IrqDesc desc = ref Machine.Irqs[(int)irq];
            desc.Set(IrqFlags.Exists | IrqFlags.CpuKnown | IrqFlags.VectorKnown);
            desc.Cpu = (ushort)_random.Next(8);
            Machine.Irqs.CountDelivery((int)irq, desc.Cpu);
            desc.Vector = VectorOf(desc.Cpu);
            Volatile.Write(ref Written, number);
        }

        /// <summary>Steps for ever on another thread, with a border after every few steps.</summary>
        public Running Start(Action atBorder) => new(() =>
        {
            for (int i = 0; i < 16; i++) Step();
            atBorder();
        });
    }

    /// <summary>A thread that repeats something until it is disposed; what it throws is thrown there.</summary>
    private sealed class Running : IDisposable
    {
        private readonly Thread _thread;
        private Exception? _failure;
        private bool _stop;

        public Running(Action repeat)
        {
            _thread = new Thread(() => Repeat(repeat)) { IsBackground = true };
            _thread.Start();
        }

        public bool HasFailed => Volatile.Read(ref _failure) is not null;

        public void Dispose()
        {
            Volatile.Write(ref _stop, true);
            _thread.Join();
            if (_failure is { } failure) throw new InvalidOperationException("the writer failed", failure);
        }

        private void Repeat(Action repeat)
        {
            try
            {
                while (!Volatile.Read(ref _stop)) repeat();
            }
            catch (Exception e)
            {
                Volatile.Write(ref _failure, e);
                throw;
            }
        }
    }
}
