using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>What a finding is about; null where that does not apply or is not known.</summary>
internal readonly struct About
{
    public int? Irq { get; init; }

    /// <summary>Name of the device; the interrupt's own where it is left out.</summary>
    public string? Device { get; init; }

    public int? Entry { get; init; }

    public int? Cpu { get; init; }

    public int? Vector { get; init; }
}

/// <summary>
/// What the detections share: the machine as the event in hand has left it, that event's place, and the table that
/// findings go to. Written by the replayer before each event that a detection looks at.
/// </summary>
internal sealed class HazardContext(MachineState machine, FindingTable findings)
{
    public MachineState Machine { get; } = machine;

    /// <summary>Index of the event in hand.</summary>
    public long Index { get; set; } = -1;

    /// <summary>Its time.</summary>
    public ulong TimeNs { get; set; }

    /// <summary>True once the recorder lost records: nothing is proved any more.</summary>
    public bool AfterLoss { get; set; }

    /// <summary>True when one more finding of this code is kept with its text; else it is counted here.</summary>
    public bool Wants(FindingCode code)
    {
        if (findings.WouldKeep(code)) return true;
        findings.CountOnly(code, Index);
        return false;
    }

    /// <summary>
    /// Adds a finding that shows at the event in hand; <paramref name="blame"/> below 0 is not known.
    /// </summary>
    public void Report(FindingCode code, long? blame, string message, in About about = default,
        Certainty certainty = Certainty.Proved, Severity? severity = null)
    {
        string? device = about.Device;
        int? entry = about.Entry;
        if (about.Irq is { } irq && irq < Machine.Irqs.Count)
        {
            ref IrqDesc desc = ref Machine.Irqs[irq];
            if (device is null && desc.Device != 0) device = Machine.Tables.Devices[desc.Device];
            if (entry is null && desc.Entry >= 0) entry = desc.Entry;
        }
        if (AfterLoss && certainty == Certainty.Proved) certainty = Certainty.Inferred;
        findings.Add(new Finding
        {
            Code = code,
            Severity = severity ?? FindingCatalog.Get(code).Severity,
            Certainty = certainty,
            Event = Index,
            TimeNs = TimeNs,
            Blame = blame is < 0 ? null : blame,
            Irq = about.Irq,
            Device = device,
            Entry = entry,
            Cpu = about.Cpu,
            Vector = about.Vector,
            Message = message,
        });
    }

    /// <summary>The device's name, null for index 0.</summary>
    public string? DeviceName(ushort device) => device == 0 ? null : Machine.Tables.Devices[device];

    /// <summary>The first of two events that is known, else the event in hand.</summary>
    public long Since(long eventIndex) => eventIndex >= 0 ? eventIndex : Index;
}
