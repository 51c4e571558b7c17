using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Replay.Core.Findings;
using Replay.Core.Systems;

namespace Replay.Core.Diff;

/// <summary>
/// What became of one interrupt in one replay: its end, what its device's events came to, its findings.
/// </summary>
public sealed class IrqOutcome
{
    private readonly long[] _verdicts = new long[(int)Verdict.DmaStray + 1];
    private readonly SortedDictionary<string, long> _findings = new(StringComparer.Ordinal);

    internal IrqOutcome(string device, int entry, int irq)
    {
        Device = device;
        Entry = entry;
        Irq = irq;
    }

    /// <summary>Device; empty when it is not known.</summary>
    public string Device { get; }

    /// <summary>Its message; -1 when it is not known.</summary>
    public int Entry { get; }

    /// <summary>Linux number as far as it was told; -1 when it was not.</summary>
    public int Irq { get; internal set; }

    /// <summary>What a modelled system says that it is worth at the end; null when none does.</summary>
    public EndVerdict? End { get; internal set; }

    /// <summary>Findings by code.</summary>
    public IReadOnlyDictionary<string, long> Findings => _findings;

    /// <summary>Findings, whatever their code.</summary>
    public long FindingCount { get; private set; }

    /// <summary>Events of the device that did not reach their handler.</summary>
    public long Missed { get; private set; }

    /// <summary>Old vectors that dying CPUs gave back.</summary>
    public long GivenBack { get; internal set; }

    /// <summary>The interrupt is there at the end.</summary>
    public bool Exists { get; internal set; }

    /// <summary>It holds its resources at the end; null when not known.</summary>
    public bool? Activated { get; internal set; }

    /// <summary>Where it is at the end, in words; null where that was not asked.</summary>
    public string? Place { get; internal set; }

    /// <summary>False where other rules than the recorded ones cost it.</summary>
    public bool Works { get; internal set; } = true;

    /// <summary>Worse outcomes have higher numbers: not working, events missed, findings.</summary>
    public long Badness =>
        ((End is { } end && end != EndVerdict.Working) || !Works ? 1L << 40 : 0) + (Missed << 20) + FindingCount;

    internal void Count(Verdict verdict)
    {
        _verdicts[(int)verdict]++;
        if (verdict is not (Verdict.Delivered or Verdict.Coalesced)) Missed++;
    }


    /// <summary>Adds the findings of another row that turns out to be of the same interrupt.</summary>
    internal void Take(IrqOutcome other)
    {
        foreach ((string code, long count) in other._findings)
        {
            _findings[code] = _findings.GetValueOrDefault(code) + count;
            FindingCount += count;
        }
    }

    internal void Count(string code)
    {
        _findings[code] = _findings.GetValueOrDefault(code) + 1;
        FindingCount++;
    }

    /// <summary>All of it in a few words; equal outcomes have equal texts.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        if (End is { } end) text.Append(VerdictText.Name(end));
        if (Place is not null) Append(text, Place);
        for (int i = 0; i < _verdicts.Length; i++)
        {
            if (_verdicts[i] > 0)
                Append(text,
                    string.Create(CultureInfo.InvariantCulture, $"{_verdicts[i]} {VerdictText.Name((Verdict)i)}"));
        }
        foreach ((string code, long count) in _findings)
        {
            string name = FindingCatalog.Find(code) is { } info ? $"{code} {info.Name}" : code;
            Append(text, count == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name} × {count}"));
        }
        if (GivenBack > 0)
            Append(text, string.Create(CultureInfo.InvariantCulture, $"{GivenBack} given back at CPU offline"));
        if (Exists && Activated == false) Append(text, "not active at the end");
        return text.Length == 0 ? "nothing found" : text.ToString();
    }

    private static void Append(StringBuilder text, string part)
    {
        if (text.Length > 0) text.Append(", ");
        text.Append(part);
    }
}
