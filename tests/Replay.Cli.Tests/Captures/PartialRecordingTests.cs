using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Replay.Core.Findings;
using Replay.Core.Reports;
using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// Most customers record from the middle of a machine's life and without probes. What is missing must become unknown:
/// it must raise no finding that the whole recording does not have, and nothing that is told may contradict what the
/// whole recording tells.
/// </summary>
public sealed class PartialRecordingTests
{
    public static TheoryData<string> Recordings()
    {
        var data = new TheoryData<string>();
        foreach (string name in Folders.TraceFiles("*.dat")) data.Add(Path.Combine(Folders.Traces, name));
        foreach (string name in Folders.CapturesWithTruth) data.Add(Path.Combine(Folders.Captures!, name, "trace.dat"));
        return data;
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void A_recording_that_begins_in_mid_life_is_not_wrong(string path)
    {
        TraceReplay trace = TraceReplay.Read(path);
        (StateReport whole, FindingTable findings) = trace.ReplayFrom(0);
        const int Seed = 20261121;
        var random = new Random(Seed);
        for (int i = 0; i < 6; i++)
        {
            double part = random.NextDouble();
            (StateReport state, FindingTable found) = trace.ReplayFrom(part);
            string label = $"seed {Seed}, without the first {part:P1}";
            Assert.Empty(Contradictions(state, whole).Select(text => label + ": " + text));
            Assert.Empty(CodesOf(found).Except(CodesOf(findings)).Select(code => label + ": " + code));
        }
    }

    /// <summary>
    /// What people leave out when they record: whole systems, all probes, or the one that would have told.
    /// </summary>
    private static readonly string[][] LeftOut =
    [
        ["rig:*"],
        ["cpuhp:*"],
        ["cpuhp:*", "rig:*"],
        ["irq_matrix:*"],
        ["irq_matrix:*", "rig:*"],
        ["irq_vectors:vector_*"],
        ["irq_vectors:vector_*", "rig:*"],
        ["irq_vectors:vector_clear"],
        ["irq:*"],
        ["power:*"],
        ["intel_iommu:*"],
        ["rig:apic_update_vector"],
        ["rig:fixup_irqs", "rig:migrate_all_off"],
        ["rig:free_moved_vector", "rig:send_cleanup_vector"],
        ["rig:irq_shutdown*", "rig:x86*"],
        ["rig:modify_irte*"],
        ["rig:pci_*"],
    ];

    [Theory]
    [MemberData(nameof(Recordings))]
    [Trait("Length", "Long")]
    public void A_recording_of_some_events_only_raises_no_finding_of_its_own(string path)
    {
        (_, FindingTable findings) = TraceReplay.Read(path).ReplayFrom(0);
        foreach (string[] patterns in LeftOut)
        {
            (_, FindingTable found) = TraceReplay.Read(path, patterns).ReplayFrom(0);
            Assert.Empty(CodesOf(found).Except(CodesOf(findings))
                .Select(code => $"without {string.Join(' ', patterns)}: {code}"));
        }
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Tracepoints_without_probes_tell_nothing_wrong(string path)
    {
        (StateReport whole, _) = TraceReplay.Read(path).ReplayFrom(0);
        (StateReport state, _) = TraceReplay.Read(path, "rig:*").ReplayFrom(0);
        Assert.Empty(Contradictions(state, whole));
    }

    private static HashSet<FindingCode> CodesOf(FindingTable findings) =>
        [.. findings.Kept.Select(finding => finding.Code)];

    /// <summary>
    /// Facts of <paramref name="part"/> that <paramref name="whole"/> has otherwise; unknown ones are none.
    /// </summary>
    private static List<string> Contradictions(StateReport part, StateReport whole)
    {
        var found = new List<string>();
        Dictionary<uint, IrqRow> irqs = whole.Irqs.ToDictionary(irq => irq.Irq);
        foreach (IrqRow irq in part.Irqs)
        {
            if (!irqs.TryGetValue(irq.Irq, out IrqRow? other))
            {
                found.Add($"irq {irq.Irq} exists");
                continue;
            }
            Compare(found, $"irq {irq.Irq} cpu", irq.Cpu, other.Cpu);
            Compare(found, $"irq {irq.Irq} vector", irq.Vector, other.Vector);
            Compare(found, $"irq {irq.Irq} masked", irq.Masked, other.Masked);
            Compare(found, $"irq {irq.Irq} activated", irq.Activated, other.Activated);
            Compare(found, $"irq {irq.Irq} managed", irq.Managed, other.Managed);
        }
        foreach ((RemapUnit unit, RemapEntry entry) in Entries(part))
        {
            foreach ((RemapUnit otherUnit, RemapEntry other) in Entries(whole))
            {
                if (entry.Index != other.Index || unit.Unit != otherUnit.Unit || entry.Source != other.Source) continue;
                Compare(found, $"entry {entry.Index} low", entry.Lo, other.Lo);
                Compare(found, $"entry {entry.Index} high", entry.Hi, other.Hi);
            }
        }
        foreach (MsixFunction function in part.Msix)
        {
            MsixFunction? same = whole.Msix.FirstOrDefault(other => other.Device == function.Device);
            foreach (MsixRow row in function.Entries)
            {
                MsixRow? other = same?.Entries.FirstOrDefault(entry => entry.Entry == row.Entry);
                string name = $"{function.Device}[{row.Entry}]";
                Compare(found, name + " address", row.Address, other?.Address);
                Compare(found, name + " data", row.Data, other?.Data);
                if (other?.Control is not null) Compare(found, name + " control", row.Control, other.Control);
            }
        }
        Compare(found, "globalAvailable", part.Matrix.GlobalAvailable, whole.Matrix.GlobalAvailable);
        Compare(found, "globalReserved", part.Matrix.GlobalReserved, whole.Matrix.GlobalReserved);
        Compare(found, "totalAllocated", part.Matrix.TotalAllocated, whole.Matrix.TotalAllocated);
        foreach (MatrixCpuRow cpu in part.Matrix.Cpus)
        {
            MatrixCpuRow other = whole.Matrix.Cpus[cpu.Cpu];
            Compare(found, $"cpu {cpu.Cpu} available", cpu.Available, other.Available);
            Compare(found, $"cpu {cpu.Cpu} allocated", cpu.Allocated, other.Allocated);
            Compare(found, $"cpu {cpu.Cpu} managed", cpu.Managed, other.Managed);
            if (other.ManagedAllocated is not null)
                Compare(found, $"cpu {cpu.Cpu} managed allocated", cpu.ManagedAllocated, other.ManagedAllocated);
        }
        return found;
    }

    private static IEnumerable<(RemapUnit Unit, RemapEntry Entry)> Entries(StateReport state) =>
        state.Remap.SelectMany(unit => unit.Entries.Select(entry => (unit, entry)));

    private static void Compare<T>(List<string> found, string what, T? told, T? truth)
        where T : struct
    {
        if (told is not null && !told.Equals(truth)) found.Add($"{what}: {told}, and {truth} in the whole recording");
    }
}
