using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Core.Systems;
using Replay.Formats.Text;

namespace Replay.Formats.Tests.Text;

/// <summary>
/// Makes docs/EVENTS.md of the schema: one section a kind, with a line of the text form that reads back.
/// </summary>
internal static class EventsDocument
{
    private static readonly Dictionary<string, ulong> Examples = new()
    {
        ["irq"] = 24,
        ["vector"] = 34,
        ["prev_vector"] = 33,
        ["cpu"] = 1,
        ["prev_cpu"] = 0,
        ["apicdest"] = 2,
        ["mask"] = 6,
        ["online_maps"] = 4,
        ["global_available"] = 800,
        ["global_reserved"] = 12,
        ["total_allocated"] = 37,
        ["available"] = 198,
        ["allocated"] = 5,
        ["online"] = 1,
        ["address"] = 0xFEE01000,
        ["data"] = 0x22,
        ["lo"] = 0x100220001,
        ["hi"] = 0x40018,
        ["target"] = 145,
        ["step"] = 3,
        ["count"] = 1,
        ["min"] = 1,
        ["max"] = 4,
        ["devid"] = 0x18,
        ["index"] = 5,
        ["status"] = 0x4000,
        ["start"] = 1,
        ["qw0"] = 0x12,
    };

    public static string Build()
    {
        var text = new StringBuilder();
        text.Append("""
            # Events

            Every kind of event that a recording is made of. This file is generated from the schema by the tests; set
            `IRQREPLAY_GOLDEN=update` when they run to write it again.

            A line of the text form is time, CPU that recorded the event, kind, operands. A **stimulus** happened to the
            recorded machine; an **observation** is what the machine decided or did; **meta** is about the recording.
            *Where* is the place in the 32-byte record: `irq`, `vector`, `a` and `b`, or `a1` and `b1` of the extension
            record that follows; then the bits. Numbers are in files and never change. An operand that a line of the text
            form does not name is 0, the empty name or `irq=none`, unless its row says what it means then.

            *System* is what does something with the kind beside the recorded machine: `linux` is a machine that is run,
            `vpci` a recorded virtual PCI bus, `pcie` errors and assigned devices (src/Replay.Formats/Text/TEXT.md).

            | number | kind | role | system | meaning |
            | ---: | --- | --- | --- | --- |

            """);
        foreach (EventKindInfo info in EventSchema.All)
        {
            Append(text,
                $"| {(byte)info.Kind} | [`{info.Name}`](#{info.Name}) | {Role(info)} | {Systems(info.Kind)} | {info.Meaning} |\n");
        }
        var tables = new EventTables();
        foreach (EventKindInfo info in EventSchema.All)
        {
            Append(text, $"\n## {info.Name}\n\n{info.Meaning} Number {(byte)info.Kind}, {Role(info)}.\n");
            AppendOperands(text, info);
            Append(text, $"\n```\n{MakeLine(info, tables)}```\n");
        }
        return text.ToString();
    }

    private static void AppendOperands(StringBuilder text, EventKindInfo info)
    {
        if (info.Operands.Length == 0) return;
        bool speaks = Array.Exists(info.Operands, static operand => operand.Meaning.Length > 0);
        text.Append(speaks
            ? "\n| operand | where | bits | reads as | says |\n| --- | --- | ---: | --- | --- |\n"
            : "\n| operand | where | bits | reads as |\n| --- | --- | ---: | --- |\n");
        foreach (EventOperand operand in info.Operands)
        {
            string bits = operand.Width == 1
                ? $"{operand.Shift}" : $"{operand.Shift}-{operand.Shift + operand.Width - 1}";
            Append(text,
                $"| `{operand.Name}` | {Where(operand)} | {bits} | {Reads(operand)} |{(speaks ? Says(operand) : "")}\n");
        }
    }

    private static string Where(EventOperand operand) => operand.Format == OperandFormat.Text
        ? "length in `irq`, bytes in `a`, `b` and extensions"
        : operand.Slot switch
        {
            OperandSlot.Irq => "`irq`",
            OperandSlot.Vector => "`vector`",
            OperandSlot.A => "`a`",
            OperandSlot.B => "`b`",
            OperandSlot.ExtensionA => "`a1`",
            _ => "`b1`",
        };

    private static string Reads(EventOperand operand) => operand.Format switch
    {
        OperandFormat.Decimal when operand.Name == "irq" => "decimal, or `none`",
        OperandFormat.Decimal => "decimal",
        OperandFormat.Signed => "signed decimal",
        OperandFormat.Hex => "hexadecimal",
        OperandFormat.Name => "name",
        OperandFormat.Device => "device",
        OperandFormat.Symbol => "`" + string.Join("` `", operand.Symbols) + "`, or a number",
        _ => "quoted text",
    };

    private static string Says(EventOperand operand)
    {
        string missing = operand.Default == 0 ? ""
            : operand.Format == OperandFormat.Symbol ? $" Missing: `{operand.Symbols[operand.Default]}`."
            : $" Missing: {operand.Default}.";
        return operand.Meaning.Length + missing.Length == 0 ? " |" : $" {operand.Meaning}{missing} |";
    }

    private static string MakeLine(EventKindInfo info, EventTables tables)
    {
        var records = new IrqEvent[2];
        records[0] = new() { TimeNs = 365_192_000, Kind = info.Kind, Irq = info.UsesIrq ? 0 : IrqEvent.NoIrq };
        records[1] = new() { TimeNs = 365_192_000, Kind = EventKind.Extension, Irq = IrqEvent.NoIrq };
        foreach (EventOperand operand in info.Operands)
        {
            if (operand.Format == OperandFormat.Text)
            {
                EventText.Write("start of the workload"u8, records);
                break;
            }
            ulong value = operand.Format switch
            {
                OperandFormat.Name => (ulong)tables.Names.Intern(NameOf(operand.Name)),
                OperandFormat.Device => (ulong)tables.Devices.Intern("0000:00:03.0"),
                _ => Examples.GetValueOrDefault(operand.Name) & operand.Mask,
            };
            operand.Set(ref records[0], ref records[1], value);
        }
        using var stream = new MemoryStream();
        using (var writer = new EventTextWriter(stream))
            writer.Write(records.AsSpan(0, EventSchema.RecordCount(records[0])), tables);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string NameOf(string operand) => operand switch
    {
        "chip" => "PCI-MSI",
        "iommu" => "dmar0",
        "action" => "dpm_suspend_noirq",
        "driver" => "nvme",
        "ops" => "noirq",
        "fun" => "workqueue_offline_cpu",
        "source" => "probe",
        _ => "nvme0q1",
    };

    private static string Systems(EventKind kind)
    {
        var names = new List<string>();
        foreach (string name in (string[])["linux", "vpci", "pcie"])
        {
            if (SystemTable.IsHeard(name, kind)) names.Add(name);
        }
        return string.Join(", ", names);
    }

    private static string Role(EventKindInfo info) => info.Role.ToString().ToLowerInvariant();

    private static void Append(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture));
}
