using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Reports;
using Replay.Core.Systems;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>state</c> for people: a table a view; <c>?</c> is what the recording does not tell.</summary>
internal static class StateText
{
    public static void Write(StateReport state, StateSelection selection,
        IReadOnlyList<NamedSystem> systems, CliHost host)
    {
        using var console = new ReportConsole(host);
        console.Heading("State at " + state.At);
        if (selection.Views == StateViews.All)
        {
            foreach (NamedSystem named in systems) WriteSystem(console, named, selection);
            if (RecognisedRules.Decide(systems)) return; // A machine that is run has no recorded one beside it.
        }
        if (selection.Has(StateViews.Cpus)) WriteCpus(console, state.Cpus);
        if (selection.Has(StateViews.Irqs)) WriteIrqs(console, state.Irqs);
        if (selection.Has(StateViews.Remap)) WriteRemap(console, state.Remap);
        if (selection.Has(StateViews.Msix)) WriteMsix(console, state.Msix);
        if (selection.Has(StateViews.Matrix)) WriteMatrix(console, state.Matrix);
    }

    private static void WriteSystem(ReportConsole console, NamedSystem named, StateSelection selection)
    {
        List<StateLine> states = SystemStates.LastOf(named.System, selection);
        if (states.Count == 0) return;
        console.Line();
        console.Heading("System " + named.Name);
        Table table = ReportConsole.NewTable("!What", "State", "!Since", ">Event");
        foreach (StateLine row in states)
        {
            table.AddRow(ReportConsole.Cell(row.Subject), ReportConsole.Cell(row.State), ReportConsole.Cell(row.Step),
                ReportConsole.Number(row.Event.ToString(CultureInfo.InvariantCulture)));
        }
        console.Write(table);
    }

    private static void WriteCpus(ReportConsole console, IReadOnlyList<CpuRow> cpus)
    {
        if (!Begin(console, "CPUs and their vectors", cpus.Count)) return;
        Table table = ReportConsole.NewTable(">CPU", "Online", "Vectors (vector:irq)", "Other vectors");
        foreach (CpuRow cpu in cpus)
        {
            table.AddRow(ReportConsole.Number(Show(cpu.Cpu)), Flag(cpu.Online, "yes", "OFFLINE"),
                ReportConsole.Cell(Owned(cpu.Vectors)), ReportConsole.Cell(Others(cpu.Vectors)));
        }
        console.Write(table);
    }

    private static string Owned(IReadOnlyList<VectorSlot> slots)
    {
        var parts = new List<string>();
        foreach (VectorSlot slot in slots)
        {
            if (slot.Irq is { } irq) parts.Add(Show(slot.Vector) + ":" + Show(irq));
        }
        return parts.Count == 0 ? "-" : string.Join(' ', parts);
    }

    /// <summary>Slots that no interrupt owns, by state, runs of them as ranges.</summary>
    private static string Others(IReadOnlyList<VectorSlot> slots)
    {
        var byState = new SortedDictionary<string, List<int>>(System.StringComparer.Ordinal);
        foreach (VectorSlot slot in slots)
        {
            if (slot.Irq is not null || slot.State is null) continue;
            if (!byState.TryGetValue(slot.State, out List<int>? vectors)) byState.Add(slot.State, vectors = []);
            vectors.Add(slot.Vector);
        }
        var parts = new List<string>();
        foreach ((string state, List<int> vectors) in byState) parts.Add(state + " " + CpuList(vectors));
        return parts.Count == 0 ? "-" : string.Join("; ", parts);
    }

    private static void WriteIrqs(ReportConsole console, IReadOnlyList<IrqRow> irqs)
    {
        if (!Begin(console, "Interrupts (runs of the handler as cpu:count)", irqs.Count)) return;
        Table table = ReportConsole.NewTable(">IRQ", "Name", "Chip", "!Device", "Affinity", ">CPU", ">Vec", "State",
            "Runs");
        foreach (IrqRow irq in irqs)
        {
            table.AddRow(
                ReportConsole.Number(Show(irq.Irq)),
                ReportConsole.Cell(irq.Name ?? "?"),
                ReportConsole.Cell(Chip(irq)),
                ReportConsole.Cell(irq.Device is null ? "?"
                    : irq.Entry is { } entry ? $"{irq.Device}[{Show(entry)}]" : irq.Device),
                ReportConsole.Cell(irq.Affinity is null ? "?" : CpuList(irq.Affinity)),
                ReportConsole.Number(Show(irq.Cpu)),
                ReportConsole.Number(Show(irq.Vector)),
                ReportConsole.Cell(Flags(irq), irq.Masked == true ? ReportConsole.Warn : null),
                ReportConsole.Cell(Delivered(irq.Delivered)));
        }
        console.Write(table);
    }

    private static void WriteRemap(ReportConsole console, IReadOnlyList<RemapUnit> units)
    {
        if (!Begin(console, "Remapping tables", units.Count)) return;
        foreach (RemapUnit unit in units)
        {
            console.Line($"  unit {unit.Unit ?? "?"}, enabled: {Word(unit.Enabled)}, "
                + $"{PlainText.Count(unit.Entries.Count)} {(unit.Entries.Count == 1 ? "entry" : "entries")}");
            if (unit.Entries.Count == 0) continue;
            Table table = ReportConsole.NewTable(">Index", "!Source", "Present", ">Vec", ">Dest", "!High", "!Low");
            foreach (RemapEntry entry in unit.Entries)
            {
                table.AddRow(ReportConsole.Number(Show(entry.Index)), ReportConsole.Cell(entry.Source ?? "?"),
                    Flag(entry.Present, "yes", "no"), ReportConsole.Number(Show(entry.Vector)),
                    ReportConsole.Number(entry.Dest is { } dest ? Show(dest) : "?"),
                    ReportConsole.Cell(Hex(entry.Hi, 16)), ReportConsole.Cell(Hex(entry.Lo, 16)));
            }
            console.Write(table);
        }
    }

    private static void WriteMsix(ReportConsole console, IReadOnlyList<MsixFunction> functions)
    {
        if (!Begin(console, "MSI-X tables", functions.Count)) return;
        foreach (MsixFunction function in functions)
        {
            console.Line($"  {function.Device}, enabled: {Word(function.Enabled)}, function mask: "
                + $"{Word(function.FunctionMask)}");
            if (function.Entries.Count == 0) continue;
            Table table = ReportConsole.NewTable(">Entry", "Address", "Data", "Masked", "Pending");
            foreach (MsixRow row in function.Entries)
            {
                // Bit 0 of the vector control word masks the entry (PCI Local Bus 3.0, 6.8.2.9).
                bool? masked = row.Control is { } control ? (control & 1) != 0 : null;
                table.AddRow(ReportConsole.Number(Show(row.Entry)), ReportConsole.Cell(Hex(row.Address, 8)),
                    ReportConsole.Cell(Hex(row.Data, 4)), Flag(masked, "MASKED", "no", trueIsBad: true),
                    Flag(row.Pending, "PENDING", "no", trueIsBad: true));
            }
            console.Write(table);
        }
    }

    private static void WriteMatrix(ReportConsole console, MatrixRow matrix)
    {
        console.Line();
        console.Heading("Vector allocator");
        console.Line($"  available {Show(matrix.GlobalAvailable)}, reserved {Show(matrix.GlobalReserved)}, "
            + $"allocated {Show(matrix.TotalAllocated)}");
        if (matrix.Cpus.Count == 0) return;
        Table table = ReportConsole.NewTable(">CPU", "Online", ">Available", ">Allocated",
            ">Managed", ">Managed in use");
        foreach (MatrixCpuRow cpu in matrix.Cpus)
        {
            table.AddRow(ReportConsole.Number(Show(cpu.Cpu)), Flag(cpu.Online, "yes", "OFFLINE"),
                ReportConsole.Number(Show(cpu.Available)), ReportConsole.Number(Show(cpu.Allocated)),
                ReportConsole.Number(Show(cpu.Managed)), ReportConsole.Number(Show(cpu.ManagedAllocated)));
        }
        console.Write(table);
    }

    private static bool Begin(ReportConsole console, string heading, int rows)
    {
        console.Line();
        console.Heading(heading);
        if (rows == 0) console.Line("  none", ReportConsole.Dim);
        return rows > 0;
    }

    /// <summary>Chips of a device carry its name behind theirs; it stands in the next column already.</summary>
    private static string Chip(IrqRow irq)
    {
        if (irq.Chip is null) return "?";
        return irq.Device is not null && irq.Chip.EndsWith("-" + irq.Device, StringComparison.Ordinal)
            ? irq.Chip[..^(irq.Device.Length + 1)] : irq.Chip;
    }

    private static string Flags(IrqRow irq)
    {
        var flags = new List<string>();
        if (irq.Masked == true) flags.Add("MASKED");
        if (irq.Activated == true) flags.Add("active");
        if (irq.Activated == false) flags.Add("inactive");
        if (irq.Managed == true) flags.Add("managed");
        return flags.Count == 0 ? "?" : string.Join(' ', flags);
    }

    private static string Delivered(IReadOnlyList<long> counts)
    {
        var parts = new List<string>();
        for (int cpu = 0; cpu < counts.Count; cpu++)
        {
            if (counts[cpu] != 0) parts.Add($"{Show(cpu)}:{PlainText.Count(counts[cpu])}");
        }
        return parts.Count == 0 ? "-" : string.Join(' ', parts);
    }

    /// <summary>CPUs as the kernel lists them: <c>0-3,7</c>. They must ascend.</summary>
    internal static string CpuList(IReadOnlyList<int> cpus)
    {
        var parts = new List<string>();
        for (int i = 0; i < cpus.Count;)
        {
            int first = i++;
            while (i < cpus.Count && cpus[i] == cpus[i - 1] + 1) i++;
            parts.Add(i - first == 1 ? Show(cpus[first]) : Show(cpus[first]) + "-" + Show(cpus[i - 1]));
        }
        return parts.Count == 0 ? "none" : string.Join(',', parts);
    }

    private static Text Flag(bool? value, string yes, string no, bool trueIsBad = false)
    {
        if (value is not { } known) return ReportConsole.Cell("?", ReportConsole.Dim);
        bool bad = known == trueIsBad;
        return ReportConsole.Cell(known ? yes : no, bad ? ReportConsole.Warn : null);
    }

    private static string Word(bool? value) => value switch { true => "yes", false => "no", _ => "?" };

    private static string Show(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "?";

    private static string Hex(ulong? value, int digits) =>
        value is { } bits ? "0x" + bits.ToString("x" + Show(digits), CultureInfo.InvariantCulture) : "?";
}
