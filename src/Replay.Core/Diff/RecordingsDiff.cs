using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Replay;
using Replay.Core.Reports;

namespace Replay.Core.Diff;

/// <summary>Vectors in use on one CPU at one marker that both recordings have.</summary>
/// <param name="Phase">Number of the phase that the marker begins.</param>
/// <param name="Mark">Text of the marker.</param>
/// <param name="Cpu">CPU.</param>
/// <param name="Left">Vectors in use on the left.</param>
/// <param name="Right">Vectors in use on the right.</param>
public sealed record MarkDifference(int Phase, string Mark, int Cpu, long Left, long Right);

/// <summary>
/// Two recordings of one workload: in what they differ, marker by marker. What differs with every run (numbers of
/// deliveries, exact vectors) is only counted.
/// </summary>
public sealed class RecordingsDiff
{
    private readonly List<MarkDifference> _marks = [];

    public RecordingsDiff(RecordingProfile left, RecordingProfile right)
    {
        Left = left;
        Right = right;
        Alignment = new MarkAlignment(left.Marks, right.Marks);
        Findings = CompareFindings();
        Releases = CompareReleases();
        CompareMarks();
        Irqs = OutcomeTable.Compare(OutcomeTable.OfRecording(left), OutcomeTable.OfRecording(right));
        Timing = new TimingDiff(left.End, right.End);
        First = FindFirst();
        IsSame = First is null && Findings.Count + Releases.Count + _marks.Count + Irqs.Count == 0;
    }

    public RecordingProfile Left { get; }

    public RecordingProfile Right { get; }

    public MarkAlignment Alignment { get; }

    /// <summary>True when nothing differs but what differs with every run.</summary>
    public bool IsSame { get; }

    /// <summary>Findings by code, place and phase.</summary>
    public IReadOnlyList<PhaseDifference> Findings { get; }

    /// <summary>Vectors that dying CPUs gave back, by interrupt and phase.</summary>
    public IReadOnlyList<PhaseDifference> Releases { get; }

    /// <summary>Vectors in use at the markers.</summary>
    public IReadOnlyList<MarkDifference> Marks => _marks;

    public IReadOnlyList<IrqDifference> Irqs { get; }

    public TimingDiff Timing { get; }

    /// <summary>The first phase in which they differ; its event is the left recording's.</summary>
    public Divergence? First { get; }

    private List<PhaseDifference> CompareFindings()
    {
        var counts = new PhaseCounts();
        foreach (ReportFinding finding in Left.Report.Findings)
            counts.AddLeft(Alignment.PhaseOfLeft(finding.Event), finding.Code, PlaceOf(finding));
        foreach (ReportFinding finding in Right.Report.Findings)
            counts.AddRight(Alignment.PhaseOfRight(finding.Event), finding.Code, PlaceOf(finding));
        return counts.Differences();
    }

    private List<PhaseDifference> CompareReleases()
    {
        const string What = "given back at CPU offline";
        var counts = new PhaseCounts();
        foreach (OfflineRelease row in Left.Report.OfflineReleases)
            counts.AddLeft(Alignment.PhaseOfLeft(row.Event), What, PlaceOf(row.Device, row.Entry, row.Irq));
        foreach (OfflineRelease row in Right.Report.OfflineReleases)
            counts.AddRight(Alignment.PhaseOfRight(row.Event), What, PlaceOf(row.Device, row.Entry, row.Irq));
        return counts.Differences();
    }

    private void CompareMarks()
    {
        for (int phase = 1; phase <= Alignment.Pairs.Count; phase++)
        {
            (MarkPoint left, MarkPoint right) = Alignment.Pairs[phase - 1];
            for (int cpu = 0; cpu < Math.Min(left.Matrix.Cpus.Count, right.Matrix.Cpus.Count); cpu++)
            {
                if (left.Matrix.Cpus[cpu].Allocated is { } a && right.Matrix.Cpus[cpu].Allocated is { } b && a != b)
                    _marks.Add(new MarkDifference(phase, left.Text, cpu, a, b));
            }
        }
    }

    private Divergence? FindFirst()
    {
        int phase = int.MaxValue;
        if (Releases.Count > 0) phase = Releases[0].Phase;
        if (Findings.Count > 0) phase = Math.Min(phase, Findings[0].Phase);
        if (_marks.Count > 0) phase = Math.Min(phase, _marks[0].Phase);
        if (MarkStates.FindFirst(this) is { } state
            && (phase == int.MaxValue || state.Event <= (phase == 0 ? 0 : Alignment.Pairs[phase - 1].Left.Event)))
            return state;
        if (phase == int.MaxValue) return null;
        MarkPoint? mark = phase == 0 ? null : Alignment.Pairs[phase - 1].Left;
        string what = mark is null ? "before the first marker" : $"after the marker \"{mark.Text}\"";
        return new Divergence(mark?.Event ?? 0, mark?.TimeNs, what, Describe(phase, isLeft: true),
            Describe(phase, isLeft: false));
    }

    private string Describe(int phase, bool isLeft)
    {
        var parts = new List<string>();
        Add(parts, phase, isLeft, Releases, "vector", " given back at CPU offline");
        Add(parts, phase, isLeft, Findings, "finding", "");
        foreach (MarkDifference row in _marks)
        {
            if (row.Phase == phase)
                parts.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{(isLeft ? row.Left : row.Right)} vectors in use on CPU {row.Cpu}"));
        }
        return string.Join(", ", parts);
    }

    private static void Add(List<string> parts, int phase, bool isLeft,
        IReadOnlyList<PhaseDifference> rows, string one, string rest)
    {
        long count = 0;
        bool any = false;
        foreach (PhaseDifference row in rows)
        {
            if (row.Phase != phase) continue;
            any = true;
            count += isLeft ? row.Left : row.Right;
        }
        if (any)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {one}{(count == 1 ? "" : "s")}{rest}"));
    }

    private static string PlaceOf(ReportFinding finding) =>
        finding is { Irq: null, Device: null, Cpu: { } cpu } ? string.Create(CultureInfo.InvariantCulture, $"CPU {cpu}")
            : PlaceOf(finding.Device, finding.Entry, (int?)finding.Irq ?? -1);

    private static string PlaceOf(string? device, int? entry, int irq)
    {
        if (device is not null)
            return entry is { } number ? string.Create(CultureInfo.InvariantCulture, $"{device}[{number}]") : device;
        return irq < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"irq {irq}");
    }
}
