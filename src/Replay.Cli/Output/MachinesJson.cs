using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Numerics;
using System.Text.Json;
using Replay.Cli.Machines;
using Replay.Core.Reports;

namespace Replay.Cli.Output;

/// <summary>
/// The JSON of <c>replay</c> of several machines: the members that one has, summed up, and each machine's own under
/// <c>machines</c>, in the order in which they were given.
/// </summary>
internal static class MachinesJson
{
    public static void Write(IReadOnlyList<MachineReplay> machines, double seconds, Stream output)
    {
        long events = 0, applied = 0;
        InterruptTotals totals = new(null, 0, null, null, 0, 0);
        foreach (MachineReplay machine in machines)
        {
            if (machine.Report is not { } report) continue;
            events += report.Events;
            applied += report.Applied;
            totals = Sum(totals, report.Interrupts);
        }
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteNumber("events", events);
        json.WriteNumber("applied", applied);
        json.WriteStartArray("findings");
        foreach (MachineReplay machine in machines)
        {
            foreach (ReportFinding finding in machine.Report?.Findings ?? [])
                ReplayJson.WriteFinding(json, finding, machine.Name);
        }
        json.WriteEndArray();
        ReplayJson.WriteInterrupts(json, totals);
        json.WriteString("digest", Digest(machines));
        json.WriteNumber("seconds", Math.Round(seconds, 6));
        json.WriteNumber("eventsPerSecond", seconds > 0 ? (long?)Math.Round(events / seconds) : null);
        json.WriteRows("machines", machines, machine =>
        {
            json.WriteString("name", machine.Name);
            if (machine.Report is { } report)
            {
                ReplayJson.WriteBody(json, report);
                json.WriteString("rules", machine.Rules!.ToString());
            }
            else
            {
                json.WriteString("error", machine.Error);
            }
        });
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    /// <summary>One number for all machines in their order; names do not count.</summary>
    internal static string Digest(IReadOnlyList<MachineReplay> machines)
    {
        const ulong Factor = 0x9E37_79B9_7F4A_7C15;
        ulong all = (ulong)machines.Count;
        foreach (MachineReplay machine in machines)
        {
            ulong own = machine.Report is { } report
                ? ulong.Parse(report.Digest.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;
            all = BitOperations.RotateLeft((all ^ own) * Factor, 31);
        }
        return string.Create(CultureInfo.InvariantCulture, $"0x{all:x16}");
    }

    private static InterruptTotals Sum(InterruptTotals left, InterruptTotals right) => new(
        Sum(left.Raised, right.Raised), Sum(left.Delivered, right.Delivered), Sum(left.Pending, right.Pending),
        Sum(left.Coalesced, right.Coalesced), Sum(left.Lost, right.Lost), Sum(left.Spurious, right.Spurious));

    // What some machines do not tell is counted for those that do.
    private static long? Sum(long? left, long? right) => left is null ? right : right is null ? left : left + right;
}
