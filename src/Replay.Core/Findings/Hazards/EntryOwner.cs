using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// I-35 and I-36: a message names an entry inside the table that is meant for its sender, and an entry is one
/// interrupt's (Linux set_msi_sid, alloc_irte).
/// </summary>
internal sealed class EntryOwner(HazardContext context)
{
    // Bits of the function number that a source qualifier leaves out of the comparison (VT-d specification 9.10).
    private static readonly ushort[] IgnoredBits = [0, 4, 6, 7];

    // An entry that is written for an interrupt's activation follows it at once; later the code on that CPU may have
    // gone on to another interrupt unseen.
    private const ulong ActivationNs = 1_000_000;

    private uint _activating = IrqEvent.NoIrq;
    private ushort _activatingCpu;
    private ulong _activatingNs;
    private bool _freesSeen;
    private int _tableEntries;
    private long _tableEvent = -1;

    /// <summary>Interrupts are freed on record: two that share an entry are then no gap of the recording.</summary>
    public void Freed() => _freesSeen = true;

    /// <summary>The remapping code activates an interrupt on the CPU of the event.</summary>
    public void Activating(in IrqEvent e)
    {
        _activating = e.Irq;
        _activatingCpu = e.Cpu;
        _activatingNs = e.TimeNs;
    }

    /// <summary>The table's size, from its register: 2^(S+1) entries.</summary>
    public void TableSet(ulong irta)
    {
        _tableEntries = 2 << (int)(irta & 0xF);
        _tableEvent = context.Index;
    }

    /// <summary>An entry is about to be written, perhaps by the activation of an interrupt.</summary>
    public void Writing(in IrqEvent e)
    {
        var store = new IrteStore(in e);
        long index = (long)store.Index + store.Sub;
        MachineState machine = context.Machine;
        if (!_freesSeen || context.AfterLoss || machine.Remap is not { } table || index >= table.Used) return;
        uint worker = _activating;
        if (e.Cpu != _activatingCpu || e.TimeNs - _activatingNs > ActivationNs) return;
        int owner = table[(int)index].Irq;
        if (worker >= (uint)machine.Irqs.Used || owner < 0 || owner == worker) return;
        ref IrqDesc desc = ref machine.Irqs[owner], other = ref machine.Irqs[(int)worker];
        if (desc.RemapIndex != index || desc.RemapDevice >= 0 || !desc.Has(IrqFlags.Activated)) return;
        if (other.RemapIndex >= 0 && other.RemapIndex != index) return;
        context.Report(FindingCode.EntryShared, table[(int)index].WriteEvent,
            string.Create(CultureInfo.InvariantCulture,
                $"Remapping entry {index} belongs to irq {owner} and is written for irq {worker}."),
            new About { Irq = (int)worker });
    }

    /// <summary>A message was written.</summary>
    public void MessageWritten(in IrqEvent e)
    {
        MachineState machine = context.Machine;
        var write = new MessageWrite(in e);
        var message = new MsiMessage(write.Address, write.Data);
        if (!message.IsRemappable || e.Irq >= (uint)machine.Irqs.Used) return;
        int index = message.RemapIndex;
        if (_tableEntries != 0 && index >= _tableEntries)
        {
            Report(e.Irq, _tableEvent, string.Create(CultureInfo.InvariantCulture,
                $"The message of irq {e.Irq} names remapping entry {index} of a table with {_tableEntries}."));
            return;
        }
        if (machine.Remap is not { } table || index >= table.Used || write.Device == 0) return;
        ref Irte entry = ref table[index];
        if (!entry.Known || !IrteBits.IsPresent(entry.Lo) || IrteBits.SourceValidation(entry.Hi) != 1) return;
        if (!PciAddress.TryParse(machine.Tables.Devices[write.Device], out PciAddress sender)) return;
        ushort source = IrteBits.SourceId(entry.Hi);
        int ignored = IgnoredBits[(int)(entry.Hi >> 16 & 3)];

        // A requester on another bus is the bridge that the device is behind.
        if (source >> 8 != sender.Bus || ((source ^ sender.RequesterId) & ~ignored) == 0) return;
        Report(e.Irq, entry.WriteEvent, string.Create(CultureInfo.InvariantCulture,
            $"The message of irq {e.Irq} names remapping entry {index}, which only "
            + $"{new PciAddress(sender.Segment, source)} may use."));
    }

    private void Report(uint irq, long blame, string message) =>
        context.Report(FindingCode.EntrySource, context.Since(blame), message,
            new About { Irq = (int)irq }, Certainty.Inferred);

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget()
    {
        _activating = IrqEvent.NoIrq;
        _tableEntries = 0;
        _tableEvent = -1;
    }

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        _activating = archive.Value(_activating);
        _activatingCpu = archive.Value(_activatingCpu);
        _activatingNs = archive.Value(_activatingNs);
        _freesSeen = archive.Value(_freesSeen);
        _tableEntries = archive.Value(_tableEntries);
        _tableEvent = archive.Value(_tableEvent);
    }
}
