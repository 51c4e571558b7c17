using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>H-08, no vector left: the counters at that moment, and who holds the vectors.</content>
public sealed partial class Replayer<TRules, TProbe>
{
    // CPUs, and holders of vectors, that a message spells out.
    private const int CpusListed = 16;
    private const int HoldersListed = 4;

    private void ReportExhausted(uint irq, string what)
    {
        if (!KeepsExhausted()) return;
        VectorMatrix matrix = _machine.Matrix;
        ref IrqDesc desc = ref _machine.Irqs[(int)irq];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{what} for irq {irq}");
        if (desc.Has(IrqFlags.AffinityKnown))
            text.Append(CultureInfo.InvariantCulture, $" (affinity mask 0x{desc.Affinity:x})");
        text.Append(": available");
        for (int cpu = 0; cpu < Math.Min(matrix.Count, CpusListed); cpu++)
        {
            if (matrix[cpu].Online && matrix[cpu].Known)
                text.Append(CultureInfo.InvariantCulture, $" {matrix[cpu].Available} on CPU {cpu},");
        }
        text.Append(CultureInfo.InvariantCulture,
            $" {matrix.GlobalAvailable} in all; {matrix.GlobalReserved} reserved, {matrix.TotalAllocated} allocated");
        AppendHolders(text, SearchOf(ref desc));
        Report(FindingCode.VectorExhausted, _index, (int)irq, -1, -1, text.Append('.').ToString());
    }

    private static CpuMask SearchOf(ref IrqDesc desc) =>
        desc.Has(IrqFlags.AffinityKnown) ? new CpuMask(desc.Affinity) : CpuMask.All;

    private void ReportCannotOffline(int cpu)
    {
        if (!KeepsExhausted()) return;
        VectorMatrix matrix = _machine.Matrix;
        ref CpuMap map = ref matrix[cpu];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"CPU {cpu} could not be taken offline: ");
        if (matrix.KnowsManagedInUse(cpu))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"it has {map.Allocated - map.ManagedAllocated} vectors to move, "
                + $"{matrix.GlobalAvailable - map.Available} are available elsewhere");
        }
        else
        {
            text.Append("how many vectors it would have to move was not recorded");
        }
        AppendHolders(text, CpuMask.Of(cpu));
        Report(FindingCode.VectorExhausted, _cpus[cpu].TakedownEvent, -1, cpu, -1, text.Append('.').ToString());
    }

    private bool KeepsExhausted()
    {
        if (_findings.WouldKeep(FindingCode.VectorExhausted)) return true;
        _findings.CountOnly(FindingCode.VectorExhausted, _index);
        return false;
    }

    /// <summary>Who has the vectors of some CPUs: the devices with most, and what no interrupt has any more.</summary>
    private void AppendHolders(StringBuilder text, CpuMask cpus)
    {
        var byDevice = new SortedDictionary<int, int>();
        int old = 0, others = 0;
        long owned = 0;
        for (int irq = 0; irq < _irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _irqs[irq];
            if (desc.PreviousVector != 0 && cpus[desc.PreviousCpu]) old++;
            if (desc.Vector == 0 || !desc.Has(IrqFlags.VectorKnown) || !cpus[desc.Cpu]) continue;
            owned++;
            if (desc.Device == 0) others++;
            else byDevice[desc.Device] = byDevice.GetValueOrDefault(desc.Device) + 1;
        }
        if (owned + old == 0) return;
        text.Append("; held by");
        int listed = 0, rest = 0;
        while (byDevice.Count > 0)
        {
            int most = MostOf(byDevice);
            if (listed++ < HoldersListed)
                text.Append(CultureInfo.InvariantCulture, $" {_machine.Tables.Devices[most]} ({byDevice[most]}),");
            else rest += byDevice[most];
            byDevice.Remove(most);
        }
        if (rest > 0) text.Append(CultureInfo.InvariantCulture, $" {listed - HoldersListed} other devices ({rest}),");
        if (others > 0) text.Append(CultureInfo.InvariantCulture, $" interrupts of no known device ({others}),");
        if (old > 0) text.Append(CultureInfo.InvariantCulture, $" old places of unfinished moves ({old}),");
        if (CountAllocated(cpus) - owned - old is > 0 and var lost)
            text.Append(CultureInfo.InvariantCulture, $" nobody ({lost}),");
        text.Length--;
    }

    private static int MostOf(SortedDictionary<int, int> byDevice)
    {
        int most = 0;
        foreach ((int device, int count) in byDevice)
        {
            if (most == 0 || count > byDevice[most]) most = device;
        }
        return most;
    }

    /// <summary>Vectors in use on some CPUs; 0 when that is not known for each of them.</summary>
    private long CountAllocated(CpuMask cpus)
    {
        VectorMatrix matrix = _machine.Matrix;
        long allocated = 0;
        for (int cpu = 0; cpu < matrix.Count; cpu++)
        {
            if (!cpus[cpu]) continue;
            if (!matrix.KnowsBits(cpu)) return 0;
            allocated += matrix[cpu].Allocated;
        }
        return allocated;
    }
}
