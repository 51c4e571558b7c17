using System;
using System.Collections.Generic;
using Replay.Core.Reports;

namespace Replay.Cli.Output;

/// <summary>Parts of a state that a user may ask for.</summary>
[Flags]
internal enum StateViews
{
    None = 0,
    Cpus = 1,
    Irqs = 2,
    Remap = 4,
    Msix = 8,
    Matrix = 16,
    All = Cpus | Irqs | Remap | Msix | Matrix,
}

/// <summary>Narrows a state to what a user asked for.</summary>
/// <param name="Views">Parts that are printed.</param>
/// <param name="Irqs">Interrupts that are printed; empty for all.</param>
/// <param name="Cpus">CPUs that are printed; empty for all.</param>
internal sealed record StateSelection(StateViews Views, IReadOnlyList<uint> Irqs, IReadOnlyList<int> Cpus)
{
    private static readonly string[] Names = ["cpus", "irqs", "remap", "msix", "matrix"];

    /// <summary>Reads the value of <c>--view</c>; null means all.</summary>
    /// <exception cref="UsageException">No such view.</exception>
    public static StateViews ParseViews(string? text)
    {
        if (text is null) return StateViews.All;
        var views = StateViews.None;
        foreach (string name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int index = Array.IndexOf(Names, name);
            if (index < 0)
            {
                string? near = Nearest.Find(name, Names);
                throw new UsageException($"--view {text}: the views are {string.Join(", ", Names)}"
                    + (near is null ? "" : $"; did you mean --view {near}?"));
            }
            views |= (StateViews)(1 << index);
        }
        return views;
    }

    public bool Has(StateViews view) => (Views & view) != 0;

    /// <summary>The rows of a state that concern the chosen interrupts and CPUs.</summary>
    public StateReport Apply(StateReport state)
    {
        if (Irqs.Count == 0 && Cpus.Count == 0) return state;
        List<IrqRow> irqs = Where(state.Irqs, WantsIrq);
        var cpus = new List<CpuRow>();
        foreach (CpuRow cpu in state.Cpus)
        {
            if (!WantsCpu(cpu.Cpu)) continue;
            if (Irqs.Count == 0)
            {
                cpus.Add(cpu);
                continue;
            }
            List<VectorSlot> slots = Where(cpu.Vectors, slot => slot.Irq is { } irq && Contains(Irqs, irq));
            if (slots.Count > 0) cpus.Add(cpu with { Vectors = slots });
        }
        var msix = new List<MsixFunction>();
        foreach (MsixFunction function in state.Msix)
        {
            List<MsixRow> rows = Where(function.Entries, row => irqs.Exists(irq =>
                irq.Device == function.Device && irq.Entry == row.Entry));
            if (rows.Count > 0) msix.Add(function with { Entries = rows });
        }
        var remap = new List<RemapUnit>();
        foreach (RemapUnit unit in state.Remap)
        {
            List<RemapEntry> entries = Where(unit.Entries, entry => RemapLinks.IsUsedBy(entry, irqs, msix));
            if (entries.Count > 0) remap.Add(unit with { Entries = entries });
        }
        return state with
        {
            Cpus = cpus,
            Irqs = irqs,
            Remap = remap,
            Msix = msix,
            Matrix = state.Matrix with { Cpus = Where(state.Matrix.Cpus, cpu => WantsCpu(cpu.Cpu)) },
        };
    }

    private bool WantsIrq(IrqRow row)
    {
        if (Irqs.Count > 0 && !Contains(Irqs, row.Irq)) return false;
        return Cpus.Count == 0 || (row.Cpu is { } cpu && Contains(Cpus, cpu));
    }

    private bool WantsCpu(int cpu) => Cpus.Count == 0 || Contains(Cpus, cpu);

    private static bool Contains<T>(IReadOnlyList<T> values, T value)
        where T : IEquatable<T>
    {
        foreach (T candidate in values)
        {
            if (candidate.Equals(value)) return true;
        }
        return false;
    }

    private static List<T> Where<T>(IReadOnlyList<T> rows, Predicate<T> wanted)
    {
        var kept = new List<T>();
        foreach (T row in rows)
        {
            if (wanted(row)) kept.Add(row);
        }
        return kept;
    }
}
