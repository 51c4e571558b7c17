using System;
using System.Globalization;
using System.Numerics;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Latency;

/// <content>What begins and ends for one interrupt.</content>
public sealed partial class LatencyRecorder
{
    private IrqTimes[] _irqs = new IrqTimes[64];

    // Interrupt numbers beyond the model all write here, and nothing is ever read from it.
    private IrqTimes _beyond;

    /// <summary>Times at which something began that has not ended; 0 for nothing.</summary>
    private struct IrqTimes
    {
        public ulong AskedSince;
        public ulong MovedSince;
        public ulong OldVectorSince;
        public ulong ReservedSince;
        public ulong ActivatedSince;
        public ulong RequestedSince;
        public ulong MaskedSince;
        public ulong LastArrival;

        /// <summary>CPU on which the first arrival is awaited while <see cref="MovedSince"/> is set.</summary>
        public ushort MovedTo;

        /// <summary>Name of the first action of its chain; device and message, as last recorded.</summary>
        public ushort Name;
        public ushort Device;
        public ushort Entry;

        /// <summary>Shut down: a mask that lasts until the next start keeps nobody waiting.</summary>
        public bool IsShutDown;
    }

    private ref IrqTimes Irq(in IrqEvent e)
    {
        if (e.Irq < (uint)_irqs.Length) return ref _irqs[e.Irq];
        if (e.Irq >= IrqTable.IrqMax)
        {
            _beyond = default;
            return ref _beyond;
        }
        Array.Resize(ref _irqs, (int)BitOperations.RoundUpToPowerOf2(e.Irq + 1));
        return ref _irqs[e.Irq];
    }

    private void Arrive(in IrqEvent e)
    {
        ref IrqTimes irq = ref Irq(in e);
        irq.Name = new HandlerRun(in e).Name;
        Sample(LatencyMeasure.Gap, (int)e.Irq, irq.LastArrival, in e);
        irq.LastArrival = Since(in e);
        if (irq.MovedSince == 0 || irq.MovedTo != e.Cpu) return;
        End(in e, LatencyMeasure.AffinityArrival, ref irq.MovedSince);
    }

    private void AskAffinity(in IrqEvent e)
    {
        ref IrqTimes irq = ref Irq(in e);
        irq.AskedSince = Since(in e);
        irq.MovedSince = 0;
    }

    /// <summary>
    /// The vector domain works on an interrupt: what comes of it until it returns belongs to the request.
    /// </summary>
    private void BeginWork(in IrqEvent e) => Cpu(e.Cpu).WorksOn = e.Irq + 1;

    /// <summary>It returned. An affinity that led to no new place was satisfied already, or was refused.</summary>
    private void EndWork(in IrqEvent e)
    {
        ref CpuTimes cpu = ref Cpu(e.Cpu);
        if (cpu.WorksOn is > 0 and var works && works - 1 < (uint)_irqs.Length) _irqs[works - 1].AskedSince = 0;
        cpu.WorksOn = 0;
    }

    private void Configure(in IrqEvent e)
    {
        ref IrqTimes irq = ref Irq(in e);
        if (irq.AskedSince == 0) return;
        irq.MovedSince = irq.AskedSince;
        irq.MovedTo = new VectorPlace(in e).Cpu;
        End(in e, LatencyMeasure.AffinityApplied, ref irq.AskedSince);
    }

    /// <summary>The record comes before the change, so its "previous" place is the one that is left.</summary>
    private void BeginOldVector(in IrqEvent e)
    {
        if (new VectorMove(in e).PrevVector != 0) Begin(in e, ref Irq(in e).OldVectorSince);
    }

    private void EndOldVector(in IrqEvent e) => End(in e, LatencyMeasure.OldVector, ref Irq(in e).OldVectorSince);

    private void ForgetOldVector(in IrqEvent e) => Irq(in e).OldVectorSince = 0;

    /// <summary>
    /// The remapping chip moves an interrupt: its invalidations are those of this CPU until it does something else.
    /// </summary>
    private void BeginMove(in IrqEvent e)
    {
        EndMove(in e);
        Cpu(e.Cpu).Moves = e.Irq + 1;
    }

    private void EndMove(in IrqEvent e)
    {
        ref CpuTimes cpu = ref Cpu(e.Cpu);
        if (cpu.Moves > 0 && cpu.Moves - 1 < IrqTable.IrqMax)
            _book.Add(_book.Current, LatencyMeasure.Invalidations, (int)(cpu.Moves - 1), cpu.Invalidations, _index);
        cpu.Moves = cpu.Invalidations = 0;
    }

    private void CountInvalidation(in IrqEvent e)
    {
        if (QiDescriptor.Type(new Invalidation(in e).Qw0) == QiDescriptor.InterruptEntryCache)
            Cpu(e.Cpu).Invalidations++;
    }

    private void Allocate(in IrqEvent e)
    {
        if (new VectorResult(in e).Ret == 0) End(in e, LatencyMeasure.Reserved, ref Irq(in e).ReservedSince);
    }

    /// <summary>
    /// Only as part of a request: a device's entries may be activated long before a driver asks for them.
    /// </summary>
    private void Activate(in IrqEvent e)
    {
        ref IrqTimes irq = ref Irq(in e);
        if (irq.RequestedSince != 0 && !new VectorActivation(in e).Reserve) Begin(in e, ref irq.ActivatedSince);
    }

    private void Mask(in IrqEvent e)
    {
        ref IrqTimes irq = ref Irq(in e);
        if (!irq.IsShutDown) Begin(in e, ref irq.MaskedSince);
    }

    private void Start(in IrqEvent e)
    {
        ref IrqTimes irq = ref Irq(in e);
        End(in e, LatencyMeasure.Request, ref irq.RequestedSince);
        End(in e, LatencyMeasure.Activation, ref irq.ActivatedSince);
        irq.IsShutDown = false;
    }

    /// <summary>The interrupt goes away; the next arrival ends no gap, the next unmask no mask.</summary>
    private void Forget(in IrqEvent e)
    {
        ref IrqTimes irq = ref Irq(in e);
        irq.AskedSince = irq.MovedSince = irq.ActivatedSince = irq.RequestedSince =
            irq.MaskedSince = irq.LastArrival = 0;
        irq.IsShutDown = true;
    }

    private void NameIrq(in IrqEvent e)
    {
        var message = new MessageWrite(in e);
        ref IrqTimes irq = ref Irq(in e);
        irq.Device = message.Device;
        irq.Entry = message.Entry;
    }

    /// <summary>
    /// A name that two recordings share: of the device and its message, else of the action, else the number,
    /// which the next boot may give to another.
    /// </summary>
    private string IrqLabel(int irq)
    {
        IrqTimes times = irq < _irqs.Length ? _irqs[irq] : default;
        if (times.Device != 0)
            return string.Create(CultureInfo.InvariantCulture, $"{_tables.Devices[times.Device]}[{times.Entry}]");
        string name = times.Name != 0 ? _tables.Names[times.Name] : "";
        return name.Length > 0 ? name : string.Create(CultureInfo.InvariantCulture, $"irq {irq}");
    }
}
