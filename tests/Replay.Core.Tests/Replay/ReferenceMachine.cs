using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Tests.Replay;

/// <summary>
/// The part of the machine that is plain bookkeeping, written with dictionaries and without any cleverness: the twin
/// that the real machine is held against. CPUs stay online; what dying CPUs do unseen is not its subject.
/// </summary>
internal sealed class ReferenceMachine
{
    /// <summary>Vector of each interrupt that the vector domain was told about; 0 = none.</summary>
    public Dictionary<uint, byte> Vector { get; } = [];

    /// <summary>CPU of each interrupt that has a vector.</summary>
    public Dictionary<uint, ushort> Cpu { get; } = [];

    /// <summary>Handler runs since the interrupt was set up.</summary>
    public Dictionary<(uint Irq, ushort Cpu), uint> Delivered { get; } = [];

    /// <summary>Message of each entry of each device.</summary>
    public Dictionary<(ushort Device, ushort Entry), (ulong Address, uint Data)> Message { get; } = [];

    /// <summary>Remapping entries.</summary>
    public Dictionary<int, (ulong Lo, ulong Hi)> Remap { get; } = [];

    /// <summary>The allocator's counters as last recorded; null before the first record.</summary>
    public GlobalCounters? Global { get; private set; }

    /// <summary>The counters of one CPU as last recorded.</summary>
    public Dictionary<ushort, CpuCounters> Matrix { get; } = [];

    public void Apply(in IrqEvent e, in IrqEvent extension)
    {
        switch (e.Kind)
        {
            case EventKind.HandlerEntry:
                Delivered[(e.Irq, e.Cpu)] = Delivered.GetValueOrDefault((e.Irq, e.Cpu)) + 1;
                break;
            case EventKind.VectorUpdate:
                Place(e.Irq, e.Vector, (ushort)e.A);
                break;
            case EventKind.VectorConfig:
                Place(e.Irq, e.Vector == VectorRanges.ManagedShutdown ? (byte)0 : e.Vector, (ushort)e.A);
                break;
            case EventKind.VectorClear:
                Vector[e.Irq] = 0;
                break;
            case EventKind.VectorTeardown:
                foreach ((uint Irq, ushort Cpu) key in new List<(uint Irq, ushort Cpu)>(Delivered.Keys))
                {
                    if (key.Irq == e.Irq) Delivered.Remove(key);
                }
                break;
            case EventKind.MsiWrite:
                Message[((ushort)(e.B >> 48), (ushort)(e.B >> 32))] = (e.A, (uint)e.B);
                break;
            case EventKind.IrteWrite:
                Remap[(int)e.Irq + e.Vector] = (e.A, e.B);
                break;
            case EventKind.MatrixReserve or EventKind.MatrixRemoveReserved:
                Global = GlobalOf(e.A, e.B);
                break;
            case EventKind.MatrixAlloc or EventKind.MatrixFree or EventKind.MatrixAllocManaged
                or EventKind.MatrixReserveManaged or EventKind.MatrixRemoveManaged:
                Matrix[(ushort)e.A] = new CpuCounters((e.A & 0x1_0000) != 0, (uint)(e.A >> 32),
                    (uint)e.B, (uint)(e.B >> 32));
                Global = GlobalOf(extension.A, extension.B);
                break;
            default:
                break;
        }
    }

    private void Place(uint irq, byte vector, ushort cpu)
    {
        Vector[irq] = vector;
        Cpu[irq] = cpu;
    }

    private static GlobalCounters GlobalOf(ulong a, ulong b) => new((uint)a, (uint)(a >> 32), (uint)b, (uint)(b >> 32));
}
