using System;
using System.IO;
using System.Text.Json;
using Replay.Cli.Top;
using Replay.Core.Live;
using Replay.Core.Reports;
using Replay.Core.State;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>top</c>: one object a frame, one frame a line.</summary>
internal static class TopJson
{
    public static void Write(TopFrame frame, int rows, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteNumber("frame", frame.Number);
        json.WriteString("phase", frame.Phase switch
        {
            TopPhase.Waiting => "waiting",
            TopPhase.Running => "running",
            _ => "ended",
        });
        json.WriteText("format", frame.Source.Format);
        json.WriteText("kernel", frame.Source.Kernel);
        json.WriteNumber("bytesReceived", frame.BytesReceived);
        WriteRate(json, "part", frame.Part, 4);
        bool any = frame.Phase != TopPhase.Waiting;
        json.WriteNumber("events", frame.Events);
        json.WriteUnsigned("timeNs", any ? frame.TimeNs : null);
        WriteRate(json, "eventsPerSecond", frame.EventsPerSecond, 0);
        json.WriteNumber("lostRecords", frame.LostRecords);
        json.WriteBoolean("dataLoss", frame.LostRecords > 0 || frame.HasDataLoss);
        json.WriteStartObject("interrupts");
        json.WriteNumber("delivered", frame.Delivered);
        WriteRate(json, "perSecond", frame.DeliveredPerSecond, 3);
        json.WriteNumber("spurious", frame.Spurious);
        json.WriteNumber("lost", frame.Lost);
        json.WriteEndObject();
        json.WriteNumber("reserved", (long?)frame.Reserved);
        json.WriteStartArray("cpus");
        foreach (TopCpu cpu in frame.Cpus) WriteCpu(json, cpu);
        json.WriteEndArray();
        json.WriteStartArray("irqs");
        for (int i = 0; i < frame.Irqs.Count && i < rows; i++) WriteIrq(json, frame.Irqs[i]);
        json.WriteEndArray();
        json.WriteStartObject("remap");
        json.WriteNumber("entries", frame.RemapEntries);
        json.WriteNumber("present", frame.RemapPresent);
        json.WriteEndObject();
        json.WriteStartObject("findings");
        json.WriteNumber("count", frame.FindingCount);
        json.WriteStartArray("new");
        for (int i = frame.FirstNewFinding; i < frame.FindingsKept; i++)
            ReplayJson.WriteFinding(json, ReplayReporter.ToRow(frame.Findings[i]), machine: null);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    private static void WriteCpu(Utf8JsonWriter json, TopCpu cpu)
    {
        json.WriteStartObject();
        json.WriteNumber("cpu", cpu.Cpu);
        json.WriteFlag("online", cpu.Online);
        json.WriteNumber("inUse", cpu.InUse);
        json.WriteNumber("available", (long?)cpu.Available);
        json.WriteNumber("managed", (long?)cpu.Managed);
        WriteRate(json, "perSecond", cpu.PerSecond, 3);
        json.WriteEndObject();
    }

    private static void WriteIrq(Utf8JsonWriter json, TopIrq row)
    {
        LiveIrq irq = row.Irq;
        json.WriteStartObject();
        json.WriteNumber("irq", irq.Irq);
        json.WriteText("name", irq.Name);
        json.WriteText("device", irq.Device);
        json.WriteNumber("entry", irq.Entry < 0 ? null : irq.Entry);
        json.WriteNumber("cpu", (irq.Flags & IrqFlags.CpuKnown) != 0 ? irq.Cpu : null);
        json.WriteNumber("vector", (irq.Flags & IrqFlags.VectorKnown) != 0 && irq.Vector != 0 ? irq.Vector : null);
        json.WriteFlag("masked", (irq.Flags & IrqFlags.MaskedKnown) != 0 ? (irq.Flags & IrqFlags.Masked) != 0 : null);
        WriteRate(json, "perSecond", row.PerSecond, 3);
        json.WriteNumber("delivered", irq.Delivered);
        json.WriteEndObject();
    }

    private static void WriteRate(Utf8JsonWriter json, string name, double? value, int digits)
    {
        if (value is { } number && double.IsFinite(number)) json.WriteNumber(name, Math.Round(number, digits));
        else json.WriteNull(name);
    }
}
