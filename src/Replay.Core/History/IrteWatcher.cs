using Replay.Core.Events;
using Replay.Core.State;
using static System.FormattableString;

namespace Replay.Core.History;

/// <summary>One remapping entry: who wrote what into it, whose it is, and when the hardware's copy went.</summary>
internal sealed class IrteWatcher : Watcher
{
    private readonly int _index;
    private readonly int _device;
    private Irte _before = new() { WriteEvent = -1, Irq = IrqDesc.None };

    public IrteWatcher(HistorySubject subject)
        : base(subject)
    {
        _index = subject.Index;
        _device = subject.RemapDevice;
    }

    protected override void Compare(in Moment at)
    {
        IrteTable? table = _device < 0 ? at.Machine.Remap
            : _device < at.Machine.AmdTables.Length ? at.Machine.AmdTables[_device] : null;
        if (table is null || _index >= table.Count) return;
        Irte now = table[_index];
        if (at.Arrived && now.Irq >= 0 && at.Record.Irq == (uint)now.Irq && now.Known)
            CountArrival(in at, at.Record.Irq);
        CauseIrq = now.Irq >= 0 ? (uint)now.Irq : _before.Irq >= 0 ? (uint)_before.Irq : IrqEvent.NoIrq;
        if (now.Known && now.WriteEvent == at.Index && _before.WriteEvent != at.Index) NoteWrite(in at, in now);
        else if (_before.Stale && !now.Stale)
        {
            Note(in at, HistoryChange.Cache, Say(in at, _before.CachedLo, _before.CachedHi), Say(in at, now.Lo, now.Hi),
                "invalidated: the hardware drops its copy");
        }
        if (_before.StaleAlias && !now.StaleAlias)
            Note(in at, HistoryChange.Cache, null, null, "invalidated for the alias of the device too");
        if (now.Irq != _before.Irq)
        {
            string from = Wording.Owner(_before.Irq), to = Wording.Owner(now.Irq);
            Note(in at, HistoryChange.Owner, _before.Irq < 0 ? null : from, to,
                _before.Irq < 0 ? "belongs to " + to : Invariant($"owner {from} → {to}"));
        }
        _before = now;
    }

    protected override void Forget() => _before = new Irte { WriteEvent = -1, Irq = IrqDesc.None };

    public override string DescribeNow(MachineState machine, ApicIds apicIds)
    {
        string value = !_before.Known ? "unknown" : _device < 0
            ? Wording.Irte(_before.Lo, _before.Hi, machine, apicIds) : Wording.IrteAmd(_before.Lo, _before.Hi, apicIds);
        string owner = _before.Irq < 0 ? "" : "; belongs to " + Wording.Owner(_before.Irq);
        if (!Wording.MayUseOld(machine, in _before)) return value + owner;
        return value + owner + (_before.Stale ? "" : "; for an alias of the device")
            + "; the hardware may still use the value of before";
    }

    private void NoteWrite(in Moment at, in Irte now)
    {
        string to = Say(in at, now.Lo, now.Hi);
        string? from = _before.Known ? Say(in at, _before.Lo, _before.Hi) : null;
        bool same = _before.Known && now.Lo == _before.Lo && now.Hi == _before.Hi;
        string text = same ? $"written again, unchanged: {to}" : from is null ? $":= {to}" : $":= {to} (was {from})";
        if (Wording.MayUseOld(at.Machine, in now)) text += "; the hardware may still use the old one";
        Note(in at, HistoryChange.Irte, from, to, text);
    }

    private string Say(in Moment at, ulong lo, ulong hi) => _device < 0
        ? Wording.Irte(lo, hi, at.Machine, at.ApicIds)
        : Wording.IrteAmd(lo, hi, at.ApicIds);
}
