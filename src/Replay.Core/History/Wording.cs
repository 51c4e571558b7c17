using System.Globalization;
using System.Text;
using Replay.Core.Spec;
using Replay.Core.State;
using static System.FormattableString;

namespace Replay.Core.History;

/// <summary>Values of the machine in words.</summary>
internal static class Wording
{
    /// <summary><c>CPU 3</c>, <c>CPUs 0-2,5</c>; no CPU at all is <c>no CPU</c>.</summary>
    public static string Cpus(ulong mask)
    {
        var text = new StringBuilder();
        int count = 0;
        for (int cpu = 0; cpu < 64; cpu++)
        {
            if ((mask >> cpu & 1) == 0) continue;
            int last = cpu;
            while (last < 63 && (mask >> (last + 1) & 1) != 0) last++;
            if (count > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{cpu}");
            if (last > cpu) text.Append(CultureInfo.InvariantCulture, $"-{last}");
            count += last - cpu + 1;
            cpu = last;
        }
        return count == 0 ? "no CPU" : (count == 1 ? "CPU " : "CPUs ") + text;
    }

    /// <summary><c>vector 37 on CPU 3</c>.</summary>
    public static string Place(int vector, int cpu) =>
        string.Create(CultureInfo.InvariantCulture, $"vector {vector} on CPU {cpu}");

    /// <summary>Where an interrupt is, as the kernel's books say.</summary>
    public static string Place(in IrqDesc desc)
    {
        if (!desc.Has(IrqFlags.VectorKnown))
            return desc.Has(IrqFlags.CpuKnown) ? Invariant($"an unknown vector on CPU {desc.Cpu}") : "unknown";
        return desc.Vector == 0 ? "no vector" : Place(desc.Vector, desc.Cpu);
    }

    /// <summary><c>0xfee08004/0x23</c>.</summary>
    public static string Message(ulong address, uint data) => Invariant($"0x{address:x}/0x{data:x}");

    /// <summary>A message and what it means; with AMD-Vi its data is the index of a remapping entry.</summary>
    public static string MessageMeaning(ulong address, uint data, ApicIds apicIds, bool amd)
    {
        var message = new MsiMessage(address, data);
        string raw = Message(address, data);
        if (message.IsZero) return raw + " (none)";
        if (!message.IsInterrupt) return raw + " (no interrupt: a write to memory)";
        if (amd) return raw + Invariant($" (remapping entry {data & (IrteTable.AmdEntries - 1)})");
        if (message.IsRemappable) return raw + Invariant($" (remapping entry {message.RemapIndex})");
        return raw + $" ({Target(message.Vector, message.Destination, apicIds)})";
    }

    /// <summary>A VT-d entry: <c>present, vector 38, CPU 2, source 00:07.0</c>.</summary>
    public static string Irte(ulong lo, ulong hi, MachineState machine, ApicIds apicIds)
    {
        if (!IrteBits.IsPresent(lo)) return lo == 0 && hi == 0 ? "empty" : "not present";
        string source = IrteBits.SourceValidation(hi) == 1 ? ", source " + Requester(IrteBits.SourceId(hi)) : "";
        if (IrteBits.IsPosted(lo)) return "present, posted" + source;
        uint? destination = machine.DestinationOf(IrteBits.Destination(lo));
        return $"present, {Target(IrteBits.Vector(lo), destination, apicIds)}{source}";
    }

    /// <summary>An AMD entry: <c>enabled, vector 38, CPU 2</c>.</summary>
    public static string IrteAmd(ulong lo, ulong hi, ApicIds apicIds)
    {
        if (!AmdIrteBits.IsEnabled(lo)) return lo == 0 && hi == 0 ? "empty" : "not enabled";
        return AmdIrteBits.IsGuestMode(lo)
            ? "enabled, guest mode"
            : "enabled, " + Target(AmdIrteBits.Vector(hi), AmdIrteBits.Destination(lo, hi), apicIds);
    }

    /// <summary>A whole number in groups of three digits.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>
    /// True when the hardware may still use another value of an entry. A recording without invalidations says nothing
    /// about the hardware's copies, and of an empty entry there is none.
    /// </summary>
    public static bool MayUseOld(MachineState machine, in Irte irte) => machine.IecInvalidations > 0
        && (irte.CachedLo | irte.CachedHi) != 0 && (irte.Stale || irte.StaleAlias)
        && (irte.Lo != irte.CachedLo || irte.Hi != irte.CachedHi);

    /// <summary>Bus, device, function of a requester id: <c>00:07.0</c>.</summary>
    public static string Requester(int id) => Invariant($"{id >> 8:x2}:{id >> 3 & 31:x2}.{id & 7:x}");

    /// <summary><c>irq 26</c>, or what a slot without an interrupt holds.</summary>
    public static string Owner(int slot) => slot switch
    {
        >= 0 => Invariant($"irq {slot}"),
        VectorTable.Shutdown => "nobody (shut down: one stray interrupt is silent)",
        VectorTable.Retriggered => "nobody (sent on to the new target)",
        VectorTable.Unused => "nobody",
        _ => "unknown",
    };

    private static string Target(int vector, uint? destination, ApicIds apicIds)
    {
        if (vector == VectorRanges.ManagedShutdown) return Invariant($"placeholder vector {vector}");
        if (destination is not { } apic) return Invariant($"vector {vector}");
        int cpu = apicIds.CpuOf(apic);
        return cpu >= 0 ? Place(vector, cpu) : Invariant($"vector {vector}, APIC destination 0x{apic:x}");
    }
}
