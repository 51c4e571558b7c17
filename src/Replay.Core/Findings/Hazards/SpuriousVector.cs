using System.Globalization;
using Replay.Core.Events;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-23: interrupts that no one sent: the spurious vector, errors of the local APIC, vectors in the system range that
/// nobody asked for (Linux apic.c handle_spurious_interrupt, sysvec_error_interrupt). A few are legal.
/// </summary>
internal sealed class SpuriousVector(HazardContext context)
{
    // Classes of system_entry, in the schema's order.
    private const byte SpuriousApic = 2, ErrorApic = 3;

    // ERROR_APIC_VECTOR; SPURIOUS_APIC_VECTOR is the next and last one.
    private const byte FirstFaultVector = 0xFE;

    /// <summary>The last of <see cref="FaultClasses"/> neighbouring classes that may be a fault.</summary>
    internal const byte LastFaultClass = ErrorApic;

    internal const int FaultClasses = ErrorApic - SpuriousApic + 1;

    /// <summary>
    /// True for the entries that mean something went wrong; asked at every interrupt on a system vector.
    /// </summary>
    public static bool IsFault(in IrqEvent e) =>
        e.Vector >= FirstFaultVector && (byte)e.A is SpuriousApic or ErrorApic;

    public void Entered(in IrqEvent e)
    {
        if (!context.Wants(FindingCode.SpuriousVector)) return;
        string what = (byte)e.A == SpuriousApic
            ? "A spurious interrupt arrived: its cause was gone before the CPU could take it"
            : "The local APIC reported an error";
        context.Report(FindingCode.SpuriousVector, context.Index,
            string.Create(CultureInfo.InvariantCulture, $"{what} (CPU {e.Cpu} vector {e.Vector})."),
            new About { Cpu = e.Cpu, Vector = e.Vector });
    }

    public void Log(in KernelLogLine line)
    {
        if (!context.Wants(FindingCode.SpuriousVector)) return;
        string where = line.Cpu < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" on CPU {line.Cpu}");
        context.Report(FindingCode.SpuriousVector, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"An interrupt arrived on vector {line.Vector}{where} that nobody had sent."),
            new About { Cpu = line.Cpu < 0 ? null : line.Cpu, Vector = line.Vector });
    }
}
