using System;
using System.Buffers.Text;
using Replay.Core.Events;

namespace Replay.Formats.Mapping;

// vfio_msix_vector_do_use  (0000:01:00.0) vector 1 used
// vfio_msix_vector_release  (0000:01:00.0) vector 1 released
// vfio_msix_disable  (0000:01:00.0)
// vfio_pci_write_config  (0000:01:00.0, @0xf, 0x40, len=0x1)
// vfio_pci_reset_flr 0000:01:00.0 FLR/VFIO_DEVICE_RESET
// vfio_pci_hot_reset  (0000:01:00.0) multi
// vfio_pci_hot_reset_result 0000:01:00.0 hot reset: Success
// 4711@1700000000.123456:vfio_msix_disable  (0000:01:00.0)

/// <summary>
/// A trace event of QEMU's VFIO as text: what its ftrace backend writes into trace_marker,
/// and a line of its log backend (QEMU hw/vfio/trace-events; tracetool backends ftrace and log put the name,
/// a blank and the event's own format).
/// </summary>
internal static class QemuTraceLine
{
    private const uint Bist = 0xF, BistStart = 0x40, CacheLineSize = 0xC;
    private const int BistInWord = 24;

    /// <summary>
    /// The event that a line means; false for any other text, and for events that no kind stands for.
    /// </summary>
    /// <param name="text">The line.</param>
    /// <param name="tables">The device's name is interned here.</param>
    /// <param name="record">Gets kind and operands; time and CPU stay.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, EventTables tables, ref IrqEvent record)
    {
        text = WithoutProcess(text);
        if (!text.StartsWith("vfio_"u8)) return false;
        int blank = text.IndexOf((byte)' ');
        if (blank < 0) return false;
        ReadOnlySpan<byte> name = text[..blank], rest = text[(blank + 1)..].TrimStart((byte)' ');
        if (!TryTakeDevice(ref rest, out ReadOnlySpan<byte> device)) return false;
        if (name.SequenceEqual("vfio_msix_vector_do_use"u8))
            return TryReadVector(rest, Trigger.Kvm, device, tables, ref record);
        if (name.SequenceEqual("vfio_msix_vector_release"u8))
            return TryReadVector(rest, Trigger.Qemu, device, tables, ref record);
        if (name.SequenceEqual("vfio_msix_disable"u8))
            return Make(ref record, EventKind.VfioSetIrqs, device, tables, 0);
        if (name.SequenceEqual("vfio_pci_write_config"u8)) return TryReadConfigWrite(rest, device, tables, ref record);
        if (name.SequenceEqual("vfio_pci_reset_flr"u8) || name.SequenceEqual("vfio_pci_reset_pm"u8))
            return Make(ref record, EventKind.VfioReset, device, tables, Reset.Flr);
        if (name.SequenceEqual("vfio_pci_hot_reset"u8))
            return Make(ref record, EventKind.VfioReset, device, tables,
                Reset.Hot | (rest.StartsWith("one"u8) ? Reset.Single : 0));
        return name.SequenceEqual("vfio_pci_hot_reset_result"u8) && TryReadResult(rest, out int error)
            && Make(ref record, EventKind.VfioResetReturn, device, tables, (ulong)(uint)error << 32);
    }

    /// <summary>Bits of vfio_set_irqs: one vector, and whose eventfd.</summary>
    private static class Trigger
    {
        public const ulong One = 1UL << 32;
        public const ulong Qemu = 1UL << 48;
        public const ulong Kvm = 2UL << 48;
    }

    /// <summary>Bits of vfio_reset.</summary>
    private static class Reset
    {
        public const ulong Backdoor = 0;
        public const ulong Flr = 1UL << 16;
        public const ulong Hot = 2UL << 16;
        public const ulong Single = 1UL << 48;
        public const ulong EnableSurvives = 1UL << 50;
    }

    private static bool Make(ref IrqEvent record, EventKind kind, ReadOnlySpan<byte> device,
        EventTables tables, ulong operands)
    {
        record.Kind = kind;
        record.Irq = IrqEvent.NoIrq;
        record.A = operands | (uint)tables.Devices.Intern(device);
        record.B = 0;
        return true;
    }

    private static bool TryReadVector(ReadOnlySpan<byte> rest, ulong trigger,
        ReadOnlySpan<byte> device, EventTables tables,
        ref IrqEvent record) =>
        rest.StartsWith("vector "u8) && Utf8Parser.TryParse(rest["vector "u8.Length..], out ushort vector, out _)
        && Make(ref record, EventKind.VfioSetIrqs, device, tables, trigger | Trigger.One | (ulong)vector << 16);

    /// <summary>
    /// The guest starts the self test: bit 6 of the BIST register, alone or as part of its word (PCI 3.0, 6.2.4).
    /// </summary>
    private static bool TryReadConfigWrite(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> device,
        EventTables tables, ref IrqEvent record)
    {
        if (!TryTakeHex(ref rest, "@0x"u8, out uint address) || !TryTakeHex(ref rest, ", 0x"u8, out uint value)
            || !TryTakeHex(ref rest, ", len=0x"u8, out uint length)) return false;
        bool starts = address == Bist ? (value & BistStart) != 0
            : address == CacheLineSize && length == 4 && (value >> BistInWord & BistStart) != 0;
        return starts && Make(ref record, EventKind.VfioReset, device, tables, Reset.Backdoor | Reset.EnableSurvives);
    }

    /// <summary>QEMU prints what strerror says.</summary>
    private static bool TryReadResult(ReadOnlySpan<byte> rest, out int error)
    {
        error = 0;
        if (!rest.StartsWith("hot reset: "u8)) return false;
        ReadOnlySpan<byte> result = rest["hot reset: "u8.Length..];
        if (result.SequenceEqual("Success"u8)) return true;
        error = result.SequenceEqual("Operation not permitted"u8) ? -1
            : result.SequenceEqual("Device or resource busy"u8) ? -16
            : result.SequenceEqual("No such device"u8) ? -19
            : result.SequenceEqual("Invalid argument"u8) ? -22 : 0;
        return error != 0;
    }

    /// <summary><c>(0000:01:00.0)</c>, <c>(0000:01:00.0, …</c> or the bare name, with the blanks after it.</summary>
    private static bool TryTakeDevice(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> device)
    {
        if (rest.StartsWith("("u8)) rest = rest[1..];
        int end = rest.IndexOfAny((byte)' ', (byte)')', (byte)',');
        device = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[end..].TrimStart("), "u8);
        return device.Length is > 0 and <= RecordMapper.NameLengthMax;
    }

    private static bool TryTakeHex(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> start, out uint value)
    {
        value = 0;
        if (!rest.StartsWith(start) || !Utf8Parser.TryParse(rest[start.Length..], out value, out int used, 'x'))
            return false;
        rest = rest[(start.Length + used)..];
        return true;
    }

    /// <summary>The log backend puts process and time before the name: <c>4711@1700000000.123456:</c>.</summary>
    private static ReadOnlySpan<byte> WithoutProcess(ReadOnlySpan<byte> text)
    {
        int at = text.IndexOf((byte)'@'), colon = text.IndexOf((byte)':');
        return at > 0 && colon > at && text[..at].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            ? text[(colon + 1)..] : text;
    }
}
