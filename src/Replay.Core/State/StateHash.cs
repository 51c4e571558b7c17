using System.Numerics;

namespace Replay.Core.State;

/// <summary>
/// One number for a whole machine: equal machines give equal numbers whatever the route, batch size or number of lanes.
/// Only state counts, not the events that led to it.
/// </summary>
public static class StateHash
{
    private const ulong Seed = 0x9E37_79B9_7F4A_7C15;
    private const ulong Factor = 0xFF51_AFD7_ED55_8CCD;

    /// <summary>The number.</summary>
    public static ulong Compute(MachineState machine)
    {
        ulong hash = Seed;
        AddCpus(ref hash, machine);
        AddIrqs(ref hash, machine);
        AddMatrix(ref hash, machine.Matrix);
        if (machine.Remap is { } remap) AddTable(ref hash, remap, 1);
        for (int device = 0; device < machine.AmdTables.Length; device++)
        {
            if (machine.AmdTables[device] is { } table) AddTable(ref hash, table, (ulong)device + 2);
        }
        AddMsix(ref hash, machine);
        AddApics(ref hash, machine.Apics);
        Add(ref hash, (ulong)machine.Delivered);
        Add(ref hash, (ulong)machine.SystemInterrupts);
        Add(ref hash, (ulong)machine.Spurious);
        Add(ref hash, (ulong)machine.LostRecords);
        return hash ^ (hash >> 32);
    }

    private static void AddCpus(ref ulong hash, MachineState machine)
    {
        for (int cpu = 0; cpu < machine.Cpus.Used; cpu++)
        {
            Add(ref hash, (ulong)machine.Cpus[cpu].Online);
            for (int vector = 0; vector < 256; vector++)
            {
                int slot = machine.Slots[cpu, (byte)vector];
                if (slot != VectorTable.Unknown) Add(ref hash, (ulong)(vector << 24) ^ (uint)slot);
            }
        }
    }

    private static void AddIrqs(ref ulong hash, MachineState machine)
    {
        for (int irq = 0; irq < machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref machine.Irqs[irq];
            if (desc.Flags == IrqFlags.None) continue;
            Add(ref hash, ((ulong)irq << 32) | (uint)desc.Flags);
            Add(ref hash, ((ulong)desc.Cpu << 32) | ((ulong)desc.PreviousCpu << 16) | ((ulong)desc.Vector << 8)
                | desc.PreviousVector);
            Add(ref hash, ((ulong)desc.ApicDestination << 32) | desc.ConfiguredVector);
            Add(ref hash, NameHash(machine.Tables.Names[desc.HeadName]));
            Add(ref hash, NameHash(machine.Tables.Devices[desc.Device]));
            Add(ref hash, ((ulong)(uint)desc.Entry << 32) | (uint)desc.RemapIndex);
            Add(ref hash, desc.MessageAddress);
            Add(ref hash, desc.MessageData);
            Add(ref hash, desc.Affinity);
            for (int cpu = 0; cpu < machine.Cpus.Used; cpu++) Add(ref hash, machine.Irqs.Delivered(irq, cpu));
        }
    }

    private static void AddMatrix(ref ulong hash, VectorMatrix matrix)
    {
        Add(ref hash, ((ulong)matrix.OnlineMaps << 32) | matrix.GlobalAvailable);
        Add(ref hash, ((ulong)matrix.GlobalReserved << 32) | matrix.TotalAllocated);
        for (int cpu = 0; cpu < matrix.Count; cpu++)
        {
            ref CpuMap map = ref matrix[cpu];
            Add(ref hash, ((ulong)map.Available << 32) | map.Allocated);
            Add(ref hash, ((ulong)map.Managed << 32) | map.ManagedAllocated);
            for (int word = 0; word < 4; word++)
            {
                Add(ref hash, map.AllocMap.Word(word));
                Add(ref hash, map.ManagedMap.Word(word));
            }
        }
    }

    private static void AddTable(ref ulong hash, IrteTable table, ulong key)
    {
        Add(ref hash, key);
        for (int i = 0; i < table.Used; i++)
        {
            ref Irte entry = ref table[i];
            if (!entry.Known) continue;
            Add(ref hash, (ulong)i);
            Add(ref hash, entry.Lo);
            Add(ref hash, entry.Hi);
        }
    }

    /// <summary>Functions are summed: the order of their names' indexes depends on the route.</summary>
    private static void AddMsix(ref ulong hash, MachineState machine)
    {
        ulong sum = 0;
        for (int device = 0; device < machine.Msix.Count; device++)
        {
            if (machine.Msix.Find(device) is not { } function) continue;
            ulong own = NameHash(machine.Tables.Devices[device]);
            Add(ref own, function.Enabled switch { null => 0u, false => 1u, true => 2u });
            for (int i = 0; i < function.Count; i++)
            {
                ref MsixEntry entry = ref function[i];
                Add(ref own, entry.Address);
                Add(ref own, ((ulong)entry.Data << 8) | entry.Control | (entry.MessageKnown ? 2u : 0)
                    | (entry.ControlKnown ? 4u : 0) | (entry.Pending ? 8u : 0));
            }
            sum += own;
        }
        Add(ref hash, sum);
    }

    private static void AddApics(ref ulong hash, LocalApics apics)
    {
        for (int cpu = 0; cpu < apics.Count; cpu++)
        {
            for (int word = 0; word < 4; word++)
            {
                Add(ref hash, apics.Requests(cpu).Word(word));
                Add(ref hash, apics.InService(cpu).Word(word));
            }
        }
    }

    /// <summary>
    /// The text, not its index: indexes are given in the order of first use, which depends on the route.
    /// </summary>
    private static ulong NameHash(string name)
    {
        ulong hash = Seed;
        foreach (char c in name) Add(ref hash, c);
        return hash;
    }

    private static void Add(ref ulong hash, ulong value)
    {
        hash = (hash ^ value) * Factor;
        hash = BitOperations.RotateLeft(hash, 29) + Seed;
    }
}
