using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Reports;
using Replay.Core.Systems;
using Replay.Core.WhatIf;

namespace Replay.Core.Diff;

/// <summary>
/// Where each interrupt parts: its states, messages and device's events on both sides, by what they are of.
/// </summary>
internal sealed class IrqPartings
{
    private readonly Dictionary<string, List<StateLine>> _leftStates, _rightStates;
    private readonly Dictionary<string, List<EventVerdict>> _leftEvents, _rightEvents;
    private readonly Dictionary<string, (ReportFinding Finding, bool IsLeft)> _findings = new(StringComparer.Ordinal);

    private readonly Dictionary<int, WhatIfIrq> _departed = [];

    public IrqPartings(ReplayReport left, ReplayReport right, FindingDiff findings)
    {
        (_leftStates, _leftEvents) = Collect(left);
        (_rightStates, _rightEvents) = Collect(right);
        foreach (WhatIfIrq irq in left.WhatIf?.Irqs ?? []) _departed[irq.Irq] = irq;
        foreach (WhatIfIrq irq in right.WhatIf?.Irqs ?? [])
        {
            if (!_departed.TryGetValue(irq.Irq, out WhatIfIrq? other) || irq.Event < other.Event)
                _departed[irq.Irq] = irq;
        }
        foreach (ReportFinding finding in findings.OnlyLeft) Add(finding, isLeft: true);
        foreach (ReportFinding finding in findings.OnlyRight) Add(finding, isLeft: false);
    }

    /// <summary>The first thing of this interrupt that differs; null where nothing tells.</summary>
    public Divergence? Find(IrqDifference irq)
    {
        Divergence? first = null;
        string place = Place(irq.Device, irq.Entry);
        foreach (string subject in (string[])[Name("irq", irq.Irq), Name("message", irq.Irq), place])
        {
            if (_leftStates.GetValueOrDefault(subject) is { } a && _rightStates.GetValueOrDefault(subject) is { } b)
                first = SystemDiff.Earlier(first, SystemDiff.FindFirstState(a, b));
        }
        first = SystemDiff.Earlier(first, SystemDiff.FindFirstEvent(
            _leftEvents.GetValueOrDefault(place) ?? [], _rightEvents.GetValueOrDefault(place) ?? []));
        if (first is null && (_findings.TryGetValue(place, out (ReportFinding Finding, bool IsLeft) found)
            || _findings.TryGetValue(Name("irq", irq.Irq), out found)))
        {
            ReportFinding finding = found.Finding;
            first = new Divergence(finding.Event, finding.TimeNs, finding.Code,
                found.IsLeft ? finding.Message : "not found", found.IsLeft ? "not found" : finding.Message);
        }
        if (_departed.TryGetValue(irq.Irq, out WhatIfIrq? departed))
        {
            first = SystemDiff.Earlier(first, new Divergence(departed.Event, departed.TimeNs, "where it is",
                irq.Left?.Place ?? "as recorded", irq.Right?.Place ?? "as recorded"));
        }
        return first;
    }

    private static (Dictionary<string, List<StateLine>>, Dictionary<string, List<EventVerdict>>) Collect(
        ReplayReport report)
    {
        var states = new Dictionary<string, List<StateLine>>(StringComparer.Ordinal);
        var events = new Dictionary<string, List<EventVerdict>>(StringComparer.Ordinal);
        foreach (NamedSystem named in report.Systems)
        {
            foreach (StateLine row in named.System.Report.States) Add(states, row.Subject, row);
            foreach (EventVerdict row in named.System.Report.Events) Add(events, Place(row.Device, row.Entry), row);
        }
        return (states, events);
    }

    private static void Add<T>(Dictionary<string, List<T>> lists, string key, T row)
    {
        if (!lists.TryGetValue(key, out List<T>? list)) lists.Add(key, list = []);
        list.Add(row);
    }

    private void Add(ReportFinding finding, bool isLeft)
    {
        string key = finding is { Device: { } device, Entry: { } entry } ? Place(device, entry)
            : finding.Irq is { } irq ? Name("irq", (int)irq) : "";
        if (key.Length == 0) return;
        if (!_findings.TryGetValue(key, out (ReportFinding Finding, bool IsLeft) first)
            || finding.Event < first.Finding.Event)
            _findings[key] = (finding, isLeft);
    }

    private static string Place(string device, int entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{device}[{entry}]");

    private static string Name(string sort, int irq) => string.Create(CultureInfo.InvariantCulture, $"{sort} {irq}");
}
