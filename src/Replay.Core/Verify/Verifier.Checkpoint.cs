using System;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>
/// Saving and restoring between two batches, with the events that are held back. What comes after is the same as
/// if it had run straight on. </content>
public sealed partial class Verifier<TRules>
{
    /// <summary>What <see cref="TransferKept"/> would save from: another number each time that there is more.</summary>
    public long KeptMark => _tally.KeptMark;

    /// <summary>
    /// Saves the verifier as it is now, or restores a saved one into a fresh one of the same rules; without what is
    /// kept of single decisions, which <see cref="TransferKept"/> saves. The names are the recording's and not saved
    /// here.
    /// </summary>
    /// <exception cref="CheckpointException">What was saved does not fit.</exception>
    public void Transfer(StateArchive archive)
    {
        archive.Section("verifier", 2);
        _index = archive.Value(_index);
        _timeNs = archive.Value(_timeNs);
        _cpu = archive.Value(_cpu);
        _deliveriesAgreed = archive.Value(_deliveriesAgreed);
        _heldCount = archive.Count(_heldCount, _held.Length);
        archive.Rows(_held.AsSpan(0, _heldCount), (ref IrqEvent e) => e = IrqEvent.Transfer(archive, e));
        _matrix.Transfer(archive);
        _tally.Transfer(archive);
        archive.Rows(ref _irqs, IrqTable.IrqMax, (ref VerifyIrq irq) => Transfer(archive, ref irq));
        _irqsUsed = archive.Count(_irqsUsed, _irqs.Length);
        archive.Rows(ref _cpus, CpuTable.CpuMax, (ref VerifyCpu cpu) => Transfer(archive, ref cpu));
        _cpusUsed = archive.Count(_cpusUsed, _cpus.Length);
        TransferKnowledge(archive);
    }

    /// <summary>
    /// Saves the differences and open decisions kept since <see cref="KeptMark"/> was <paramref name="from"/>, so that
    /// a row of checkpoints holds each once, or adds saved ones to those kept.
    /// </summary>
    /// <exception cref="CheckpointException">What was saved does not fit.</exception>
    public void TransferKept(StateArchive archive, long from) => _tally.TransferKept(archive, from);

    private void TransferKnowledge(StateArchive archive)
    {
        archive.Rows(ref _lastEvents, 2 * CpuTable.CpuMax, (ref long last) => last = archive.Value(last));
        _requestsSeen = archive.Value(_requestsSeen);
        _systemAssumed = archive.Value(_systemAssumed);
        _forceYesEvent = archive.Value(_forceYesEvent);
        _forceYes = archive.Value(_forceYes);
        _forceNoEvent = archive.Value(_forceNoEvent);
        _forceNo = archive.Value(_forceNo);
        _updatesProbed = archive.Value(_updatesProbed);
        _masksSeen = archive.Value(_masksSeen);
        Extended = archive.Value(Extended);
        _remapped = archive.Value(_remapped);
        _wideHwirqs = archive.Value(_wideHwirqs);
        _irteSeen = archive.Value(_irteSeen);
        _entriesLogical = archive.Value(_entriesLogical);
        _ioApicSource = archive.Value(_ioApicSource);
        _ioApicSourceKnown = archive.Value(_ioApicSourceKnown);
        _activationsSeen = archive.Value(_activationsSeen);
        _mode = (AddressMode)archive.Value((byte)_mode);
        archive.Rows(ref _seenParts, 2 * CpuTable.CpuMax, (ref SeenPart part) => part = new SeenPart
        {
            Taken = archive.Value(part.Taken),
            End = archive.Value(part.End),
        });
        archive.Numbers(ref _destinations, 2 * CpuTable.CpuMax);
        archive.Rows(ref _destinationKnown, 2 * CpuTable.CpuMax, (ref bool known) => known = archive.Value(known));
        archive.Rows(ref _claims, 2 * CpuTable.CpuMax,
            (ref CounterClaim claim) => claim = CounterClaim.Transfer(archive, claim));
        _globalClaim = CounterClaim.Transfer(archive, _globalClaim);
        archive.Lookup(_owners, int.MaxValue,
            key => (archive.Value(key.Item1), archive.Value(key.Item2)), archive.Value);
    }

    private static void Transfer(StateArchive archive, ref VerifyIrq irq)
    {
        irq.Facts = (IrqFacts)archive.Value((uint)irq.Facts);
        irq.Cpu = archive.Value(irq.Cpu);
        irq.PreviousCpu = archive.Value(irq.PreviousCpu);
        irq.Vector = archive.Value(irq.Vector);
        irq.PreviousVector = archive.Value(irq.PreviousVector);
        irq.HardwareVector = archive.Value(irq.HardwareVector);
        irq.HardwareDestination = archive.Value(irq.HardwareDestination);
        irq.Device = archive.Value(irq.Device);
        irq.Entry = archive.Value(irq.Entry);
        irq.RemapIndex = archive.Value(irq.RemapIndex);
        irq.RemapSub = archive.Value(irq.RemapSub);
        irq.RemapTable = archive.Value(irq.RemapTable);
        irq.SourceBits = archive.Value(irq.SourceBits);
        irq.ShadowLo = archive.Value(irq.ShadowLo);
        irq.ShadowHi = archive.Value(irq.ShadowHi);
        irq.Hwirq = archive.Value(irq.Hwirq);
        irq.MessageAddress = archive.Value(irq.MessageAddress);
        irq.MessageData = archive.Value(irq.MessageData);
        irq.Chip = archive.Value(irq.Chip);
        irq.Mask = archive.Value(irq.Mask);
        irq.Pending = archive.Value(irq.Pending);
        irq.ManagedMask = archive.Value(irq.ManagedMask);
        irq.PlaceEvent = archive.Value(irq.PlaceEvent);
    }

    private static void Transfer(StateArchive archive, ref VerifyCpu cpu)
    {
        cpu.AllocIrq = archive.Value(cpu.AllocIrq);
        cpu.Search = archive.Value(cpu.Search);
        cpu.SearchKnown = archive.Value(cpu.SearchKnown);
        cpu.NewVector = archive.Value(cpu.NewVector);
        cpu.NewCpu = archive.Value(cpu.NewCpu);
        cpu.ProbedIrq = archive.Value(cpu.ProbedIrq);
        cpu.OldVector = archive.Value(cpu.OldVector);
        cpu.OldCpu = archive.Value(cpu.OldCpu);
        cpu.OldKnown = archive.Value(cpu.OldKnown);
        cpu.OldStaleKnown = archive.Value(cpu.OldStaleKnown);
        cpu.Free0 = Freeing.Transfer(archive, cpu.Free0);
        cpu.Free1 = Freeing.Transfer(archive, cpu.Free1);
        cpu.Freed0 = Freeing.Transfer(archive, cpu.Freed0);
        cpu.Freed1 = Freeing.Transfer(archive, cpu.Freed1);
        cpu.ConfigIrq = archive.Value(cpu.ConfigIrq);
        cpu.WorkIrq = archive.Value(cpu.WorkIrq);
        cpu.EntryDone = archive.Value(cpu.EntryDone);
        cpu.DeactivatedIrq = archive.Value(cpu.DeactivatedIrq);
        cpu.SetIrq = archive.Value(cpu.SetIrq);
        cpu.SetMask = archive.Value(cpu.SetMask);
        cpu.OldMask = archive.Value(cpu.OldMask);
        cpu.OldMaskKnown = archive.Value(cpu.OldMaskKnown);
        cpu.StartIrq = archive.Value(cpu.StartIrq);
        cpu.AskedIrq = archive.Value(cpu.AskedIrq);
        cpu.Answer = archive.Value(cpu.Answer);
        cpu.AnswerKnown = archive.Value(cpu.AnswerKnown);
        cpu.Refused = archive.Value(cpu.Refused);
        cpu.TwoStepIrq = archive.Value(cpu.TwoStepIrq);
        cpu.TwoStepVector = archive.Value(cpu.TwoStepVector);
        cpu.TwoStepDestination = archive.Value(cpu.TwoStepDestination);
        cpu.TwoStepUnsure = archive.Value(cpu.TwoStepUnsure);
        cpu.MsiIrq = archive.Value(cpu.MsiIrq);
        cpu.MsiOldKnown = archive.Value(cpu.MsiOldKnown);
        cpu.MsiOldVector = archive.Value(cpu.MsiOldVector);
        cpu.MsiOldDestination = archive.Value(cpu.MsiOldDestination);
        cpu.WrittenIndex = archive.Value(cpu.WrittenIndex);
        cpu.WrittenEvent = archive.Value(cpu.WrittenEvent);
        cpu.AmdIrq = archive.Value(cpu.AmdIrq);
        cpu.AsideMask = archive.Value(cpu.AsideMask);
        cpu.RemoveMask = archive.Value(cpu.RemoveMask);
        cpu.ActivateIrq = archive.Value(cpu.ActivateIrq);
        cpu.ActivateReserve = archive.Value(cpu.ActivateReserve);
        cpu.OperationSeen = archive.Value(cpu.OperationSeen);
        cpu.Dark = archive.Value(cpu.Dark);
        cpu.ForcedHere = archive.Value(cpu.ForcedHere);
        cpu.ForcedElsewhere = archive.Value(cpu.ForcedElsewhere);
        cpu.GoingDown = archive.Value(cpu.GoingDown);
        cpu.TakedownStep = archive.Value(cpu.TakedownStep);
        cpu.UpUnseen = archive.Value(cpu.UpUnseen);
        cpu.BringupStep = archive.Value(cpu.BringupStep);
        cpu.DarkProbed = archive.Value(cpu.DarkProbed);
        cpu.Online = archive.Value(cpu.Online);
        cpu.OnlineKnown = archive.Value(cpu.OnlineKnown);
    }
}
