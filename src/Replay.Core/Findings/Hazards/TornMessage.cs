using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-11 and I-27: address and data are separate stores. While the entry is not masked a signal between them goes to the
/// new CPU with the old vector (Linux apic/msi.c msi_set_affinity, analysis in 6f1a4891a592).
/// </summary>
internal sealed class TornMessage(HazardContext context)
{
    // Entries whose update is followed at once; more are not updated at the same time.
    private const int UpdatesMax = 4096;

    private const byte DataRegister = 2, ControlRegister = 3;

    private readonly Dictionary<uint, Update> _updates = [];

    /// <summary>A store is about to reach the table of a device.</summary>
    public void Storing(in IrqEvent e)
    {
        var store = new EntryOperation(in e);
        uint key = Key(store.Device, store.Entry);
        if (store.Choice == ControlRegister || context.Machine.Msix.Find(store.Device) is not { Enabled: true } function
            || function.IsMasked(store.Entry) != false || !function[store.Entry].MessageKnown)
        {
            _updates.Remove(key);
            return;
        }
        ref MsixEntry entry = ref function[store.Entry];
        if (Current(in entry, store.Choice) == store.Value) return;
        bool isData = store.Choice == DataRegister;
        if (!_updates.TryGetValue(key, out Update update))
        {
            if (_updates.Count == UpdatesMax) return;
            ReportUnmasked(in entry, store.Device, store.Entry);
            _updates[key] = new Update { FirstEvent = context.Index, DataFirst = isData, RaiseEvent = -1 };
            return;
        }
        if (isData == update.DataFirst) return;
        _updates.Remove(key);
        if (update.RaiseEvent < 0) return;
        context.Machine.Lost++;
        context.Report(FindingCode.TornMessage, update.FirstEvent, string.Create(CultureInfo.InvariantCulture,
            $"The device signalled entry {store.Entry} at event {update.RaiseEvent}, between the stores of its new "
            + $"{(isData ? "address and data" : "data and address")}: the interrupt went to no place of its own."),
            AboutEntry(in entry, store.Device, store.Entry));
    }

    /// <summary>The device signals an entry.</summary>
    public void Raised(in IrqEvent e)
    {
        var raise = new EntryOperation(in e);
        uint key = Key(raise.Device, raise.Entry);
        if (!_updates.TryGetValue(key, out Update update) || update.RaiseEvent >= 0) return;
        if (context.Machine.Msix.Find(raise.Device)?.IsMasked(raise.Entry) != false) return;
        _updates[key] = update with { RaiseEvent = context.Index };
    }

    /// <summary>
    /// A whole message is about to be written for an MSI that is not masked, and CPU and vector both change:
    /// the kernel's stores can be torn, whether or not the device signalled just then.
    /// </summary>
    public void Writing(in IrqEvent e)
    {
        MachineState machine = context.Machine;
        if (!machine.MaskSeen || machine.RemapEnabled || e.Irq >= (uint)machine.Irqs.Used) return;
        ref IrqDesc desc = ref machine.Irqs[(int)e.Irq];
        if (!desc.Has(IrqFlags.Started | IrqFlags.MessageKnown | IrqFlags.MaskedKnown) || desc.Has(IrqFlags.Masked))
            return;
        if (machine.FunctionOf(in desc) is not { IsMsi: true }) return;
        var write = new MessageWrite(in e);
        var from = new MsiMessage(desc.MessageAddress, desc.MessageData);
        var to = new MsiMessage(write.Address, write.Data);
        if (from.IsZero || to.IsZero || from.Vector == to.Vector || from.Destination == to.Destination) return;
        context.Report(FindingCode.TornMessage, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"irq {e.Irq} gets another CPU and vector in one update of an MSI that is not masked: "
            + $"a signal in the middle goes astray."), new About { Irq = (int)e.Irq }, severity: Severity.Minor);
    }

    private void ReportUnmasked(in MsixEntry entry, ushort device, ushort number)
    {
        if (!context.Wants(FindingCode.MessageWhileUnmasked)) return;
        context.Report(FindingCode.MessageWhileUnmasked, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"The message of entry {number} is changed while the entry is enabled and not masked."),
            AboutEntry(in entry, device, number));
    }

    private About AboutEntry(in MsixEntry entry, ushort device, ushort number) => new()
    {
        Irq = entry.Irq < 0 ? null : entry.Irq,
        Device = context.DeviceName(device),
        Entry = number,
    };

    private static uint Current(in MsixEntry entry, byte register) => register switch
    {
        0 => (uint)entry.Address,
        1 => (uint)(entry.Address >> 32),
        _ => entry.Data,
    };

    private static uint Key(ushort device, ushort entry) => ((uint)device << 16) | entry;

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget() => _updates.Clear();

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Lookup(_updates, UpdatesMax, archive.Value, update => new Update
        {
            FirstEvent = archive.Value(update.FirstEvent),
            DataFirst = archive.Value(update.DataFirst),
            RaiseEvent = archive.Value(update.RaiseEvent),
        });
    }

    private record struct Update
    {
        public long FirstEvent;
        public bool DataFirst;
        public long RaiseEvent;
    }
}
