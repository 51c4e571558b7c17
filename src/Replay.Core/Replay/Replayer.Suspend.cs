using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>Suspend and hibernation: what the devices and the host lose, and whether it was put back.</content>
public sealed partial class Replayer<TRules, TProbe>
{
    private long _suspendEvent = -1;
    private bool _machineSlept;

    private void ApplySuspendResume(in IrqEvent e)
    {
        var phase = new SuspendPhase(in e);
        string action = _machine.Tables.Names[phase.Action];
        bool begins = phase.Start;
        if (begins && action == "machine_suspend")
        {
            // Devices lose power and with it their tables; the kernel's cache stays.
            _suspendEvent = _index;
            _machineSlept = true;
        }
        else if (!begins && action == "thaw_processes" && _machineSlept)
        {
            _machineSlept = false;
            CheckAfterResume();
        }
    }

    /// <summary>The host's mappings of a device live as long as the channel does.</summary>
    private void ApplyVpciChannel(in IrqEvent e)
    {
        var change = new ChannelChange(in e);
        if (change.Open) return;
        for (int irq = 0; irq < _machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _machine.Irqs[irq];
            if (desc.Device != 0 && desc.Device == change.Device) desc.Set(IrqFlags.HostMappingGone);
        }
    }

    private void ApplyVpciCreate(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        var mapping = new HostMapping(in e);
        if (desc.Device == 0) desc.Device = mapping.Device;
        desc.Set(IrqFlags.Exists);
        if (mapping.Status >= 0) desc.Clear(IrqFlags.HostMappingGone);
    }

    /// <summary>Resume is over: every started interrupt should be able to arrive again.</summary>
    private void CheckAfterResume()
    {
        for (int irq = 0; irq < _machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _machine.Irqs[irq];
            if (!desc.Has(IrqFlags.Started) || desc.Entry < 0) continue;
            if (_machine.FunctionOf(in desc) is not { } function || desc.Entry >= function.Count) continue;
            ref MsixEntry entry = ref function[desc.Entry];
            if (desc.Has(IrqFlags.HostMappingGone))
            {
                _machine.Lost++;
                Report(FindingCode.NoHostMapping, _suspendEvent, irq, -1, -1,
                    string.Create(CultureInfo.InvariantCulture,
                        $"The channel of irq {irq} was opened again and the host never got its mapping back."));
            }
            if (_machine.RestoreMsiSeen && !function.IsMsi && entry.WriteEvent < _suspendEvent)
            {
                _machine.Lost++;
                Report(FindingCode.StaleMessage, _suspendEvent, irq, -1, -1, string.Create(CultureInfo.InvariantCulture,
                    $"The device of irq {irq} lost its messages in suspend and entry "
                    + $"{desc.Entry} was not written back."));
            }
            CheckStuckMasked(irq, ref desc);
        }
    }

    /// <summary>H-01: masked while its CPU went down, never unmasked, and started all the same.</summary>
    private void CheckStuckMasked(int irq, ref IrqDesc desc)
    {
        if (!desc.Has(IrqFlags.MaskedByMigration | IrqFlags.Masked | IrqFlags.Started) || !_machine.UnmaskSeen) return;
        desc.Clear(IrqFlags.MaskedByMigration);
        _machine.Lost++;
        Report(FindingCode.StuckMasked, desc.MaskEvent, irq, desc.Has(IrqFlags.CpuKnown) ? desc.Cpu : -1,
            desc.Vector == 0 ? -1 : desc.Vector, string.Create(CultureInfo.InvariantCulture,
                $"irq {irq} was masked while its CPU went down and never unmasked: its entry stays masked."));
    }
}
