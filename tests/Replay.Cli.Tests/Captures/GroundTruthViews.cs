using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Reports;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// Compares a replayed state with what the machine showed, view by view. What the machine has and the replay says
/// nothing about is "not known": set up before recording began, or not recorded.
/// </summary>
internal sealed class GroundTruthViews
{
    private readonly string _snapshot;
    private readonly GroundTruth _truth;

    public GroundTruthViews(string snapshot, GroundTruth truth)
    {
        _snapshot = snapshot;
        _truth = truth;
    }

    /// <summary>Things compared.</summary>
    public int Compared { get; private set; }

    /// <summary>One line for each thing that differs.</summary>
    public List<string> Differences { get; } = [];

    /// <summary>One line for each thing that the replay does not know.</summary>
    public List<string> Unknown { get; } = [];

    public void Cpus(StateReport state)
    {
        if (_truth.OnlineCpus() is not { } truth) return;
        foreach (CpuRow row in state.Cpus)
        {
            Compared++;
            if (row.Online is not { } online) Unknown.Add($"{_snapshot}: CPU {row.Cpu}");
            else if (online != truth.Contains(row.Cpu)) Differ($"CPU {row.Cpu}: machine {!online}, replay {online}");
        }
        foreach (int cpu in truth)
        {
            if (cpu < state.Cpus.Count) continue;
            Compared++;
            Unknown.Add($"{_snapshot}: CPU {cpu}");
        }
    }

    public void Remap(StateReport state)
    {
        if (_truth.Remap() is not { } truth) return;
        var found = new SortedDictionary<(string Source, int Index), (ulong Lo, ulong Hi)>();
        bool bySource = false;
        foreach ((string source, _) in truth.Keys) bySource |= source.Length > 0;
        foreach (RemapUnit unit in state.Remap)
        {
            foreach (RemapEntry entry in unit.Entries)
            {
                if (((entry.Lo ?? 0) | (entry.Hi ?? 0)) == 0) continue;
                found[(bySource ? entry.Source ?? "" : "", entry.Index)] = (entry.Lo ?? 0, entry.Hi ?? 0);
            }
        }
        SortedSet<(string, int)> keys = [.. truth.Keys, .. found.Keys];
        Compared += keys.Count;
        foreach ((string, int) key in keys)
        {
            if (!found.TryGetValue(key, out (ulong Lo, ulong Hi) replayed)) Unknown.Add($"{_snapshot}: irte {key}");
            else if (!truth.TryGetValue(key, out (ulong Lo, ulong Hi) machine)) Differ($"irte {key}: machine empty");
            else if (machine != replayed) Differ($"irte {key}: machine {machine:x}, replay {replayed:x}");
        }
    }

    /// <summary>Entries where either side has a message or lifted the mask.</summary>
    public void Msix(StateReport state)
    {
        if (_truth.Msix() is not { } truth) return;
        var found = new Dictionary<(string, int), (ulong Address, uint Data, uint? Mask)>();
        foreach (MsixFunction device in state.Msix)
        {
            foreach (MsixRow entry in device.Entries)
                found[(device.Device, entry.Entry)] = (entry.Address ?? 0, entry.Data ?? 0, entry.Control & 1);
        }
        foreach (((string Device, int Entry) key, (ulong Address, uint Data, uint Mask) machine) in truth)
        {
            bool known = found.TryGetValue(key, out (ulong Address, uint Data, uint? Mask) replayed);
            bool blank = machine == (0, 0, 1u);
            if (blank && (!known || replayed == (0, 0, 1u))) continue;
            Compared++;
            if (!known) Unknown.Add($"{_snapshot}: msix {key}: machine {machine}");
            else if (replayed.Mask is null && machine.Address == replayed.Address && machine.Data == replayed.Data)
                Unknown.Add($"{_snapshot}: msix {key}: mask");
            else if (replayed != (machine.Address, machine.Data, machine.Mask))
                Differ($"msix {key}: machine {machine:x}, replay {replayed}");
        }
    }

    public void Irqs(StateReport state)
    {
        if (_truth.Irqs() is not { } truth) return;
        var found = new Dictionary<uint, IrqRow>();
        foreach (IrqRow row in state.Irqs) found.Add(row.Irq, row);
        SortedSet<int> online = Online(state);
        foreach ((uint irq, SortedSet<int> effective, SortedSet<int> affinity) in truth)
        {
            bool known = found.TryGetValue(irq, out IrqRow? row);
            if (irq < 16 && !known) continue;
            Compared++;
            // A managed interrupt that is shut down keeps its last effective CPU in the kernel's books.
            bool shutDown = affinity.Count > 0 && !affinity.Overlaps(online);
            if (!known) Unknown.Add($"{_snapshot}: irq {irq}");
            else if (effective.Count == 0 || !effective.IsSubsetOf(online) || shutDown) continue;
            else if (row!.Cpu is not { } cpu) Unknown.Add($"{_snapshot}: irq {irq}: CPU");
            else if (!effective.SetEquals([cpu])) Differ($"irq {irq}: machine on {Show(effective)}, replay on {cpu}");
        }
    }

    /// <summary>
    /// The machine read its counts between the two markers while interrupts went on, so the truth lies between what the
    /// replay counted at the one and at the other; where those are equal, nothing is left between them.
    /// </summary>
    public void Counts(StateReport begin, StateReport end)
    {
        if (_truth.Counts() is not { } truth) return;
        var first = new Dictionary<uint, IrqRow>();
        var last = new Dictionary<uint, IrqRow>();
        foreach (IrqRow row in begin.Irqs) first.Add(row.Irq, row);
        foreach (IrqRow row in end.Irqs) last.Add(row.Irq, row);
        foreach (((uint Irq, int Cpu) key, long machine) in truth)
        {
            if (key.Irq < 16) continue;
            Compared++;
            if (!first.TryGetValue(key.Irq, out IrqRow? before) || !last.TryGetValue(key.Irq, out IrqRow? after))
            {
                Unknown.Add($"{_snapshot}: count of irq {key.Irq}");
                continue;
            }
            long from = Count(before, key.Cpu), to = Count(after, key.Cpu);
            if (machine < from || machine > to)
                Differ($"count of irq {key.Irq} on CPU {key.Cpu}: machine {machine}, replay {from} to {to}");
        }
    }

    private static long Count(IrqRow row, int cpu) => cpu < row.Delivered.Count ? row.Delivered[cpu] : 0;

    private static SortedSet<int> Online(StateReport state)
    {
        SortedSet<int> online = [];
        foreach (CpuRow row in state.Cpus)
        {
            if (row.Online == true) online.Add(row.Cpu);
        }
        return online;
    }

    private void Differ(FormattableString what) =>
        Differences.Add(_snapshot + ": " + what.ToString(CultureInfo.InvariantCulture));

    private static string Show(SortedSet<int> cpus) => string.Join(',', cpus);
}
