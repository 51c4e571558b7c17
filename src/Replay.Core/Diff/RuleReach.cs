using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Rules;

namespace Replay.Core.Diff;

/// <summary>A behaviour in which two choices differ and that a recording's own decisions cannot be replayed for.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Left">Alternative of the left side.</param>
/// <param name="Right">Alternative of the right side.</param>
/// <param name="Decisions">Recorded events that it concerns.</param>
public sealed record UnmodelledRule(string Rule, string Left, string Right, long Decisions);

/// <summary>
/// Counts what a recording has of each behaviour of the kernel that two choices set differently, and that the machine
/// follows from the recording instead of deciding it. Such a difference must be told, not taken for none.
/// </summary>
public sealed class RuleReach
{
    // Behaviours that the machine takes from the recording, and the kinds that show one of their decisions. Of
    // vector.slotRecheck no recording has any: a stray interrupt on a vector without owner leaves no event.
    private static readonly (string Rule, EventKind[] Kinds)[] Followed =
    [
        ("vector.cleanup", [EventKind.VectorFreeMoved, EventKind.FreeMovedVector, EventKind.SendCleanupVector]),
        ("vector.reservation", [EventKind.VectorReserve]),
        ("vector.windowEnd", [EventKind.MatrixOnline, EventKind.MatrixAlloc, EventKind.MatrixReserveManaged]),
        ("cpu.offlineEnospcRetry", [EventKind.CpuhpEnter]),
        ("cpu.managedStartWhileSuspended", [EventKind.SuspendResume]),
        ("apic.flatLogical", [EventKind.VectorConfig, EventKind.MsiWrite]),
        ("msi.affinityProtocol", [EventKind.MsiWrite]),
    ];

    private readonly RuleChoice _left;
    private readonly RuleChoice _right;
    private readonly EventTables _tables;
    private readonly List<int> _rows = [];
    private readonly long[] _byKind = new long[256];

    public RuleReach(RuleChoice left, RuleChoice right, EventTables tables)
    {
        _left = left;
        _right = right;
        _tables = tables;
        for (int i = 0; i < Followed.Length; i++)
        {
            if (left[Followed[i].Rule] != right[Followed[i].Rule]) _rows.Add(i);
        }
    }

    /// <summary>Counts a batch; costs nothing where the choices agree.</summary>
    public void Observe(ReadOnlySpan<IrqEvent> events)
    {
        if (_rows.Count == 0) return;
        foreach (ref readonly IrqEvent e in events)
        {
            if (e.Kind == EventKind.CpuhpEnter && _tables.Names[new HotplugStep(in e).Fun] != "takedown_cpu") continue;
            _byKind[(byte)e.Kind]++;
        }
    }

    /// <summary>Behaviours that differ and have recorded decisions.</summary>
    public List<UnmodelledRule> Finish()
    {
        var rules = new List<UnmodelledRule>();
        foreach (int row in _rows)
        {
            (string rule, EventKind[] kinds) = Followed[row];
            long decisions = 0;
            foreach (EventKind kind in kinds) decisions += _byKind[(byte)kind];
            if (decisions > 0) rules.Add(new UnmodelledRule(rule, _left[rule], _right[rule], decisions));
        }
        return rules;
    }
}
