using System;
using System.Collections.Generic;
using System.Linq;
using Replay.Core.Events;

namespace Replay.Cli.Tests.Verification;

/// <summary>What is left of a recording when it begins late, on all CPUs or on some, or loses records.</summary>
internal static class Cuts
{
    /// <summary>Everything from a share of the records on.</summary>
    public static IrqEvent[] From(IrqEvent[] events, double share) =>
        events[Start(events, (int)(events.Length * share))..];

    /// <summary>Everything from just before, at or after a record of a kind.</summary>
    public static IrqEvent[] Near(IrqEvent[] events, EventKind kind, Random random)
    {
        int[] places = [.. Enumerable.Range(0, events.Length).Where(at => events[at].Kind == kind)];
        if (places.Length == 0) return events;
        int place = places[random.Next(places.Length)] + random.Next(-1, 3);
        return events[Start(events, Math.Max(0, place))..];
    }

    /// <summary>
    /// Each CPU's data begins at a time of its own, as in ring buffers that overwrite their oldest records.
    /// </summary>
    public static IrqEvent[] EachCpu(IrqEvent[] events, Random random)
    {
        ulong first = events[0].TimeNs, span = events[^1].TimeNs - first;
        double begin = 0.9 * random.NextDouble(), spread = random.Next(2) == 0 ? 0.02 : 0.4;
        var starts = new Dictionary<ushort, ulong>();
        return Kept(events, (in IrqEvent e) =>
        {
            if (!starts.TryGetValue(e.Cpu, out ulong start))
            {
                start = random.Next(4) == 0 ? 0 : first + (ulong)((begin + spread * random.NextDouble()) * span);
                starts.Add(e.Cpu, start);
            }
            return e.TimeNs >= start;
        });
    }

    /// <summary>Loss records put in, with nothing lost.</summary>
    public static IrqEvent[] WithLosses(IrqEvent[] events, int count, Random random)
    {
        HashSet<int> places = [.. Enumerable.Range(0, count).Select(_ => Start(events, random.Next(events.Length)))];
        var list = new List<IrqEvent>(events.Length + count);
        for (int i = 0; i < events.Length; i++)
        {
            if (places.Contains(i)) list.Add(LossAt(events[i]));
            list.Add(events[i]);
        }
        return [.. list];
    }

    /// <summary>One CPU loses some of its records while the others' go on.</summary>
    public static IrqEvent[] LosingOneCpu(IrqEvent[] events, Random random)
    {
        int from = Start(events, random.Next(events.Length));
        int cpu = from < events.Length ? events[from].Cpu : 0, left = 1 + random.Next(200);
        var list = new List<IrqEvent>(events.Length);
        bool keep = true, told = false;
        for (int i = 0; i < events.Length; i++)
        {
            ref readonly IrqEvent e = ref events[i];
            if (e.Kind != EventKind.Extension)
            {
                keep = i < from || e.Cpu != cpu || left-- <= 0;
                if (i >= from && e.Cpu == cpu && keep && !told)
                {
                    told = true;
                    list.Add(LossAt(e));
                }
            }
            if (keep) list.Add(e);
        }
        return [.. list];
    }

    private static IrqEvent LossAt(in IrqEvent next) =>
        new() { Kind = EventKind.Loss, TimeNs = next.TimeNs, Cpu = next.Cpu, Irq = IrqEvent.NoIrq, A = 7 };

    private static int Start(IrqEvent[] events, int at)
    {
        while (at < events.Length && events[at].Kind == EventKind.Extension) at++;
        return at;
    }

    private delegate bool Keeps(in IrqEvent e);

    private static IrqEvent[] Kept(IrqEvent[] events, Keeps keeps)
    {
        var list = new List<IrqEvent>(events.Length);
        bool keep = false;
        foreach (ref readonly IrqEvent e in events.AsSpan())
        {
            if (e.Kind != EventKind.Extension) keep = keeps(in e);
            if (keep) list.Add(e);
        }
        return [.. list];
    }
}
