using System.Collections.Generic;
using Replay.Core.Findings;

namespace Replay.Core.WhatIf;

/// <summary>An interrupt that ends otherwise than in the recording.</summary>
/// <param name="Irq">Linux number.</param>
/// <param name="Device">Its device; null when not known.</param>
/// <param name="Entry">Its message; null when not known.</param>
/// <param name="Cpu">CPU that it is directed at; null when none.</param>
/// <param name="Vector">Vector there; null when it has none or its number cannot be told.</param>
/// <param name="State">In a few words; equal states have equal words.</param>
/// <param name="Matters">False where only numbers of vectors differ.</param>
/// <param name="Exists">False where its allocation was refused.</param>
/// <param name="Works">False where it was refused, is directed at a dead CPU, or missed an arrival.</param>
/// <param name="Event">Event at which it departed.</param>
/// <param name="TimeNs">Its time.</param>
public sealed record WhatIfIrq(
    int Irq, string? Device, int? Entry, int? Cpu, int? Vector, string State, bool Matters, bool Exists, bool Works,
    long Event, ulong TimeNs);

/// <summary>By how much the books of a CPU differ from the recorded ones.</summary>
/// <param name="Cpu">CPU.</param>
/// <param name="StaysOnline">It is offline in the recording, and could not be taken offline.</param>
/// <param name="Available">Vectors available beyond the recorded number.</param>
/// <param name="Allocated">Vectors in use beyond the recorded number.</param>
/// <param name="ManagedAllocated">Those of them that are managed.</param>
public sealed record WhatIfCpu(int Cpu, bool StaysOnline, int Available, int Allocated, int ManagedAllocated);

/// <summary>What became of a recording under other rules, as differences to it.</summary>
public sealed record WhatIfReport
{
    /// <summary>The rules that were chosen.</summary>
    public required WhatIfRules Rules { get; init; }

    /// <summary>
    /// Rules that decided otherwise, or that could not decide, the most important to an interrupt first.
    /// </summary>
    public required IReadOnlyList<Departure> Departures { get; init; }

    /// <summary>Interrupts that end otherwise, by number.</summary>
    public required IReadOnlyList<WhatIfIrq> Irqs { get; init; }

    /// <summary>CPUs whose books differ.</summary>
    public required IReadOnlyList<WhatIfCpu> Cpus { get; init; }

    /// <summary>Reservations held beyond the recorded ones.</summary>
    public int Reserved { get; init; }

    public required WhatIfTotals Totals { get; init; }

    /// <summary>Findings of the recording that do not come: code, event, interrupt (-1 for none).</summary>
    public required IReadOnlySet<(FindingCode Code, long Event, int Irq)> Voided { get; init; }

    /// <summary>Nothing was decided otherwise.</summary>
    public bool IsAsRecorded
    {
        get
        {
            foreach (Departure departure in Departures)
            {
                if (departure.Count > 0) return false;
            }
            return true;
        }
    }

    /// <summary>The rule's departure; null when it has none.</summary>
    public Departure? Find(WhatIfRule rule)
    {
        foreach (Departure departure in Departures)
        {
            if (departure.Rule == rule) return departure;
        }
        return null;
    }
}
