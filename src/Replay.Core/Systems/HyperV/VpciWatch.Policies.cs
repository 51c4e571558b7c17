using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Events;

namespace Replay.Core.Systems.HyperV;

/// <content>
/// Which driver was recorded. The kernel's version does not tell: distributions carried the fix back. What it does when
/// CPUs go down, and at resume, does.
/// </content>
public sealed partial class VpciWatch
{
    private readonly HashSet<uint> _failedHere = [];
    private readonly HashSet<uint> _unmaskedWithoutCall = [];
    private readonly SortedSet<uint> _unmaskCalled = [];
    private bool _unmasksSeen;
    private bool _restoresMsi;
    private bool _callsSeen;
    private bool _sleeping;
    private bool _cpuGoesDown;

    // A log without the phases of suspend beside it tells these two itself.
    private bool _logSaysDown;

    /// <summary>Device interrupts are suspended, a CPU goes down, or resume is over.</summary>
    private void ApplyPhase(SuspendPhase phase, int value)
    {
        string action = _context.Tables.Names[phase.Action];
        switch (action)
        {
            case "dpm_suspend_noirq": _sleeping = true; break;
            case "CPU_OFF" when value >= 0:
                NoteStuck();
                _cpuGoesDown = phase.Start && _sleeping;
                _unmaskCalled.Clear();
                _failedHere.Clear();
                _unmaskedWithoutCall.Clear();
                break;
            case "thaw_processes" when !phase.Start:
                _sleeping = false;
                EndResumes();
                break;
        }
    }

    /// <summary>
    /// hv_irq_unmask of before the fix logs every failed hypercall; as merged it is silent while the bus is being
    /// removed, and the second version makes no hypercall then.
    /// </summary>
    private void ReadLine(ReadOnlySpan<IrqEvent> at)
    {
        Span<byte> utf8 = stackalloc byte[EventText.LengthMax];
        ReadOnlySpan<byte> text = utf8[..EventText.Read(at, utf8)];
        if (text.StartsWith("Disabling non-boot CPUs"u8)) _logSaysDown = true;
        else if (text.StartsWith("Enabling non-boot CPUs"u8)) _logSaysDown = false;
        if (!_cpuGoesDown && !_logSaysDown) return;
        int found = text.IndexOf("hv_irq_unmask() failed"u8);
        if (found < 0) return;
        Show("hv.unmaskOnFailure", "preFix", DeviceIn(text[..found]),
            "the log says that hv_irq_unmask() failed while a CPU went down");
    }

    /// <summary>
    /// The device whose name the line has before the message; 0 for one that the recording has not named.
    /// </summary>
    private ushort DeviceIn(ReadOnlySpan<byte> text)
    {
        foreach (Range range in text.Split((byte)' '))
        {
            ReadOnlySpan<byte> word = text[range].TrimEnd((byte)':');
            int index = word.Length is 0 or > 64 ? -1 : _context.Tables.Devices.Find(Encoding.UTF8.GetString(word));
            if (index > 0) return (ushort)index;
        }
        return 0;
    }

    private void NoteRetarget(uint irq, ushort status)
    {
        _unmaskedWithoutCall.Remove(irq);
        if (_cpuGoesDown && status != 0 && _failedHere.Count < Limit) _failedHere.Add(irq);
    }

    /// <summary>hv_irq_unmask is called; whether a hypercall follows, the next records tell.</summary>
    private void NoteUnmaskCall(uint irq)
    {
        if (!_cpuGoesDown || _unmaskCalled.Count >= Limit) return;
        _unmaskCalled.Add(irq);
        _unmaskedWithoutCall.Add(irq);
    }

    /// <summary>
    /// The CPU is down, and hv_irq_unmask returned without unmasking the entry, in a recording that has such unmasks.
    /// </summary>
    private void NoteStuck()
    {
        if (!_cpuGoesDown || !_unmasksSeen) return;
        foreach (uint irq in _unmaskCalled)
        {
            ushort device = _mappings.TryGetValue(irq, out RecordedMapping? mapping) ? mapping.Device : (ushort)0;
            Show("hv.unmaskOnFailure", "preFix", device,
                $"hv_irq_unmask() left {Name(irq)} masked while a CPU went down");
        }
    }

    /// <summary>
    /// The MSI entry is unmasked after all: after a failed hypercall as merged, without one in the second version.
    /// </summary>
    private void NoteUnmask(uint irq)
    {
        _unmasksSeen = true;
        if (!_cpuGoesDown) return;
        _unmaskCalled.Remove(irq);
        ushort device = _mappings.TryGetValue(irq, out RecordedMapping? mapping) ? mapping.Device : (ushort)0;
        if (_failedHere.Remove(irq))
            Show("hv.unmaskOnFailure", "merged", device,
                "the entry was unmasked although the retarget had failed while a CPU went down");
        else if (_unmaskedWithoutCall.Remove(irq) && _callsSeen)
            Show("hv.unmaskOnFailure", "v2SkipWhenRemoving", device,
                "the entry was unmasked without a retarget while a CPU went down");
    }

    /// <summary>A driver asks for an interrupt: a mapping that is made for it now is the driver's doing.</summary>
    private void NoteRequest(uint irq)
    {
        if (_mappings.TryGetValue(irq, out RecordedMapping? mapping)) mapping.Rerequested = true;
    }

    /// <summary>
    /// A mapping in resume, of an interrupt that had one and that nobody requested anew: the bus asked for it.
    /// </summary>
    private void NoteCreation(uint irq, ushort device, RecordedBus bus)
    {
        if (!bus.Resuming || bus.CreatedInResume) return;
        if (irq != IrqEvent.NoIrq && (!_mappings.TryGetValue(irq, out RecordedMapping? mapping) || mapping.Rerequested))
            return;
        bus.CreatedInResume = true;
        Show("hv.resumeRecreate", "allDescriptors", device,
            "a mapping was asked for in resume and no driver had requested anew");
    }

    private void EndResumes()
    {
        foreach ((ushort device, RecordedBus bus) in _buses) EndResume(device, bus);
    }

    private void EndResume(ushort device, RecordedBus bus)
    {
        if (bus is { Resuming: true, PacketsSeen: true, CreatedInResume: false }
            && !_restoresMsi && HasLostMapping(device))
            Show("hv.resumeRecreate", "none", device, "the bus was resumed and no mapping was asked for");
        bus.Resuming = false;
    }

    private bool HasLostMapping(ushort device)
    {
        foreach (RecordedMapping mapping in _mappings.Values)
        {
            if (mapping.Device == device && mapping is { CreateEvent: >= 0, GoneEvent: >= 0 }) return true;
        }
        return false;
    }

    private void Show(string policy, string alternative, ushort device, string because) =>
        Report.Add(new PolicyEvidence(policy, alternative, _context.Index, _context.Tables.Devices[device], because));
}
