using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Findings;
using Replay.Core.Reports;

namespace Replay.Core.WhatIf;

/// <summary>
/// Reports of a recording as they are under other rules: the recorded ones, with what differs laid over them.
/// </summary>
public static class WhatIfView
{
    private const ulong Factor = 0xFF51_AFD7_ED55_8CCD;

    /// <summary>Findings, totals and digest.</summary>
    /// <param name="recorded">What the replay of the recording says.</param>
    /// <param name="whatIf">What differs.</param>
    /// <param name="own">Findings that only the other rules lead to.</param>
    public static ReplayReport Apply(ReplayReport recorded, WhatIfReport whatIf, FindingTable own)
    {
        if (whatIf.IsAsRecorded) return recorded with { WhatIf = whatIf };
        var voided = new HashSet<(string, long, uint?)>();
        foreach ((FindingCode code, long index, int irq) in whatIf.Voided)
            voided.Add((FindingCatalog.IdOf(code), index, irq < 0 ? null : (uint)irq));
        var findings = new List<ReportFinding>();
        foreach (ReportFinding finding in recorded.Findings)
        {
            if (!voided.Contains((finding.Code, finding.Event, finding.Irq))) findings.Add(finding);
        }
        ReplayReporter.AddRows(findings, own);
        long missed = whatIf.Totals.Missed;
        InterruptTotals totals = recorded.Interrupts;
        return recorded with
        {
            WhatIf = whatIf,
            Findings = findings,
            Interrupts = missed == 0
                ? totals : totals with { Delivered = totals.Delivered - missed, Lost = totals.Lost + missed },
            Digest = Digest(recorded.Digest, whatIf),
        };
    }

    /// <summary>Interrupts and the allocator; vector tables and hardware stay as recorded.</summary>
    public static StateReport Apply(StateReport recorded, WhatIfReport whatIf)
    {
        if (whatIf.IsAsRecorded) return recorded;
        return recorded with { Irqs = Irqs(recorded.Irqs, whatIf), Matrix = Matrix(recorded.Matrix, whatIf) };
    }

    private static List<IrqRow> Irqs(IReadOnlyList<IrqRow> recorded, WhatIfReport whatIf)
    {
        var own = new Dictionary<uint, WhatIfIrq>();
        foreach (WhatIfIrq irq in whatIf.Irqs) own.Add((uint)irq.Irq, irq);
        var rows = new List<IrqRow>(recorded.Count);
        foreach (IrqRow row in recorded)
        {
            if (!own.TryGetValue(row.Irq, out WhatIfIrq? irq)) rows.Add(row);
            else if (irq.Exists) rows.Add(row with { Cpu = irq.Cpu, Vector = irq.Vector });
        }
        return rows;
    }

    private static MatrixRow Matrix(MatrixRow recorded, WhatIfReport whatIf)
    {
        var own = new Dictionary<int, WhatIfCpu>();
        long allocated = 0;
        foreach (WhatIfCpu cpu in whatIf.Cpus)
        {
            own.Add(cpu.Cpu, cpu);
            allocated += cpu.Allocated;
        }
        var rows = new List<MatrixCpuRow>();
        long available = 0;
        foreach (MatrixCpuRow row in recorded.Cpus)
        {
            MatrixCpuRow now = !own.TryGetValue(row.Cpu, out WhatIfCpu? cpu) ? row : row with
            {
                Online = row.Online is null ? null : cpu.StaysOnline || row.Online.Value,
                Available = row.Available + cpu.Available,
                Allocated = row.Allocated + cpu.Allocated,
                ManagedAllocated = row.ManagedAllocated + cpu.ManagedAllocated,
            };
            rows.Add(now);
            available += (now.Online == true ? now.Available ?? 0 : 0) - (row.Online == true ? row.Available ?? 0 : 0);
        }
        return new MatrixRow(recorded.GlobalAvailable + available, recorded.GlobalReserved + whatIf.Reserved,
            recorded.TotalAllocated + allocated, rows);
    }

    private static string Digest(string recorded, WhatIfReport whatIf)
    {
        ulong hash = ulong.Parse(recorded.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        foreach (WhatIfIrq irq in whatIf.Irqs)
        {
            Add(ref hash, (ulong)irq.Irq);
            foreach (char c in irq.State) Add(ref hash, c);
            Add(ref hash, (ulong)(irq.Vector ?? 0));
        }
        foreach (WhatIfCpu cpu in whatIf.Cpus) Add(ref hash, ((ulong)(uint)cpu.Available << 32) | (uint)cpu.Allocated);
        foreach (Departure departure in whatIf.Departures)
            Add(ref hash, ((ulong)departure.Rule << 56) ^ (ulong)departure.Count);
        Add(ref hash, (ulong)whatIf.Totals.Missed);
        return string.Create(CultureInfo.InvariantCulture, $"0x{hash ^ (hash >> 32):x16}");
    }

    private static void Add(ref ulong hash, ulong value)
    {
        hash ^= value;
        hash *= Factor;
        hash ^= hash >> 29;
    }
}
