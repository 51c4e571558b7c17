using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Reports;

/// <summary>
/// Makes a <see cref="StateReport"/> of a machine: only what the recording showed, the rest null or left out.
/// </summary>
public static class StateReporter
{
    /// <summary>The machine as it is now; <paramref name="at"/> is the position as the user wrote it.</summary>
    public static StateReport Build(MachineState machine, string at) => new(
        at, Cpus(machine), Irqs(machine), Remap(machine), Msix(machine), BuildMatrix(machine.Matrix));

    private static List<CpuRow> Cpus(MachineState machine)
    {
        var rows = new List<CpuRow>();
        for (int cpu = 0; cpu < machine.Cpus.Used; cpu++)
        {
            var vectors = new List<VectorSlot>();
            for (int vector = VectorRanges.FirstExternal; vector < 256; vector++)
            {
                int slot = machine.Slots[cpu, (byte)vector];
                if (slot >= 0) vectors.Add(new VectorSlot(vector, (uint)slot, "assigned"));
                else if (slot == VectorTable.Shutdown) vectors.Add(new VectorSlot(vector, null, "shutdown"));
                else if (slot == VectorTable.Retriggered) vectors.Add(new VectorSlot(vector, null, "retriggered"));
                else if (machine.Matrix.SystemMap[(byte)vector]) vectors.Add(new VectorSlot(vector, null, "system"));
            }
            rows.Add(new CpuRow(cpu, machine.Cpus[cpu].Online switch
            {
                Online.Yes => true,
                Online.No => false,
                _ => null,
            }, vectors));
        }
        return rows;
    }

    private static List<IrqRow> Irqs(MachineState machine)
    {
        var rows = new List<IrqRow>();
        for (int irq = 0; irq < machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref machine.Irqs[irq];
            if (!desc.Has(IrqFlags.Exists)) continue;
            rows.Add(new IrqRow(
                (uint)irq,
                NameOf(machine, ref desc),
                NullIfEmpty(machine.Tables.Names[desc.Chip]),
                NullIfEmpty(machine.Tables.Devices[desc.Device]),
                desc.Entry < 0 ? null : desc.Entry,
                desc.Has(IrqFlags.AffinityKnown) ? CpuList(desc.Affinity) : null,
                desc.Has(IrqFlags.CpuKnown) ? desc.Cpu : null,
                desc.Has(IrqFlags.VectorKnown) && desc.Vector != 0 ? desc.Vector : null,
                desc.Has(IrqFlags.MaskedKnown) ? desc.Has(IrqFlags.Masked) : null,
                desc.Has(IrqFlags.ActivatedKnown) ? desc.Has(IrqFlags.Activated) : null,
                desc.Has(IrqFlags.ManagedKnown) ? desc.Has(IrqFlags.Managed) : null,
                Delivered(machine, irq)));
        }
        return rows;
    }

    /// <summary>The name under which handlers ran; else the one given at set-up, if that is text at all.</summary>
    internal static string? NameOf(MachineState machine, ref IrqDesc desc)
    {
        if (desc.HeadName != 0) return machine.Tables.Names[desc.HeadName];
        string name = machine.Tables.Names[desc.SetupName];
        foreach (char c in name)
        {
            // A probe that reads the name at a wrong offset gives bytes, not a name.
            if (c is < ' ' or > '~') return null;
        }
        return NullIfEmpty(name);
    }

    private static List<long> Delivered(MachineState machine, int irq)
    {
        var counts = new List<long>(machine.Cpus.Used);
        for (int cpu = 0; cpu < machine.Cpus.Used; cpu++) counts.Add(machine.Irqs.Delivered(irq, cpu));
        return counts;
    }

    private static List<int> CpuList(ulong mask)
    {
        var cpus = new List<int>();
        for (int cpu = 0; cpu < 64; cpu++)
        {
            if ((mask >> cpu & 1) != 0) cpus.Add(cpu);
        }
        return cpus;
    }

    private static List<RemapUnit> Remap(MachineState machine)
    {
        var units = new List<RemapUnit>();
        if (machine.Remap is { } table)
        {
            var entries = new List<RemapEntry>();
            for (int i = 0; i < table.Used; i++)
            {
                ref Irte entry = ref table[i];
                if (!entry.Known) continue;
                bool present = IrteBits.IsPresent(entry.Lo);
                entries.Add(new RemapEntry(i, entry.Lo, entry.Hi, present, present ? IrteBits.Vector(entry.Lo) : null,
                    present ? machine.DestinationOf(IrteBits.Destination(entry.Lo)) : null,
                    present && IrteBits.SourceValidation(entry.Hi) == 1
                        ? Requester(IrteBits.SourceId(entry.Hi)) : null));
            }
            units.Add(new RemapUnit(NullIfEmpty(machine.Tables.Names[machine.RemapUnit]),
                machine.RemapEnabled, entries));
        }
        var amd = new List<RemapEntry>();
        for (int device = 0; device < machine.AmdTables.Length; device++)
        {
            if (machine.AmdTables[device] is not { } own) continue;
            for (int i = 0; i < own.Used; i++)
            {
                ref Irte entry = ref own[i];
                if (!entry.Known) continue;
                bool enabled = AmdIrteBits.IsEnabled(entry.Lo);
                amd.Add(new RemapEntry(i, entry.Lo, entry.Hi, enabled,
                    enabled ? AmdIrteBits.Vector(entry.Hi) : null,
                    enabled ? AmdIrteBits.Destination(entry.Lo, entry.Hi) : null, Requester((ushort)device)));
            }
        }
        if (amd.Count > 0) units.Add(new RemapUnit(null, true, amd));
        return units;
    }

    /// <summary>Entries whose message is known; a mask alone says nothing about where the entry points.</summary>
    private static List<MsixFunction> Msix(MachineState machine)
    {
        var functions = new List<MsixFunction>();
        for (int device = 0; device < machine.Msix.Count; device++)
        {
            if (machine.Msix.Find(device) is not { IsMsi: false } function) continue;
            var rows = new List<MsixRow>();
            for (int i = 0; i < function.Count; i++)
            {
                ref MsixEntry entry = ref function[i];
                if (!entry.MessageKnown) continue;
                rows.Add(new MsixRow(i, entry.Address, entry.Data, entry.ControlKnown ? entry.Control : null,
                    machine.Raised > 0 ? entry.Pending : null));
            }
            functions.Add(new MsixFunction(machine.Tables.Devices[device], function.Enabled,
                function.FunctionMask, rows));
        }
        return functions;
    }

    /// <summary>The vector allocator alone.</summary>
    public static MatrixRow BuildMatrix(VectorMatrix matrix)
    {
        var cpus = new List<MatrixCpuRow>();
        for (int cpu = 0; matrix.Seen && cpu < matrix.Count; cpu++)
        {
            ref CpuMap map = ref matrix[cpu];
            if (map.Known && !map.Resync)
            {
                cpus.Add(new MatrixCpuRow(cpu, map.Online, map.Available, map.Allocated, map.Managed,
                    matrix.KnowsManagedInUse(cpu) ? map.ManagedAllocated : null));
            }
            else
            {
                cpus.Add(new MatrixCpuRow(cpu, null, null, null, null, null));
            }
        }
        return matrix.GlobalKnown && !matrix.GlobalResync
            ? new MatrixRow(matrix.GlobalAvailable, matrix.GlobalReserved, matrix.TotalAllocated, cpus)
            : new MatrixRow(null, null, null, cpus);
    }

    private static string Requester(ushort id) =>
        string.Create(CultureInfo.InvariantCulture, $"{id >> 8:x2}:{id >> 3 & 31:x2}.{id & 7:x}");

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
