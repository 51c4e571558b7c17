using System;
using Replay.Core.Events;

namespace Replay.Core.Findings.Hazards;

/// <summary>Lines of the kernel's log, each handed to the detection that it is evidence for.</summary>
internal sealed class LogEvidence(HazardSet hazards)
{
    public void Read(ReadOnlySpan<IrqEvent> at)
    {
        Span<byte> utf8 = stackalloc byte[EventText.LengthMax];
        if (!KernelLogLine.TryRead(utf8[..EventText.Read(at, utf8)], out KernelLogLine line)) return;
        switch (line.Kind)
        {
            case KernelLogKind.NoIrqHandler: hazards.NoHandler.Log(in line); break;
            case KernelLogKind.UnmaskFailed: hazards.UnmaskFailed.Log(in line); break;
            case KernelLogKind.CreateFailed: hazards.ZeroMessage.Log(in line); break;
            case KernelLogKind.CannotDisableCpu: hazards.Shortage.CannotDisable(in line, hazards.Underflow); break;
            case KernelLogKind.ReservedVectors: hazards.Shortage.Reserved(in line); break;
            case KernelLogKind.AffinityBroken: hazards.Shortage.AffinityBroken(in line); break;
            case KernelLogKind.SetAffinityFailed: hazards.Affinity.SetFailed(in line); break;
            case KernelLogKind.OnlyOfflineCpus: hazards.Affinity.OnlyOffline(in line); break;
            case KernelLogKind.ManagedStartWithoutCpu: hazards.Affinity.StartWithoutCpu(in line); break;
            case KernelLogKind.SpuriousVector: hazards.Spurious.Log(in line); break;
            case KernelLogKind.RemapFault: hazards.Faults.Intel(in line); break;
            case KernelLogKind.AmdFault: hazards.Faults.Amd(in line); break;
            case KernelLogKind.InvalidationStalled: hazards.Stalled.Log(); break;
            case KernelLogKind.NobodyCared: hazards.Storm.NobodyCared(in line); break;
            case KernelLogKind.IrqDisabled: hazards.Storm.Disabled(in line); break;
            case KernelLogKind.CompletionPolled: hazards.Completions.Polled(in line); break;
            case KernelLogKind.TransmitTimeout: hazards.Completions.TransmitTimeout(in line); break;
            default: hazards.Erratum.ChipsetNamed(); break;
        }
    }
}
