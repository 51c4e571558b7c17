using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Findings.Hazards;
using Replay.Core.Rules;
using Replay.Core.State;

namespace Replay.Core.WhatIf;

/// <content>Which rule decided otherwise, how often and first where; findings that hold no more,
/// and new ones.</content>
public sealed partial class GuidedKernel
{
    private const int VoidsMax = 1 << 16;

    private readonly Departure?[] _departures = new Departure?[WhatIfRules.Names.Length];
    private readonly HashSet<(FindingCode Code, long Event, int Irq)> _voids = [];

    private WhatIfTotals _totals = new();

    private VectorCleanup OwnCleanup => _rules.Cleanup ?? _rules.Recorded.Cleanup;

    // Where recording began in the middle the machine never saw a fresh map: the window is the recorded kernel's.
    private byte RecordedEnd => _machine.Matrix.Complete ? _machine.Matrix.AllocEnd : _rules.Recorded.WindowEnd;

    private byte WindowEnd => _rules.WindowEnd ?? RecordedEnd;

    /// <summary>
    /// Vectors that the window has more than the recorded one: where it ends, and the clean-up vector,
    /// which is the system's as long as an IPI uses it.
    /// </summary>
    private int WindowShift =>
        (_rules.WindowEnd is { } end ? end - RecordedEnd : 0)
        + (OwnCleanup == _rules.Recorded.Cleanup ? 0 : OwnCleanup == VectorCleanup.Timer ? 1 : -1);

    /// <summary>Counts a decision; true for the first one, which is then told in words.</summary>
    private bool CountDecision(WhatIfRule rule)
    {
        Departure departure = _departures[(int)rule] ??= new Departure(rule);
        if (departure.Count++ > 0) return false;
        departure.FirstEvent = _index;
        departure.FirstTimeNs = _timeNs;
        return true;
    }

    /// <summary>
    /// Decisions taken from an event on are open after all; a rule's first one stands for those that follow it.
    /// </summary>
    private void TakeBack(long from)
    {
        foreach (Departure? departure in _departures)
        {
            if (departure is null || departure.Count == 0 || departure.FirstEvent < from) continue;
            departure.Undecided += departure.Count;
            departure.Count = 0;
            departure.FirstEvent = -1;
        }
        _voids.RemoveWhere(row => row.Event >= from);
        _findings.Withdraw(from);
        if (_totals.FirstRefusal >= from) _totals.FirstRefusal = -1;
    }

    private void CountUndecided(WhatIfRule rule) => (_departures[(int)rule] ??= new Departure(rule)).Undecided++;

    private void Tell(WhatIfRule rule, string what, string recorded, string own)
    {
        Departure departure = _departures[(int)rule]!;
        departure.What = what;
        departure.Recorded = recorded;
        departure.Own = own;
    }

    /// <summary>A finding of the recording that does not come here.</summary>
    private void Void(FindingCode code, int irq)
    {
        if (_voids.Count < VoidsMax) _voids.Add((code, _index, irq));
    }

    private void Report(FindingCode code, long blame, int irq, int cpu, int vector, string message)
    {
        _context.Index = _index;
        _context.TimeNs = _timeNs;
        ushort device = irq < 0 || _machine.Irqs[irq].Device != 0 ? (ushort)0 : _machine.Cpus[_cpu].EnablingDevice;
        _context.Report(code, blame, message, new About
        {
            Device = _context.DeviceName(device),
            Irq = irq < 0 ? null : irq,
            Cpu = cpu < 0 ? null : cpu,
            Vector = vector <= 0 ? null : vector,
        }, Certainty.Inferred);
    }

    /// <summary>No vector is left for an interrupt: the inputs in words.</summary>
    private void ReportExhausted(int irq, string what)
    {
        if (_totals.FirstRefusal < 0)
        {
            _totals.FirstRefusal = _index;
            _totals.FirstRefusalTimeNs = _timeNs;
            _totals.FirstRefusalText = $"{what} for {NameOf(irq)}: {AvailableText()}";
        }
        if (!_context.Wants(FindingCode.VectorExhausted)) return;
        Report(FindingCode.VectorExhausted, _index, irq, -1, -1,
            $"{what} for irq {irq.ToString(CultureInfo.InvariantCulture)}: {AvailableText()}.");
    }

    private string AvailableText()
    {
        var text = new System.Text.StringBuilder("available");
        int listed = 0;
        for (int cpu = 0; cpu < Math.Min(_machine.Matrix.Count, _cpusUsed) && listed < 16; cpu++)
        {
            if (!IsOnline(cpu) || !_machine.Matrix[cpu].Known) continue;
            text.Append(listed++ == 0 ? " " : ", ").Append(CultureInfo.InvariantCulture,
                $"{AvailableOn(cpu, own: true)} on CPU {cpu}");
        }
        return text.ToString();
    }

    /// <summary>The window of device vectors is another one: said once, not where each number shifts.</summary>
    private void CompareWindow(int cpu)
    {
        if (cpu >= _cpusUsed || _cpus[cpu].WindowTold || !_machine.Matrix[cpu].Known || _machine.Matrix[cpu].Resync)
            return;
        _cpus[cpu].WindowTold = true;
        byte recordedEnd = RecordedEnd;
        string what = string.Create(CultureInfo.InvariantCulture, $"device vectors of CPU {cpu}, and of every other");
        if (_rules.WindowEnd is { } end && end != recordedEnd && CountDecision(WhatIfRule.WindowEnd))
        {
            Tell(WhatIfRule.WindowEnd, what,
                string.Create(CultureInfo.InvariantCulture, $"end below 0x{recordedEnd:x2}"),
                string.Create(CultureInfo.InvariantCulture,
                    $"end below 0x{end:x2}, {Math.Abs(end - recordedEnd)} {(end < recordedEnd ? "less" : "more")}"));
        }
        if (OwnCleanup != _rules.Recorded.Cleanup && CountDecision(WhatIfRule.CleanupVector))
        {
            const string Taken = "without 0x20, on which the clean-up IPI comes", Free = "0x20 is one of them";
            bool timer = OwnCleanup == VectorCleanup.Timer;
            Tell(WhatIfRule.CleanupVector, what, timer ? Taken : Free, timer ? Free : Taken);
        }
    }

    /// <summary>How a CPU is named in messages and entries; up to eight CPUs can be a bit mask.</summary>
    private void CompareDestination(int irq, in IrqEvent e)
    {
        if (_rules.FlatLogical is not { } flat || _machine.Cpus.Used > 8) return;
        var place = new VectorPlace(in e);
        if (place.Cpu >= 8) return;
        uint own = flat ? 1u << place.Cpu : place.Cpu;
        if (own == place.ApicDest || place.ApicDest > 0xFF) return;

        // The recorded one has to be the other notation, not an APIC ID that has nothing to do with the CPU's number.
        if (place.ApicDest != (flat ? place.Cpu : 1u << place.Cpu) || !CountDecision(WhatIfRule.FlatLogical)) return;
        Tell(WhatIfRule.FlatLogical, string.Create(CultureInfo.InvariantCulture,
            $"the destination CPU {place.Cpu} of irq {irq}, and all that follow"),
            string.Create(CultureInfo.InvariantCulture,
                $"0x{place.ApicDest:x} ({(flat ? "an APIC ID" : "a bit mask")})"),
            string.Create(CultureInfo.InvariantCulture, $"0x{own:x} ({(flat ? "a bit mask" : "an APIC ID")})"));
    }

    /// <summary>
    /// Writes that a move costs: a remapping entry, or one or two of the device's message (Linux msi_set_affinity).
    /// </summary>
    private void CountWrites(int irq, int oldCpu, byte oldVector, int cpu, byte vector)
    {
        if (OwnRemapping)
        {
            _totals.EntryWrites++;
            return;
        }
        ref IrqDesc desc = ref _machine.Irqs[irq];
        if (desc.Device == 0) return;
        bool both = oldCpu != cpu && oldVector != vector;
        MsiAffinityProtocol own = _rules.AffinityProtocol ?? _rules.Recorded.AffinityProtocol;
        int writes = both ? Writes(own, in desc) : 1;
        _totals.MessageWrites += writes;
        bool isTorn = both && writes == 1 && _machine.FunctionOf(in desc) is { IsMsi: true };
        if (isTorn) _totals.TearableWrites++;
        if (own == _rules.Recorded.AffinityProtocol || RecordedRemapping || !both) return;
        int recorded = Writes(_rules.Recorded.AffinityProtocol, in desc);
        if (recorded == writes || !CountDecision(WhatIfRule.AffinityProtocol)) return;
        Tell(WhatIfRule.AffinityProtocol, string.Create(CultureInfo.InvariantCulture,
            $"{NameOf(irq)} moves from CPU {oldCpu} vector {oldVector} to CPU {cpu} vector {vector}: both change"),
            WritesText(recorded, isTorn), WritesText(writes, isTorn));
    }

    private static string WritesText(int writes, bool isMsi) => writes == 2
        ? "the message is written twice, the vector first"
        : isMsi ? "the message is written once: one sent meanwhile is torn"
        : "the message is written once, its entry masked";

    private static int Writes(MsiAffinityProtocol protocol, in IrqDesc desc) => protocol switch
    {
        MsiAffinityProtocol.Careful => 2,
        MsiAffinityProtocol.Direct => 1,
        _ => desc.Has(IrqFlags.CanReserve) ? 2 : 1,
    };

    private static string CpusText(CpuMask mask) =>
        System.Numerics.BitOperations.IsPow2(mask.Word) && !mask.HasAbove ? $"CPU {mask}" : $"CPUs {mask}";

    private string NameOf(int irq)
    {
        ref IrqDesc desc = ref _machine.Irqs[irq];
        ushort index = desc.Device != 0 ? desc.Device : _machine.Cpus[_cpu].EnablingDevice;
        string device = index == 0 ? "" : _machine.Tables.Devices[index];
        return device.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"irq {irq}")
            : desc.Entry < 0 ? string.Create(CultureInfo.InvariantCulture, $"irq {irq} ({device})")
            : string.Create(CultureInfo.InvariantCulture, $"irq {irq} ({device}[{desc.Entry}])");
    }

    private static string PlaceText(int cpu, byte vector) =>
        string.Create(CultureInfo.InvariantCulture, $"CPU {cpu} vector {vector}");
}
