namespace Replay.Core.Findings;

/// <summary>How bad a finding is for the recorded machine.</summary>
public enum Severity : byte
{
    /// <summary>Context; no harm by itself.</summary>
    Note,

    /// <summary>Spurious, duplicate, noisy; no effect that lasts.</summary>
    Minor,

    /// <summary>An interrupt lost once, a refused operation, a wrong CPU for ever.</summary>
    Major,

    /// <summary>Interrupts lost for ever, or memory or machine at risk.</summary>
    Critical,
}

/// <summary>How sure a finding is.</summary>
public enum Certainty : byte
{
    /// <summary>Only a symptom was seen.</summary>
    Hint,

    /// <summary>Rests on state that was concluded by rule, or follows a loss in the recording.</summary>
    Inferred,

    /// <summary>The recording contradicts itself or shows the fault.</summary>
    Proved,
}

/// <summary>One thing that the recorded machine did wrong, or that the recording shows wrong.</summary>
public sealed record Finding
{
    public required FindingCode Code { get; init; }

    public required Severity Severity { get; init; }

    public required Certainty Certainty { get; init; }

    /// <summary>Event where it shows.</summary>
    public required long Event { get; init; }

    public required ulong TimeNs { get; init; }

    /// <summary>Event where the views first parted; null when that was before the recording or is not known.</summary>
    public long? Blame { get; init; }

    public int? Irq { get; init; }

    public string? Device { get; init; }

    public int? Entry { get; init; }

    public int? Cpu { get; init; }

    public int? Vector { get; init; }

    /// <summary>One plain sentence.</summary>
    public required string Message { get; init; }
}
