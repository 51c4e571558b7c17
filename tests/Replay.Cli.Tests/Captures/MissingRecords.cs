using System;
using System.Collections.Generic;
using Replay.Core.Events;

namespace Replay.Cli.Tests.Captures;

/// <summary>How a recording comes to lack records of some CPUs and not of others.</summary>
public enum MissingKind
{
    /// <summary>Each CPU's data begin at a time of its own.</summary>
    Staggered,

    /// <summary>All CPUs' data begin soon, one's late.</summary>
    OneLate,

    /// <summary>One CPU's data begin late, and the others' with the recording.</summary>
    OneOnly,

    /// <summary>One CPU loses records in the middle.</summary>
    Middle,
}

/// <summary>
/// Records left out of a recording, CPU by CPU, as ring buffers that overwrite their oldest records do, or a recorder
/// that does not keep up; with or without a record that tells of it where the CPU's data go on.
/// </summary>
internal sealed class MissingRecords
{
    private readonly ulong[] _from;
    private readonly ulong[] _until;
    private readonly bool _told;

    private MissingRecords(ulong[] from, ulong[] until, bool told)
    {
        _from = from;
        _until = until;
        _told = told;
    }

    /// <summary>Time of the first event at which no CPU's records are missing any more.</summary>
    public ulong WholeFrom { get; private set; }

    public static MissingRecords Choose(MissingKind kind, bool told, ReadOnlySpan<IrqEvent> events, Random random)
    {
        int cpus = 0;
        foreach (ref readonly IrqEvent e in events) cpus = Math.Max(cpus, e.Cpu + 1);
        var missing = new MissingRecords(new ulong[cpus], new ulong[cpus], told);
        do missing.Choose(kind, events, random); while (!missing.FindEnd(events));
        return missing;
    }

    /// <summary>What is left of the events.</summary>
    public IrqEvent[] Of(IrqEvent[] events)
    {
        var left = new List<IrqEvent>(events.Length);
        var lost = new bool[_from.Length];
        bool keep = false;
        foreach (ref readonly IrqEvent e in events.AsSpan())
        {
            if (e.Kind != EventKind.Extension)
            {
                keep = IsThere(in e);
                if (!keep) lost[e.Cpu] = true;
                else if (lost[e.Cpu] && _told) left.Add(LossBefore(in e));
                if (keep) lost[e.Cpu] = false;
            }
            if (keep) left.Add(e);
        }
        return [.. left];
    }

    /// <summary>The events from <see cref="WholeFrom"/> on: what everything that is left after it tells.</summary>
    public IrqEvent[] Rest(IrqEvent[] events)
    {
        int start = 0;
        while (start < events.Length && (events[start].TimeNs < WholeFrom || events[start].Kind == EventKind.Extension))
            start++;
        return events[start..];
    }

    private static IrqEvent LossBefore(in IrqEvent next) =>
        new() { Kind = EventKind.Loss, TimeNs = next.TimeNs, Cpu = next.Cpu, Irq = IrqEvent.NoIrq, A = 7 };

    private bool IsThere(in IrqEvent e) => e.TimeNs < _from[e.Cpu] || e.TimeNs >= _until[e.Cpu];

    private void Choose(MissingKind kind, ReadOnlySpan<IrqEvent> events, Random random)
    {
        ulong first = events[0].TimeNs, span = events[^1].TimeNs - first;
        double begin = 0.05 + (0.75 * random.NextDouble());
        Array.Clear(_from);
        Array.Clear(_until);
        int one = random.Next(_from.Length);
        switch (kind)
        {
            case MissingKind.Staggered:
                double spread = random.Next(3) switch { 0 => 0.001, 1 => 0.02, _ => 0.2 };
                for (int cpu = 0; cpu < _until.Length; cpu++)
                    _until[cpu] = At(begin + (spread * random.NextDouble()));
                break;
            case MissingKind.OneLate:
                for (int cpu = 0; cpu < _until.Length; cpu++) _until[cpu] = At(0.01 * random.NextDouble());
                _until[one] = At(begin);
                break;
            case MissingKind.OneOnly:
                _until[one] = At(begin);
                break;
            default:
                double length = random.Next(3) switch { 0 => 0.0001, 1 => 0.003, _ => 0.1 };
                _from[one] = At(begin);
                _until[one] = At(begin + (length * random.NextDouble()));
                break;
        }

        ulong At(double share) => first + (ulong)(share * span);
    }

    /// <summary>False when a CPU has no record after those that are missing.</summary>
    private bool FindEnd(ReadOnlySpan<IrqEvent> events)
    {
        WholeFrom = 0;
        for (int cpu = 0; cpu < _until.Length; cpu++)
        {
            if (_until[cpu] == 0) continue;
            int at = 0;
            while (at < events.Length && (events[at].Cpu != cpu || events[at].TimeNs < _until[cpu]
                || events[at].Kind == EventKind.Extension))
                at++;
            if (at == events.Length) return false;
            WholeFrom = Math.Max(WholeFrom, events[at].TimeNs);
        }
        return true;
    }
}
