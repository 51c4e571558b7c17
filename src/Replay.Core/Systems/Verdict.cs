using System.Globalization;

namespace Replay.Core.Systems;

/// <summary>What became of one event of a device: exactly one of these for each.</summary>
public enum Verdict : byte
{
    /// <summary>Reached the handler of the interrupt that the device meant.</summary>
    Delivered,

    /// <summary>The entry was effectively masked: pending bit set, no message sent.</summary>
    Pending,

    /// <summary>Merged into one that was already pending; not a loss.</summary>
    Coalesced,

    /// <summary>Message sent, but remapping hardware or hypervisor had no valid entry for it.</summary>
    BlockedIr,

    /// <summary>Landed on a CPU and vector that are not the interrupt's.</summary>
    Misrouted,

    /// <summary>Gone, with no pending bit anywhere.</summary>
    Lost,

    /// <summary>A handler ran and the device had nothing.</summary>
    Spurious,

    /// <summary>The message was a write outside the interrupt range, to address 0 for example.</summary>
    DmaStray,
}

/// <summary>What an interrupt is worth when the trace is over.</summary>
public enum EndVerdict : byte
{
    /// <summary>The next event of the device would arrive.</summary>
    Working,

    /// <summary>Effectively masked (entry, function mask, or MSI-X disabled), and nobody will unmask it.</summary>
    StuckMasked,

    /// <summary>
    /// The message leads nowhere: hypervisor or remapping hardware has no entry, or there is no message.
    /// </summary>
    NoMapping,

    /// <summary>Both.</summary>
    StuckMaskedAndNoMapping,

    /// <summary>The message leads to another CPU, vector or interrupt.</summary>
    WrongTarget,

    /// <summary>The driver does not have the interrupt.</summary>
    NotAllocated,
}

/// <summary>Upper-case texts of verdicts, as reports and expectations spell them.</summary>
public static class VerdictText
{
    public static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Delivered => "DELIVERED",
        Verdict.Pending => "PENDING",
        Verdict.Coalesced => "COALESCED",
        Verdict.BlockedIr => "BLOCKED_IR",
        Verdict.Misrouted => "MISROUTED",
        Verdict.Lost => "LOST",
        Verdict.Spurious => "SPURIOUS",
        _ => "DMA_STRAY",
    };

    public static string Name(EndVerdict verdict) => verdict switch
    {
        EndVerdict.Working => "WORKING",
        EndVerdict.StuckMasked => "STUCK_MASKED",
        EndVerdict.NoMapping => "NO_MAPPING",
        EndVerdict.StuckMaskedAndNoMapping => "STUCK_MASKED+NO_MAPPING",
        EndVerdict.WrongTarget => "WRONG_TARGET",
        _ => "NOT_ALLOCATED",
    };

    /// <summary>
    /// <c>DELIVERED(1,0x41,24)</c>, <c>DMA_STRAY(0)</c>, <c>BLOCKED_IR(no mapping)</c>: what is not known is left out.
    /// </summary>
    public static string Describe(EventVerdict verdict)
    {
        string name = Name(verdict.Verdict);
        switch (verdict.Verdict)
        {
            case Verdict.Delivered or Verdict.Misrouted when verdict is { Cpu: { } cpu, Vector: { } vector }:
                return verdict.Irq is { } irq && verdict.Verdict == Verdict.Delivered
                    ? string.Create(CultureInfo.InvariantCulture, $"{name}({cpu},0x{vector:x2},{irq})")
                    : string.Create(CultureInfo.InvariantCulture, $"{name}({cpu},0x{vector:x2})");
            case Verdict.DmaStray:
                ulong address = verdict.Address ?? 0;
                return address == 0
                    ? name + "(0)" : string.Create(CultureInfo.InvariantCulture, $"{name}(0x{address:x})");
            case Verdict.BlockedIr when verdict.Reason.Length > 0:
                return $"{name}({verdict.Reason})";
            default:
                return name;
        }
    }
}
