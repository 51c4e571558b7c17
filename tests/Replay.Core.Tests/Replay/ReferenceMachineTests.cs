using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.State;
using Xunit;
using Xunit.Abstractions;

namespace Replay.Core.Tests.Replay;

/// <summary>The machine and its slow twin get the same random events and must agree after each one.</summary>
public sealed class ReferenceMachineTests(ITestOutputHelper output)
{
    private const int Cpus = 4;
    private const int Irqs = 24;
    private const int Devices = 3;
    private const int Entries = 8;
    private const int RemapEntries = 40;

    private static readonly EventKind[] Kinds =
    [
        EventKind.HandlerEntry, EventKind.HandlerEntry, EventKind.VectorUpdate, EventKind.VectorUpdate,
        EventKind.VectorConfig, EventKind.VectorClear, EventKind.VectorFreeMoved, EventKind.VectorTeardown,
        EventKind.MsiWrite, EventKind.MsiMask, EventKind.IrteWrite, EventKind.QiSubmit, EventKind.IrqStartup,
        EventKind.MatrixReserve, EventKind.MatrixRemoveReserved, EventKind.MatrixAlloc, EventKind.MatrixFree,
        EventKind.MatrixAllocManaged, EventKind.MatrixReserveManaged, EventKind.MatrixRemoveManaged,
    ];

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Machine_and_twin_agree_after_every_event(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var tables = new EventTables();
        tables.Names.Intern("eth0");
        for (int i = 0; i < Devices; i++) tables.Devices.Intern($"0000:00:0{i}.0");
        var machine = new Replayer<Linux61, NoProbe>(tables);
        var twin = new ReferenceMachine();

        // Every CPU's data begin with the recording: else the first ones would be forgotten when the last has begun.
        for (ushort cpu = 0; cpu < Cpus; cpu++)
            machine.Replay([new IrqEvent { Kind = EventKind.CpuSeen, Cpu = cpu, Irq = IrqEvent.NoIrq }]);

        // A recording that shows CPU hotplug is believed without reserve; the twin knows no other.
        machine.Replay([new IrqEvent { Kind = EventKind.CpuhpExit, Irq = IrqEvent.NoIrq }]);
        for (int i = 0; i < 5000; i++)
        {
            (IrqEvent record, IrqEvent? extension) = Next(random, (ulong)i);
            machine.Replay(extension is { } second ? [record, second] : [record]);
            twin.Apply(in record, extension ?? default);
            Compare(machine.Machine, twin, $"seed {seed}, event {i}, {record.Kind}");
        }
        Assert.NotEmpty(twin.Delivered);
        Assert.NotEmpty(twin.Message);
        Assert.NotEmpty(twin.Remap);
        Assert.Equal(Cpus, twin.Matrix.Count);
    }

    private static (IrqEvent Record, IrqEvent? Extension) Next(Random random, ulong time)
    {
        var record = new IrqEvent
        {
            TimeNs = time,
            Kind = Kinds[random.Next(Kinds.Length)],
            Cpu = (ushort)random.Next(Cpus),
            Irq = (uint)random.Next(Irqs),
            Vector = (byte)random.Next(33, 200),
        };
        ulong cpu = Number(random, Cpus);
        switch (record.Kind)
        {
            case EventKind.HandlerEntry:
                record.A = 1;
                break;
            case EventKind.VectorUpdate or EventKind.VectorConfig or EventKind.VectorClear or EventKind.VectorFreeMoved:
                if (record.Kind == EventKind.VectorConfig && random.Next(3) == 0) record.Vector = 0xEF;
                record.A = cpu | Number(random, Cpus) << 16 | (33 + Number(random, 160)) << 32;
                break;
            case EventKind.MsiWrite:
                // The compatibility format: bit 4 clear, so that no remapping entry is named.
                record.A = 0xFEE0_0000 | cpu << 12;
                record.B = (1 + Number(random, Devices)) << 48 | Number(random, Entries) << 32 | Number(random, 256);
                break;
            case EventKind.IrteWrite:
                record.Irq = (uint)random.Next(RemapEntries);
                record.Vector = (byte)random.Next(2);
                record.A = (ulong)random.NextInt64();
                record.B = (ulong)random.NextInt64();
                break;
            case EventKind.QiSubmit:
                // An invalidation of the interrupt entry cache; only the cached copies know of it.
                record.A = 4 | Number(random, 2) << 4 | Number(random, RemapEntries) << 32;
                break;
            case EventKind.MatrixReserve or EventKind.MatrixRemoveReserved:
                record.A = Counters(random);
                record.B = Counters(random);
                break;
            case EventKind.MatrixAlloc or EventKind.MatrixFree or EventKind.MatrixAllocManaged
                or EventKind.MatrixReserveManaged or EventKind.MatrixRemoveManaged:
                record.A = cpu | 1UL << 16 | Number(random, 200) << 32;
                record.B = Counters(random);
                return (record, new IrqEvent
                {
                    TimeNs = time,
                    Kind = EventKind.Extension,
                    Cpu = record.Cpu,
                    Irq = IrqEvent.NoIrq,
                    A = Counters(random),
                    B = Counters(random),
                });
            default:
                break;
        }
        return (record, null);
    }

    private static ulong Number(Random random, int end) => (ulong)random.NextInt64(end);

    private static ulong Counters(Random random) => Number(random, 300) | Number(random, 300) << 32;

    private static void Compare(MachineState machine, ReferenceMachine twin, string where)
    {
        for (uint irq = 0; irq < machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref machine.Irqs[(int)irq];
            bool known = twin.Vector.TryGetValue(irq, out byte vector);
            if (vector != 0) Assert.True(desc.Has(IrqFlags.VectorKnown), where);
            if (desc.Has(IrqFlags.VectorKnown)) Assert.True(known && desc.Vector == vector, where);
            if (vector != 0) Assert.True(desc.Cpu == twin.Cpu[irq], where);
            for (ushort cpu = 0; cpu < Cpus; cpu++)
                Assert.True(
                    twin.Delivered.GetValueOrDefault((irq, cpu)) == machine.Irqs.Delivered((int)irq, cpu), where);
        }
        foreach (((ushort device, ushort entry), (ulong Address, uint Data) message) in twin.Message)
        {
            ref MsixEntry row = ref machine.Msix.Get(device)[entry];
            Assert.True(row.MessageKnown && (row.Address, row.Data) == message, where);
        }
        foreach ((int index, (ulong Lo, ulong Hi) bits) in twin.Remap)
        {
            ref Irte row = ref machine.Remap![index];
            Assert.True(row.Known && (row.Lo, row.Hi) == bits, where);
        }
        if (twin.Global is { } global) Assert.True(machine.Matrix.Global == global, where);
        foreach ((ushort cpu, CpuCounters counters) in twin.Matrix)
            Assert.True(machine.Matrix.Counters(cpu) == counters, where);
    }
}
