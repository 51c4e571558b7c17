using System;
using System.Globalization;
using System.Text;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-14: remapping hardware refused an interrupt and dropped it. What that means depends on the reason and on what the
/// table in memory says (VT-d specification 7.1.1; Linux irq_remap_fault_reasons in intel/dmar.c; AMD event log).
/// </summary>
internal sealed class RemapFault(HazardContext context)
{
    private const int NotPresent = 0x22;
    private const int BadSource = 0x26;

    // Where AMD units report interrupt requests: the HyperTransport range FD_F8xx_xxxx, or the message's own address.
    private const ulong AmdRange = 0xFD_F800_0000, AmdRangeMask = 0xFF_FF00_0000;

    public void Intel(in KernelLogLine line)
    {
        MachineState machine = context.Machine;
        machine.Lost++;
        int reason = (int)Math.Min(line.Second, byte.MaxValue);
        int index = line.Value < IrteTable.IntelEntries ? (int)line.Value : -1;
        int irq = -1;
        long blame = -1;
        string memory = "";
        if (index >= 0 && machine.Remap is { } table && index < table.Used && table[index].Known)
        {
            ref Irte entry = ref table[index];
            irq = entry.Irq;
            blame = entry.WriteEvent;
            memory = Memory(reason, ref entry);
        }
        context.Report(FindingCode.RemapFault, context.Since(blame), string.Create(CultureInfo.InvariantCulture,
            $"An interrupt through remapping entry {line.Value} was refused, reason 0x{line.Second:x}: "
            + $"{Reason(reason)}{memory}."), new About { Irq = irq < 0 ? null : irq, Device = DeviceOf(line.Device) });
    }

    /// <summary>
    /// An AMD event whose address is an interrupt; others are DMA faults and none of this program's business.
    /// </summary>
    public void Amd(in KernelLogLine line)
    {
        if (IsInterrupt(line.Value)) Report(DeviceOf(line.Device), line.Value);
    }

    /// <summary>The same from the tracepoint of the generic IOMMU code.</summary>
    public void PageFault(ushort device, ulong address)
    {
        if (IsInterrupt(address)) Report(context.DeviceName(device), address);
    }

    private static bool IsInterrupt(ulong address) =>
        new MsiMessage(address, 0).IsInterrupt || (address & AmdRangeMask) == AmdRange;

    private void Report(string? device, ulong address)
    {
        context.Machine.Lost++;
        context.Report(FindingCode.RemapFault, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"The remapping unit refused an interrupt of the device (address 0x{address:x}): "
            + $"no valid entry for its message."), new About { Device = device });
    }

    private static string Reason(int reason) => reason switch
    {
        0x20 => "the message has reserved bits set",
        0x21 => "the message names an entry beyond the table",
        NotPresent => "the entry is not present",
        0x23 => "the table could not be read",
        0x24 => "the entry has reserved bits set",
        0x25 => "a message that does not go through remapping was blocked",
        BadSource => "the entry belongs to another requester",
        _ => "unknown",
    };

    /// <summary>What the table in memory adds to the reason.</summary>
    private static string Memory(int reason, ref Irte entry) => reason switch
    {
        NotPresent when IrteBits.IsPresent(entry.Lo) => "; in memory it is, so the unit used a stale copy",
        NotPresent => "; in memory it is not either: it was freed or never made",
        BadSource => string.Create(CultureInfo.InvariantCulture,
            $", {new PciAddress(0, IrteBits.SourceId(entry.Hi))}"),
        _ => "",
    };

    /// <summary>"03:00.0" with the segment that the kernel leaves out.</summary>
    private static string? DeviceOf(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return null;
        string name = Encoding.UTF8.GetString(text);
        return text.Length == "03:00.0".Length ? "0000:" + name : name;
    }
}
