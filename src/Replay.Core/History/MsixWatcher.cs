using Replay.Core.Events;
using Replay.Core.State;
using static System.FormattableString;

namespace Replay.Core.History;

/// <summary>
/// One MSI-X (or MSI) entry of a device: its message, its mask, whose it is, and what befell the device.
/// </summary>
internal sealed class MsixWatcher : Watcher
{
    private readonly string _name;
    private readonly int _entry;
    private int _device = -1;
    private bool? _enabled;
    private MsixEntry _before = new() { WriteEvent = -1, Irq = IrqDesc.None };

    public MsixWatcher(HistorySubject subject)
        : base(subject)
    {
        _name = subject.Device;
        _entry = subject.Index;
    }

    protected override void Compare(in Moment at)
    {
        // Names come into the table as records name them.
        if (_device < 0) _device = at.Machine.Tables.Devices.Find(_name);
        if (_device <= 0 || at.Machine.Msix.Find(_device) is not { } function) return;
        CauseDevice = (ushort)_device;
        bool tellsItself = at.Record.Kind == EventKind.PciRestoreMsiState && _entry < function.Count;
        if (!tellsItself && Happenings.Describe(in at, (ushort)_device) is { } happening)
            Note(in at, HistoryChange.Happening, null, happening, happening, Cause.None);
        if (function.Enabled != _enabled)
        {
            string? from = _enabled is { } was ? was ? "on" : "off" : null,
                to = function.Enabled == true ? "on" : "off";
            Note(in at, HistoryChange.Enabled, from, to, $"MSI-X of the device is switched {to}");
            _enabled = function.Enabled;
        }
        if (_entry >= function.Count) return;
        MsixEntry now = function[_entry];
        CauseIrq = now.Irq >= 0 ? (uint)now.Irq : _before.Irq >= 0 ? (uint)_before.Irq : IrqEvent.NoIrq;
        if (at.Arrived && now.Irq >= 0 && at.Record.Irq == (uint)now.Irq) CountArrival(in at, at.Record.Irq);
        if (now.Irq != _before.Irq)
        {
            string from = Wording.Owner(_before.Irq), to = now.Irq < 0 ? "nobody" : Wording.Owner(now.Irq);
            Note(in at, HistoryChange.Owner, _before.Irq < 0 ? null : from, to,
                _before.Irq < 0 ? "belongs to " + to : Invariant($"owner {from} → {to}"));
        }
        NoteMessage(in at, in now);
        if (now.ControlKnown && (!_before.ControlKnown || (now.Control & 1) != (_before.Control & 1)))
        {
            string? from = _before.ControlKnown ? Say(_before.Control) : null;
            Note(in at, HistoryChange.Mask, from, Say(now.Control), Say(now.Control));
        }
        _before = now;
    }

    protected override void Forget()
    {
        _enabled = null;
        _before = new MsixEntry { WriteEvent = -1, Irq = IrqDesc.None };
    }

    public override string DescribeNow(MachineState machine, ApicIds apicIds)
    {
        string message = !_before.MessageKnown ? "message unknown"
            : "message " + Wording.MessageMeaning(_before.Address, _before.Data, apicIds, IsAmd(machine, _before.Irq));
        string mask = _before.ControlKnown ? Say(_before.Control) : "whether it is masked is unknown";
        return $"{message}; {mask}; "
            + $"{(_before.Irq < 0 ? "belongs to nobody" : "belongs to " + Wording.Owner(_before.Irq))}";
    }

    private static bool IsAmd(MachineState machine, int irq) =>
        irq >= 0 && irq < machine.Irqs.Used && machine.Irqs[irq].RemapDevice >= 0;

    private static string Say(uint control) => (control & 1) != 0 ? "masked" : "unmasked";

    private void NoteMessage(in Moment at, in MsixEntry now)
    {
        if (!now.MessageKnown) return;
        bool changed = !_before.MessageKnown || now.Address != _before.Address || now.Data != _before.Data;
        bool written = at.Record.Kind is EventKind.MsiWrite or EventKind.PciRestoreMsiState
            && now.WriteEvent == at.Index;
        if (!changed && !written) return;
        string to = Wording.MessageMeaning(now.Address, now.Data, at.ApicIds, IsAmd(at.Machine, now.Irq));
        string? from = !_before.MessageKnown ? null
            : Wording.MessageMeaning(_before.Address, _before.Data, at.ApicIds, IsAmd(at.Machine, now.Irq));
        Note(in at, HistoryChange.Message, from, to,
            !changed ? $"message written again, unchanged: {to}"
            : from is null ? $"message := {to}" : $"message {from} → {to}");
    }
}
