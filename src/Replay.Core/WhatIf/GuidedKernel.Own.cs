using System;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Rules;
using Replay.Core.State;

namespace Replay.Core.WhatIf;

/// <content>An interrupt that has departed: requests, arrivals and clean-up by its own state (Linux
/// apic/vector.c).</content>
public sealed partial class GuidedKernel
{
    private (ulong DueNs, int Irq)[] _timers = new (ulong, int)[64]; // A ring: all are due after the same time.
    private int _timerFirst;
    private int _timerCount;

    /// <summary>Somebody asks for an affinity (Linux irq_set_affinity_locked).</summary>
    private void Request(int irq, ref GuidedIrq own, in IrqEvent e)
    {
        _requestsSeen = true;
        _cpus[e.Cpu].StartIrq = IrqEvent.NoIrq; // Whatever comes now is no part of a start.
        own.Set(GuidedFlags.Requested);
        var mask = new CpuMask(new AffinityRequest(in e).Mask);
        if (!own.Has(GuidedFlags.Departed)) own.Pending = mask.Word;
        else
        {
            if (own.Vector == 0) return;
            if (OwnRemapping && !RecordedRemapping)
            {
                SetAffinity(irq, ref own, mask);
            }
            else if (!OwnRemapping)
            {
                // Nothing to wait for where it is on one of the CPUs already.
                bool waits = !IsOnline(own.Cpu) || !mask[own.Cpu];
                own.Clear(GuidedFlags.MovePending);
                own.Pending = mask.Word;
                if (waits) own.Set(GuidedFlags.MovePending);
            }
            return;
        }
        if (_rules.HostRemapping != true || RecordedRemapping || own.Recorded.Vector == 0 || own.Recorded.Previous != 0)
            return;
        if (!own.Recorded.Has(IrqFlags.Activated) && !own.Recorded.Has(IrqFlags.Started)) return;
        CpuMask online = OnlineOf(mask);
        if (online.IsEmpty || online[own.Recorded.Cpu]) return;
        if (CountDecision(WhatIfRule.HostRemapping))
        {
            Tell(WhatIfRule.HostRemapping, string.Create(CultureInfo.InvariantCulture,
                $"{NameOf(irq)} on CPU {own.Recorded.Cpu} is to move to {CpusText(online)}"),
                "waits for its next arrival: only then its message can be rewritten",
                "moved at once: its remapping entry is rewritten");
        }
        RecordedIrq from = own.Recorded;
        Depart(ref own, in from);
        SetAffinity(irq, ref own, mask);
    }

    /// <summary>The vector domain has answered a request of the recording.</summary>
    private void EndAsking(in IrqEvent e)
    {
        ref GuidedCpu cpu = ref _cpus[e.Cpu];
        uint asked = cpu.AskedIrq;
        bool starting = cpu.StartIrq == asked;
        cpu.AskedIrq = cpu.StartIrq = IrqEvent.NoIrq;
        if (asked >= (uint)_irqsUsed) return;
        int irq = (int)asked;
        ref GuidedIrq own = ref _irqs[irq];
        if (_machine.Cpus[e.Cpu].Dark)
        {
            if ((int)e.A == Systems.Linux.Errno.NoSpace && !own.Has(GuidedFlags.Departed)) cpu.RefusedIrq = asked;
            return;
        }
        if (!own.Has(GuidedFlags.Departed)) own.Clear(GuidedFlags.Requested);
        if (!own.Has(GuidedFlags.Departed) || own.Vector == 0) return;
        if (starting || (OwnRemapping && RecordedRemapping)) SetAffinity(irq, ref own, new CpuMask(cpu.AskedMask));
        Rejoin(ref own);
    }

    /// <summary>apic_set_affinity: nothing to do, -EBUSY while an old place is held, or a new place.</summary>
    private void SetAffinity(int irq, ref GuidedIrq own, CpuMask mask)
    {
        if (own.Has(GuidedFlags.WaitsForResume) || own.Vector == 0) return;
        CpuMask search = OnlineOf(mask);
        if (search.IsEmpty) return;
        if (IsOnline(own.Cpu) && search[own.Cpu])
        {
            own.Clear(GuidedFlags.MovePending);
            return;
        }
        if (own.Previous != 0)
        {
            // Tried again when the interrupt arrives (Linux irq_try_set_affinity).
            if (!own.Has(GuidedFlags.MovePending)) _totals.Busy++;
            own.Pending = mask.Word;
            own.Set(GuidedFlags.MovePending);
            return;
        }
        own.Clear(GuidedFlags.MovePending);
        switch (FindPlace(search, in own, -1, out int cpu, out byte vector, out bool numberKnown))
        {
            case Choice.NoSpace:
                RefuseMove(irq);
                break;
            case Choice.Unknown:
                Undecide(ref own);
                break;
            default:
                CountWrites(irq, own.Cpu, own.Vector, cpu, vector);
                MoveTo(ref own, cpu, vector, numberKnown);
                if (own.Previous != 0 && OwnRemapping) ScheduleCleanup(irq, ref own);
                break;
        }
    }

    /// <summary>
    /// The request that started it in the recording (Linux x86_vector_activate, assign_irq_vector_any_locked).
    /// </summary>
    private void Activate(int irq, ref GuidedIrq own)
    {
        if ((own.Vector != 0 && IsOnline(own.Cpu))
            || (own.Flags & (GuidedFlags.NotAllocated | GuidedFlags.WaitsForResume)) != 0)
            return;
        ref IrqDesc desc = ref _machine.Irqs[irq];
        CpuMask search = desc.Has(IrqFlags.AffinityKnown) ? new CpuMask(desc.Affinity) : CpuMask.All;
        Choice choice = FindPlace(search, in own, -1, out int cpu, out byte vector, out bool numberKnown);
        if (choice == Choice.NoSpace && !own.Recorded.Has(IrqFlags.Managed))
            choice = FindPlace(CpuMask.All, in own, -1, out cpu, out vector, out numberKnown);
        if (choice == Choice.Found) MoveTo(ref own, cpu, vector, numberKnown);
        else if (choice == Choice.NoSpace) RefuseRequest(irq, ref own);
        else Undecide(ref own);
    }

    private void RefuseRequest(int irq, ref GuidedIrq own)
    {
        if (own.Has(GuidedFlags.NotStarted)) return;
        SetRefused(ref own, GuidedFlags.NotStarted);
        _totals.RequestsRefused++;
        ReportExhausted(irq, "No vector was free at the request");
    }

    private void RefuseMove(int irq)
    {
        _totals.MovesRefused++;
        ReportExhausted(irq, "No vector was free for a move");
    }

    private void SetRefused(ref GuidedIrq own, GuidedFlags refused)
    {
        Account(in own, -1);
        own.Flags = (own.Flags & ~(GuidedFlags.NotAllocated | GuidedFlags.NotStarted)) | refused;
        Account(in own, 1);
    }

    /// <summary>What it depends on is not recorded: the interrupt follows the recording again.</summary>
    private void Undecide(ref GuidedIrq own)
    {
        _totals.Undecided++;
        Return(ref own);
    }

    /// <summary>The device signals: here the interrupt comes where it is directed here, or nobody comes.</summary>
    private void Arrive(in IrqEvent e, long eventIndex)
    {
        _index = eventIndex;
        _timeNs = e.TimeNs;
        _cpu = e.Cpu;
        int irq = (int)e.Irq;
        ref GuidedIrq own = ref _irqs[irq];
        if (own.Vector == 0 || !IsOnline(own.Cpu))
        {
            own.Missed++;
            _totals.Missed++;
            return;
        }
        if (own.Has(GuidedFlags.MoveInProgress)) ScheduleCleanup(irq, ref own);
        if (own.Has(GuidedFlags.MovePending)) SetAffinity(irq, ref own, new CpuMask(own.Pending));
        Rejoin(ref own);
    }

    /// <summary>
    /// __send_cleanup_vector and its successor: an IPI or a timer gives the old place back. With its CPU offline
    /// a fixed kernel gives it back here, and one without the fix forgets it.
    /// </summary>
    private void ScheduleCleanup(int irq, ref GuidedIrq own)
    {
        own.Clear(GuidedFlags.MoveInProgress);
        if (own.Previous == 0) return;
        if (!IsOnline(own.PreviousCpu))
        {
            if (_rules.ForceCompleteFirst ?? _rules.Recorded.ForceCompleteFirst) EndHolding(ref own);
            else Leak(irq, ref own);
            return;
        }
        if (OwnCleanup == VectorCleanup.Ipi)
        {
            EndHolding(ref own);
            return;
        }
        own.Set(GuidedFlags.CleanupPending);
        StartTimer(irq);
    }

    private void EndHolding(ref GuidedIrq own)
    {
        if (own.HeldSinceNs != 0 && _timeNs > own.HeldSinceNs)
        {
            _totals.Held++;
            _totals.HeldMaxNs = Math.Max(_totals.HeldMaxNs, _timeNs - own.HeldSinceNs);
        }
        own.HeldSinceNs = 0;
        DropPrevious(ref own);
    }

    private void Leak(int irq, ref GuidedIrq own)
    {
        int cpu = own.PreviousCpu;
        byte vector = own.Previous;
        bool managed = own.Recorded.Has(IrqFlags.Managed);
        DropPrevious(ref own);
        AccountOrphan(cpu, vector, managed, held: true);
        _totals.Leaked++;
        if (!_context.Wants(FindingCode.VectorLeak)) return;
        Report(FindingCode.VectorLeak, cpu < _cpusUsed ? _machine.Cpus[cpu].OfflineEvent : -1, irq, cpu, vector,
            string.Create(CultureInfo.InvariantCulture,
            $"irq {irq} completed its move while CPU {cpu} was offline: "
            + $"vector {vector} there stays allocated and nobody owns it."));
    }

    private void StartTimer(int irq)
    {
        if (_timerCount == _timers.Length)
        {
            var wider = new (ulong, int)[_timerCount * 2];
            for (int i = 0; i < _timerCount; i++) wider[i] = _timers[(_timerFirst + i) % _timers.Length];
            _timers = wider;
            _timerFirst = 0;
        }
        _timers[(_timerFirst + _timerCount++) % _timers.Length] = (_timeNs + JiffyNs, irq);
        if (_timerCount == 1) _nextDueNs = _timeNs + JiffyNs;
    }

    private void RunTimers(ulong timeNs, long eventIndex)
    {
        _index = eventIndex;
        _timeNs = timeNs;
        while (_timerCount > 0 && _timers[_timerFirst].DueNs <= timeNs)
        {
            ref GuidedIrq own = ref _irqs[_timers[_timerFirst].Irq];
            _timerFirst = (_timerFirst + 1) % _timers.Length;
            _timerCount--;
            if (!own.Has(GuidedFlags.Departed | GuidedFlags.CleanupPending)) continue;
            EndHolding(ref own);
            Rejoin(ref own);
        }
        _nextDueNs = _timerCount == 0 ? ulong.MaxValue : _timers[_timerFirst].DueNs;
    }
}
