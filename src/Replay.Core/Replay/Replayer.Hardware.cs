using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>What hardware was seen to do or to hold: stores into tables, pending bits, local APICs.</content>
public sealed partial class Replayer<TRules, TProbe>
{
    private const int AddressLow = 0, AddressHigh = 1, Data = 2, Control = 3;

    /// <summary>An entry of a device by name and number; false when it cannot be modelled.</summary>
    private bool TryEntry(ushort device, int entry, out MsixFunction function)
    {
        function = null!;
        if (device == 0) return false;
        function = _machine.Msix.Get(device);
        return function.TryEnsure(entry);
    }

    /// <summary>
    /// Masked entries remember one signal (PCI specification 6.8.3); others send it at once. False for an entry that
    /// nothing is known of.
    /// </summary>
    private bool ApplyDeviceRaise(in IrqEvent e)
    {
        _machine.Raised++;
        var raise = new EntryOperation(in e);
        if (_machine.Msix.Find(raise.Device) is not { } function || raise.Entry >= function.Count) return false;
        if (function.Enabled == false || function.IsMasked(raise.Entry) != true) return true;
        ref MsixEntry entry = ref function[raise.Entry];
        if (entry.Pending) _machine.Coalesced++;
        else entry.PendingEvent = _index;
        entry.Pending = true;
        return true;
    }

    private void ApplyMsixStore(in IrqEvent e)
    {
        var store = new EntryOperation(in e);
        if (!TryEntry(store.Device, store.Entry, out MsixFunction function)) return;
        ref MsixEntry entry = ref function[store.Entry];
        entry.WriteEvent = _index;
        switch (store.Choice)
        {
            case AddressLow: entry.Address = (entry.Address & ~0xFFFF_FFFFUL) | store.Value; break;
            case AddressHigh: entry.Address = (uint)entry.Address | ((ulong)store.Value << 32); break;
            case Data:
                entry.Data = store.Value;
                entry.MessageKnown = true;
                break;
            case Control:
                entry.Control = store.Value;
                entry.ControlKnown = true;
                if ((store.Value & 1) == 0) entry.Pending = false;
                return;
            default: return;
        }
        entry.MessageEvent = _index;
    }

    private void ApplyMsixPending(in IrqEvent e)
    {
        var read = new EntryOperation(in e);
        if (!TryEntry(read.Device, read.Entry, out MsixFunction function)) return;
        ref MsixEntry entry = ref function[read.Entry];
        if (read.Flag && !entry.Pending) entry.PendingEvent = _index;
        entry.Pending = read.Flag;
    }

    private void ApplyMsixSeen(in IrqEvent e)
    {
        var content = new EntryContent(in e);
        if (!TryEntry(content.Device, content.Entry, out MsixFunction function)) return;
        ref MsixEntry entry = ref function[content.Entry];
        entry.Address = content.Address;
        entry.Data = content.Data;
        entry.Control = content.Masked ? 1u : 0;
        entry.MessageKnown = entry.ControlKnown = true;
    }

    /// <summary>What an entry remembered is sent once nothing masks it any more (PCI specification 6.8.3).</summary>
    private void ApplyMsixControl(in IrqEvent e)
    {
        var word = new MsixControlWord(in e);
        if (word.Device == 0) return;
        MsixFunction function = _machine.Msix.Get(word.Device);
        function.Enabled = word.Enable;
        function.FunctionMask = word.Mask;
        for (int i = 0; i < function.Count; i++)
        {
            if (function.IsMasked(i) == false) function[i].Pending = false;
        }
    }

    private void ApplyIrteRead(in IrqEvent e)
    {
        IrteTable table = _machine.GetRemap();
        var read = new IrteFetch(in e);
        if (read.Index >= (uint)table.Limit || !table.TryEnsure((int)read.Index)) return;
        table.Read((int)read.Index, read.Lo, read.Hi);
    }

    private void ApplyIrteReadAmd(in IrqEvent e)
    {
        var read = new AmdIrteStore(in e);
        if (_machine.GetAmdTable(read.DevId) is not { } table || !table.TryEnsure(read.Index)) return;
        table.Read(read.Index, read.Lo, read.Hi);
    }

    private void ApplyIrteHalf(in IrqEvent e)
    {
        var store = new IrteHalfStore(in e);
        IrteTable table = _machine.GetRemap();
        if (store.Index >= (uint)table.Limit || !table.TryEnsure((int)store.Index)) return;
        ref Irte entry = ref table[(int)store.Index];
        table.Write((int)store.Index, store.Half == 0 ? store.Value : entry.Lo,
            store.Half == 1 ? store.Value : entry.Hi, _index);
    }

    private void ApplyLapicAccept(in IrqEvent e)
    {
        if (TryApic(new LapicStep(in e).Cpu)) _machine.Apics.Requests(new LapicStep(in e).Cpu)[e.Vector] = true;
    }

    private void ApplyLapicService(in IrqEvent e)
    {
        ushort cpu = new LapicStep(in e).Cpu;
        if (!TryApic(cpu)) return;
        _machine.Apics.Requests(cpu)[e.Vector] = false;
        _machine.Apics.InService(cpu)[e.Vector] = true;
    }

    private void ApplyLapicEoi(in IrqEvent e)
    {
        ushort cpu = new LapicStep(in e).Cpu;
        if (!TryApic(cpu)) return;
        _machine.Apics.EndsSeen = true;
        _machine.Apics.InService(cpu)[e.Vector] = false;
    }

    private bool TryApic(ushort cpu)
    {
        if (!TryCpu(cpu)) return false;
        _machine.Apics.EnsureCpu(cpu);
        return true;
    }
}
