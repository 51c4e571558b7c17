using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Core.Reports;
using Replay.Core.Systems;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>state</c>. Views that were not asked for are left out; what is not known is null.</summary>
internal static class StateJson
{
    public static void Write(StateReport state, StateSelection selection,
        IReadOnlyList<NamedSystem> systems, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteString("at", state.At);
        if (selection.Has(StateViews.Cpus)) WriteCpus(json, state.Cpus);
        if (selection.Has(StateViews.Irqs)) WriteIrqs(json, state.Irqs);
        if (selection.Has(StateViews.Remap)) WriteRemap(json, state.Remap);
        if (selection.Has(StateViews.Msix)) WriteMsix(json, state.Msix);
        if (selection.Has(StateViews.Matrix)) WriteMatrix(json, state.Matrix);
        WriteSystems(json, systems, selection);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    /// <summary>Each part of each modelled system, as its last step left it.</summary>
    private static void WriteSystems(Utf8JsonWriter json, IReadOnlyList<NamedSystem> systems, StateSelection selection)
    {
        bool any = false;
        foreach (NamedSystem named in systems) any |= named.System.Report.States.Count > 0;
        if (!any) return; // An extension of the contract, only where there is something to say.
        json.WriteRows("systems", systems, named =>
        {
            json.WriteString("name", named.Name);
            SystemsJson.WriteStates(json, SystemStates.LastOf(named.System, selection));
        });
    }

    private static void WriteCpus(Utf8JsonWriter json, IReadOnlyList<CpuRow> cpus)
    {
        json.WriteRows("cpus", cpus, cpu =>
        {
            json.WriteNumber("cpu", cpu.Cpu);
            json.WriteFlag("online", cpu.Online);
            json.WriteRows("vectors", cpu.Vectors, slot =>
            {
                json.WriteNumber("vector", slot.Vector);
                json.WriteNumber("irq", (long?)slot.Irq);
                json.WriteText("state", slot.State);
            });
        });
    }

    private static void WriteIrqs(Utf8JsonWriter json, IReadOnlyList<IrqRow> irqs)
    {
        json.WriteRows("irqs", irqs, irq =>
        {
            json.WriteNumber("irq", irq.Irq);
            json.WriteText("name", irq.Name);
            json.WriteText("chip", irq.Chip);
            json.WriteText("device", irq.Device);
            json.WriteNumber("entry", (long?)irq.Entry);
            if (irq.Affinity is null)
            {
                json.WriteNull("affinity");
            }
            else
            {
                json.WriteStartArray("affinity");
                foreach (int cpu in irq.Affinity) json.WriteNumberValue(cpu);
                json.WriteEndArray();
            }
            json.WriteNumber("cpu", (long?)irq.Cpu);
            json.WriteNumber("vector", (long?)irq.Vector);
            json.WriteFlag("masked", irq.Masked);
            json.WriteFlag("activated", irq.Activated);
            json.WriteFlag("managed", irq.Managed);
            json.WriteStartArray("delivered");
            foreach (long count in irq.Delivered) json.WriteNumberValue(count);
            json.WriteEndArray();
        });
    }

    private static void WriteRemap(Utf8JsonWriter json, IReadOnlyList<RemapUnit> units)
    {
        json.WriteRows("remap", units, unit =>
        {
            json.WriteText("unit", unit.Unit);
            json.WriteFlag("enabled", unit.Enabled);
            json.WriteRows("entries", unit.Entries, entry =>
            {
                json.WriteNumber("index", entry.Index);
                json.WriteHex("lo", entry.Lo);
                json.WriteHex("hi", entry.Hi);
                json.WriteFlag("present", entry.Present);
                json.WriteNumber("vector", (long?)entry.Vector);
                json.WriteNumber("dest", (long?)entry.Dest);
                json.WriteText("source", entry.Source);
            });
        });
    }

    private static void WriteMsix(Utf8JsonWriter json, IReadOnlyList<MsixFunction> functions)
    {
        json.WriteRows("msix", functions, function =>
        {
            json.WriteString("device", function.Device);
            json.WriteFlag("enabled", function.Enabled);
            json.WriteFlag("functionMask", function.FunctionMask);
            json.WriteRows("entries", function.Entries, row =>
            {
                json.WriteNumber("entry", row.Entry);
                json.WriteHex("address", row.Address);
                json.WriteNumber("data", (long?)row.Data);
                json.WriteNumber("control", (long?)row.Control);
                json.WriteFlag("pending", row.Pending);
            });
        });
    }

    private static void WriteMatrix(Utf8JsonWriter json, MatrixRow matrix)
    {
        json.WriteStartObject("matrix");
        json.WriteNumber("globalAvailable", matrix.GlobalAvailable);
        json.WriteNumber("globalReserved", matrix.GlobalReserved);
        json.WriteNumber("totalAllocated", matrix.TotalAllocated);
        json.WriteRows("cpus", matrix.Cpus, cpu =>
        {
            json.WriteNumber("cpu", cpu.Cpu);
            json.WriteFlag("online", cpu.Online);
            json.WriteNumber("available", cpu.Available);
            json.WriteNumber("allocated", cpu.Allocated);
            json.WriteNumber("managed", cpu.Managed);
            json.WriteNumber("managedAllocated", cpu.ManagedAllocated);
        });
        json.WriteEndObject();
    }
}
