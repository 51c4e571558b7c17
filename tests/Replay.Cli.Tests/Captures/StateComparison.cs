using System.Collections.Generic;
using System.Linq;
using Replay.Core.Reports;

namespace Replay.Cli.Tests.Captures;

/// <summary>What one state says that another has otherwise, and how much of the other it knows.</summary>
internal sealed class StateComparison
{
    private readonly List<string> _wrong = [];

    private StateComparison()
    {
    }

    /// <summary>What the part says and the whole has otherwise.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>Values that the part says.</summary>
    public int Known { get; private set; }

    /// <summary>Values that the whole says.</summary>
    public int Of { get; private set; }

    public static StateComparison Between(StateReport part, StateReport whole)
    {
        var comparison = new StateComparison();
        comparison.CompareCpus(part, whole);
        comparison.CompareIrqs(part, whole);
        comparison.CompareEntries(part, whole);
        comparison.CompareMatrix(part.Matrix, whole.Matrix);
        return comparison;
    }

    private void CompareCpus(StateReport part, StateReport whole)
    {
        foreach (CpuRow cpu in whole.Cpus)
        {
            CpuRow? told = part.Cpus.FirstOrDefault(row => row.Cpu == cpu.Cpu);
            Compare($"cpu {cpu.Cpu} online", told?.Online, cpu.Online);
            Dictionary<int, VectorSlot> slots = told?.Vectors.ToDictionary(slot => slot.Vector) ?? [];
            foreach (VectorSlot slot in cpu.Vectors)
            {
                bool isTold = slots.Remove(slot.Vector, out VectorSlot? other);
                Compare($"cpu {cpu.Cpu} slot {slot.Vector}", isTold ? other : null, slot);
            }
            foreach (VectorSlot more in slots.Values)
                Compare($"cpu {cpu.Cpu} slot {more.Vector}", more, null);
        }
    }

    private void CompareIrqs(StateReport part, StateReport whole)
    {
        Dictionary<uint, IrqRow> told = part.Irqs.ToDictionary(irq => irq.Irq);
        foreach (IrqRow irq in whole.Irqs)
        {
            told.Remove(irq.Irq, out IrqRow? row);
            string name = $"irq {irq.Irq} ";
            Compare(name + "device", row?.Device, irq.Device);
            Compare(name + "entry", row?.Entry, irq.Entry);
            Compare(name + "cpu", row?.Cpu, irq.Cpu);
            Compare(name + "vector", row?.Vector, irq.Vector);
            Compare(name + "masked", row?.Masked, irq.Masked);
            Compare(name + "activated", row?.Activated, irq.Activated);
            Compare(name + "managed", row?.Managed, irq.Managed);
            Compare(name + "affinity", Text(row?.Affinity), Text(irq.Affinity));
        }
        foreach (IrqRow row in told.Values)
        {
            // That there was such an interrupt is not wrong.
            if ((row.Cpu ?? row.Vector ?? row.Entry) is not null) _wrong.Add($"irq {row.Irq} is there no more");
        }
    }

    private void CompareEntries(StateReport part, StateReport whole)
    {
        var told = new Dictionary<string, RemapEntry>();
        foreach (RemapUnit unit in part.Remap)
        {
            foreach (RemapEntry entry in unit.Entries) told[Name(unit, entry, whole)] = entry;
        }
        foreach (RemapUnit unit in whole.Remap)
        {
            foreach (RemapEntry entry in unit.Entries)
            {
                told.Remove(Name(unit, entry, whole), out RemapEntry? other);
                Compare(Name(unit, entry, whole) + " low", other?.Lo, entry.Lo);
                Compare(Name(unit, entry, whole) + " high", other?.Hi, entry.Hi);
            }
        }
        _wrong.AddRange(told.Keys.Select(name => name + " is not known to the whole"));
        foreach (MsixFunction function in whole.Msix)
        {
            MsixFunction? same = part.Msix.FirstOrDefault(other => other.Device == function.Device);
            Compare($"{function.Device} enabled", same?.Enabled, function.Enabled);
            foreach (MsixRow row in function.Entries)
            {
                MsixRow? other = same?.Entries.FirstOrDefault(entry => entry.Entry == row.Entry);
                string name = $"{function.Device}[{row.Entry}] ";
                Compare(name + "address", other?.Address, row.Address);
                Compare(name + "data", other?.Data, row.Data);
                Compare(name + "control", other?.Control, row.Control);
            }
        }
    }

    private static string Name(RemapUnit unit, RemapEntry entry, StateReport whole) =>
        whole.Remap.Count == 1 && unit.Unit is null && whole.Remap[0].Unit is null
            ? $"entry {entry.Source} {entry.Index}" : $"entry {entry.Index}";

    private void CompareMatrix(MatrixRow part, MatrixRow whole)
    {
        Compare("globalAvailable", part.GlobalAvailable, whole.GlobalAvailable);
        Compare("globalReserved", part.GlobalReserved, whole.GlobalReserved);
        Compare("totalAllocated", part.TotalAllocated, whole.TotalAllocated);
        foreach (MatrixCpuRow cpu in whole.Cpus)
        {
            MatrixCpuRow? told = part.Cpus.FirstOrDefault(row => row.Cpu == cpu.Cpu);
            string name = $"matrix of cpu {cpu.Cpu} ";
            Compare(name + "available", told?.Available, cpu.Available);
            Compare(name + "allocated", told?.Allocated, cpu.Allocated);
            Compare(name + "managed", told?.Managed, cpu.Managed);
            Compare(name + "managed in use", told?.ManagedAllocated, cpu.ManagedAllocated);
        }
    }

    private static string? Text(IReadOnlyList<int>? cpus) => cpus is null ? null : string.Join(' ', cpus);

    private void Compare<T>(string what, T? told, T? truth)
    {
        if (truth is not null) Of++;
        if (told is null) return;
        Known++;
        if (truth is not null && !told.Equals(truth)) _wrong.Add($"{what}: {told}, and {truth} in the whole recording");
    }
}
