using System;
using System.Globalization;
using Replay.Core.History;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Cli;

/// <summary>Reads the options that name one thing of a machine, and names it in turn.</summary>
internal static class HistorySubjects
{
    /// <exception cref="UsageException">No interrupt number.</exception>
    public static HistorySubject ParseIrq(string option, string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int irq) && irq < IrqTable.IrqMax)
            return HistorySubject.OfIrq(irq);
        throw new UsageException(
            $"{option} {text}: an interrupt is a number, as in /proc/interrupts, for example {option} 24");
    }

    /// <exception cref="UsageException">No CPU and vector.</exception>
    public static HistorySubject ParseVector(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0
            && int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out int cpu)
            && cpu < CpuTable.CpuMax && TryParseByte(text.AsSpan(colon + 1), out byte vector))
        {
            return HistorySubject.OfVector(cpu, vector);
        }
        throw new UsageException($"--vector {text}: a vector is CPU:VECTOR, for example --vector 3:35 (or 3:0x23) "
            + "for vector 35 of CPU 3");
    }

    /// <exception cref="UsageException">No remapping entry.</exception>
    public static HistorySubject ParseIrte(string text)
    {
        int colon = text.LastIndexOf(':');
        if (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            if (colon < 0 && index < IrteTable.IntelEntries) return HistorySubject.OfIrte(index);
            if (colon > 0 && index < IrteTable.AmdEntries && TryParseDevice(text[..colon], out PciAddress address))
                return HistorySubject.OfIrte(index, address.RequesterId);
        }
        throw new UsageException($"--irte {text}: a remapping entry is its index, for example --irte 23; "
            + "with AMD-Vi the device "
            + "stands before it, for example --irte 00:03.0:5");
    }

    /// <exception cref="UsageException">No device entry.</exception>
    public static HistorySubject ParseMsix(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon > 0
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int entry)
            && entry < MsixFunction.EntriesMax && TryParseDevice(text[..colon], out PciAddress address))
        {
            return HistorySubject.OfMsix(address.ToString(), entry);
        }
        throw new UsageException($"--msix {text}: an entry is DEVICE:ENTRY, for example --msix 0000:00:03.0:1 for "
            + "entry 1 of that device");
    }

    /// <summary>The thing as text: <c>irq 26</c>, <c>vector 35 of CPU 3</c>.</summary>
    public static string Describe(HistorySubject subject) => subject.Kind switch
    {
        SubjectKind.Irq => string.Create(CultureInfo.InvariantCulture, $"irq {subject.Irq}"),
        SubjectKind.Vector =>
            string.Create(CultureInfo.InvariantCulture, $"vector {subject.Vector} of CPU {subject.Cpu}"),
        SubjectKind.Irte => subject.RemapDevice < 0
            ? string.Create(CultureInfo.InvariantCulture, $"remapping entry {subject.Index}")
            : string.Create(CultureInfo.InvariantCulture,
                $"remapping entry {subject.Index} of {new PciAddress(0, (ushort)subject.RemapDevice).ToString()[5..]}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"entry {subject.Index} of {subject.Device}"),
    };

    private static bool TryParseByte(ReadOnlySpan<char> text, out byte value) =>
        text.StartsWith("0x", StringComparison.Ordinal)
            ? byte.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>A device with or without its segment.</summary>
    private static bool TryParseDevice(string text, out PciAddress address) =>
        PciAddress.TryParse(text, out address) || PciAddress.TryParse("0000:" + text, out address);
}
