using System;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>Interrupts that arrive, and where.</content>
public sealed partial class Replayer<TRules, TProbe>
{
    /// <summary>
    /// The tracepoint comes once an action. A shared interrupt's chain always starts at its first action, so one arrival
    /// is one run of that (Linux __handle_irq_event_percpu).
    /// </summary>
    private void ApplyHandlerEntry(in IrqEvent e)
    {
        if (e.Irq >= (uint)_machine.Irqs.Used && !TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        ref CpuState cpu = ref _cpus[e.Cpu];
        ushort name = new HandlerRun(in e).Name;
        if (desc.HeadName != name)
        {
            if (desc.HeadName != 0 && cpu.LastHandlerIrq == e.Irq) return;
            desc.HeadName = name;
        }
        if (cpu.Arrival == Arrival.Refused) _machine.Spurious++;
        cpu.LastHandlerIrq = e.Irq;
        cpu.Arrival = Arrival.Running;
        desc.Flags |= IrqFlags.Exists;
        _machine.Irqs.CountDelivery((int)e.Irq, e.Cpu);
        _machine.Delivered++;
        if (desc.Vector != 0 && desc.Cpu != e.Cpu) CheckPlace(in e, ref desc);
    }

    private void ApplyHandlerExit(in IrqEvent e)
    {
        ref CpuState cpu = ref _cpus[e.Cpu];
        if (cpu.LastHandlerIrq != e.Irq) return;
        if (new HandlerResult(in e).Ret != 0) cpu.Arrival = Arrival.Taken;
        else if (cpu.Arrival == Arrival.Running) cpu.Arrival = Arrival.Refused;
    }

    /// <summary>An arrival that is not at the current place: fine at the previous one while that is still allocated.</summary>
    private void CheckPlace(in IrqEvent e, ref IrqDesc desc)
    {
        if (desc.PreviousVector != 0 && desc.PreviousCpu == e.Cpu) return;
        if (!desc.Has(IrqFlags.VectorKnown) || desc.Has(IrqFlags.PreviousUnknown)) return;
        _timeNs = e.TimeNs;
        if (!_hotplugSeen)
        {
            // It may have been moved off a CPU that went down unseen: the arrival says where it is.
            DropSlot(ref desc, (int)e.Irq);
            desc.Cpu = e.Cpu;
            desc.Vector = 0;
            desc.Clear(IrqFlags.VectorKnown);
            return;
        }
        if (!_findings.WouldKeep(FindingCode.StrayDelivery))
        {
            _findings.CountOnly(FindingCode.StrayDelivery);
            return;
        }
        Report(FindingCode.StrayDelivery, desc.VectorEvent, (int)e.Irq, e.Cpu, -1, string.Create(
            CultureInfo.InvariantCulture,
            $"irq {e.Irq} was handled on CPU {e.Cpu}, but it belongs to CPU {desc.Cpu} vector {desc.Vector} and has no old place left."));
    }

    /// <summary>Kernel-log lines that are events of their own (a recording of the console, or a merged log).</summary>
    private void ApplyLogLine(ReadOnlySpan<IrqEvent> at)
    {
        Span<byte> utf8 = stackalloc byte[EventText.LengthMax];
        ReadOnlySpan<byte> text = utf8[..EventText.Read(at, utf8)];
        int found = text.IndexOf("No irq handler for "u8);
        if (found >= 0) ApplyNoHandlerLine(in at[0], text, found);
    }

    /// <summary>"No irq handler for CPU.VECTOR" (since 6.12) and "CPU.VECTOR No irq handler for vector" (before).</summary>
    private void ApplyNoHandlerLine(in IrqEvent e, ReadOnlySpan<byte> text, int found)
    {
        ReadOnlySpan<byte> pair = text[(found + "No irq handler for ".Length)..];
        if (pair.StartsWith("vector"u8) || pair.StartsWith("irq"u8))
        {
            ReadOnlySpan<byte> before = text[..found].TrimEnd((byte)' ');
            pair = before[(before.LastIndexOf((byte)' ') + 1)..];
        }
        if (!TryReadPair(pair, out int cpu, out int vector)) return;
        int owner = cpu < _machine.Slots.CpuCount ? _machine.Slots[cpu, (byte)vector] : VectorTable.Unknown;
        long blame = owner >= 0 ? _machine.Irqs[owner].VectorEvent : -1;
        string place = string.Create(CultureInfo.InvariantCulture, $"CPU {cpu} vector {vector}");
        if (owner >= 0)
        {
            Report(FindingCode.SlotOverwritten, blame, owner, cpu, vector,
                $"The kernel found no handler on {place}, which irq {owner.ToString(CultureInfo.InvariantCulture)} owns: its slot was reset by a stray interrupt.");
        }
        else
        {
            Report(FindingCode.StrayDelivery, null, -1, cpu, vector, $"The kernel found no handler on {place}.");
            _machine.Lost++;
        }
    }

    private static bool TryReadPair(ReadOnlySpan<byte> text, out int cpu, out int vector)
    {
        cpu = vector = 0;
        return System.Buffers.Text.Utf8Parser.TryParse(text, out cpu, out int used) && used < text.Length
            && text[used] == '.' && System.Buffers.Text.Utf8Parser.TryParse(text[(used + 1)..], out vector, out _)
            && (uint)cpu < CpuTable.CpuMax && vector is >= 0 and < 256;
    }
}
