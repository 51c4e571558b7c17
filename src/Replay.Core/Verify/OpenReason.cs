using System.Collections.Generic;

namespace Replay.Core.Verify;

/// <summary>Why a decision could not be taken again: the input that the recording does not hold.</summary>
public enum OpenReason : byte
{
    /// <summary>What the interrupt, CPU or entry had before recording began, or lost sight of.</summary>
    StateBefore,

    /// <summary>The affinity mask of the interrupt.</summary>
    Mask,

    /// <summary>Which bits of the CPU's map are in use or set aside.</summary>
    Bits,

    /// <summary>What a CPU did while it went offline.</summary>
    BlindSpot,

    /// <summary>A value that hardware or firmware gives and that shows here for the first time.</summary>
    FirstSight,

    /// <summary>The records before this one that say what the kernel was doing.</summary>
    Caller,
}

/// <summary>What to tell about each reason.</summary>
public static class OpenReasons
{
    private static readonly string[] Texts =
    [
        "the state before it was not recorded",
        "the interrupt's affinity mask was not recorded",
        "which vectors of the CPU were in use was not recorded",
        "a CPU went offline unseen before it",
        "the value shows for the first time",
        "what led to it was not recorded",
    ];

    private static readonly string[] Cures =
    [
        "record from boot on: put the events on the kernel command line (trace_event=irq_vectors:*,irq_matrix:*)",
        "trace-cmd record -e probe:irq_do_set_affinity, with: "
            + "perf probe 'irq_do_set_affinity irq=data->irq mask=*mask->bits'",
        "record from boot on: put the events on the kernel command line (trace_event=irq_vectors:*,irq_matrix:*)",
        "probes fire on a dying CPU where tracepoints do not: perf probe 'apic_update_vector irqd->irq newvec newcpu'",
        "",
        "irqreplay recipe bare-metal prints the probes that tell",
    ];

    public static IReadOnlyList<string> Names { get; } = ["stateBefore", "mask", "bits",
        "blindSpot", "firstSight", "caller"];

    public static int Count => Names.Count;

    public static string TextOf(OpenReason reason) => Texts[(int)reason];

    /// <summary>How to record what is missing; empty where nothing would help.</summary>
    public static string CureOf(OpenReason reason) => Cures[(int)reason];
}
