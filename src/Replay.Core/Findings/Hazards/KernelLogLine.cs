using System;
using System.Buffers.Text;

namespace Replay.Core.Findings.Hazards;

/// <summary>What a line of the kernel's log says, as far as it is evidence.</summary>
internal enum KernelLogKind : byte
{
    None = 0,

    /// <summary>An interrupt came on a slot without owner: cpu, vector.</summary>
    NoIrqHandler,

    /// <summary>The hypervisor refused to direct an interrupt: status.</summary>
    UnmaskFailed,

    /// <summary>The hypervisor refused to map an interrupt: status.</summary>
    CreateFailed,

    /// <summary>A CPU could not go offline: cpu, vectors to move, vectors available.</summary>
    CannotDisableCpu,

    /// <summary>More reservations than vectors: reserved, available.</summary>
    ReservedVectors,

    /// <summary>An interrupt is outside its mask for lack of vectors: irq.</summary>
    AffinityBroken,

    /// <summary>An interrupt could not be moved off a CPU that goes offline: irq, error.</summary>
    SetAffinityFailed,

    /// <summary>An interrupt's effective mask has only offline CPUs: irq, cpu.</summary>
    OnlyOfflineCpus,

    /// <summary>A managed interrupt was to start and no CPU of its mask is online: irq.</summary>
    ManagedStartWithoutCpu,

    /// <summary>An interrupt on a vector that nobody asked for: vector, cpu.</summary>
    SpuriousVector,

    /// <summary>VT-d refused an interrupt: device, index, reason.</summary>
    RemapFault,

    /// <summary>AMD-Vi refused a request: device, address.</summary>
    AmdFault,

    /// <summary>An invalidation queue or command buffer did not go on.</summary>
    InvalidationStalled,

    /// <summary>No handler took an interrupt for very long: irq.</summary>
    NobodyCared,

    /// <summary>The kernel switched the interrupt off: irq.</summary>
    IrqDisabled,

    /// <summary>A request was complete and no interrupt had told: device's name, queue.</summary>
    CompletionPolled,

    /// <summary>A network queue stood still: device's name, queue.</summary>
    TransmitTimeout,

    /// <summary>The chipset is one whose remapping hardware has errata.</summary>
    ChipsetErratum,
}

/// <summary>
/// The one place that knows the spellings of the kernel's log lines about interrupts (Linux 6.1 and 6.12;
/// older ones where they differ). A line may have any prefix: time stamp, subsystem, device.
/// </summary>
internal ref struct KernelLogLine
{
    public KernelLogKind Kind;

    /// <summary>Interrupt, -1 when the line names none.</summary>
    public int Irq;

    /// <summary>CPU, -1 when the line names none.</summary>
    public int Cpu;

    /// <summary>Vector, -1 when the line names none.</summary>
    public int Vector;

    /// <summary>First number of the kind: status, error, count, index, queue or address.</summary>
    public ulong Value;

    /// <summary>Second number of the kind: fault reason, available vectors.</summary>
    public ulong Second;

    /// <summary>Device as the line spells it; empty when it names none.</summary>
    public ReadOnlySpan<byte> Device;

    /// <summary>Recognises a line; false for any other text.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out KernelLogLine line)
    {
        line = new KernelLogLine { Irq = -1, Cpu = -1, Vector = -1 };
        line.Kind = line.ReadVectors(text);
        if (line.Kind == KernelLogKind.None) line.Kind = line.ReadAffinity(text);
        if (line.Kind == KernelLogKind.None) line.Kind = line.ReadRemapping(text);
        if (line.Kind == KernelLogKind.None) line.Kind = line.ReadDevices(text);
        if (line.Kind != KernelLogKind.None) return true;
        line = default; // What half a line said is nothing.
        return false;
    }

    private KernelLogKind ReadVectors(ReadOnlySpan<byte> text)
    {
        var scan = new LogScan(text);
        if (scan.Find("No irq handler for "u8)) return ReadNoHandler(text, scan.Position);
        if (scan.Find("Cannot disable CPU"u8))
        {
            // "CPU 3 has 104 vectors, 99 available. Cannot disable CPU"
            scan = new LogScan(text);
            return scan.Find("CPU "u8) && scan.Int(out Cpu) && scan.Take(" has "u8) && scan.Decimal(out Value)
                && scan.Take(" vectors, "u8) && scan.Decimal(out Second)
                ? KernelLogKind.CannotDisableCpu
                : KernelLogKind.None;
        }
        if (scan.Find("Reserved vectors "u8))
        {
            return scan.Decimal(out Value) && scan.Take(" > available "u8) && scan.Decimal(out Second)
                ? KernelLogKind.ReservedVectors
                : KernelLogKind.None;
        }
        // "Spurious APIC interrupt (vector 0xFF) on CPU#0", "Spurious interrupt (vector 0x55) on CPU#1. Acked"
        if (!scan.Find("purious "u8) || !scan.Find("(vector 0x"u8) || !scan.Hex(out ulong vector) || vector > 255)
        {
            return KernelLogKind.None;
        }
        Vector = (int)vector;
        if (scan.Find("on CPU#"u8) && !scan.Int(out Cpu)) Cpu = -1;
        return KernelLogKind.SpuriousVector;
    }

    /// <summary>
    /// "No irq handler for CPU.VECTOR" (since 6.12) and "CPU.VECTOR No irq handler for vector" (before).
    /// </summary>
    private KernelLogKind ReadNoHandler(ReadOnlySpan<byte> text, int position)
    {
        ReadOnlySpan<byte> pair = text[position..];
        if (pair.StartsWith("vector"u8) || pair.StartsWith("irq"u8))
        {
            ReadOnlySpan<byte> before = text[..(position - "No irq handler for ".Length)].TrimEnd((byte)' ');
            pair = before[(before.LastIndexOf((byte)' ') + 1)..];
        }
        var scan = new LogScan(pair);
        return scan.Int(out Cpu) && scan.Take("."u8) && scan.Int(out Vector) && Vector < 256
            ? KernelLogKind.NoIrqHandler
            : KernelLogKind.None;
    }

    private KernelLogKind ReadAffinity(ReadOnlySpan<byte> text)
    {
        var scan = new LogScan(text);
        if (scan.Find("Affinity broken due to vector space exhaustion"u8))
        {
            scan = new LogScan(text);
            return scan.Find("irq "u8) && scan.Int(out Irq) ? KernelLogKind.AffinityBroken : KernelLogKind.None;
        }
        if (scan.Find(": set affinity failed("u8))
        {
            if (scan.Take("-"u8)) scan.Decimal(out Value);
            scan = new LogScan(text);
            return scan.Find("IRQ"u8) && scan.Int(out Irq) ? KernelLogKind.SetAffinityFailed : KernelLogKind.None;
        }
        if (scan.Find("contains only offline CPUs after offlining CPU"u8))
        {
            if (!scan.Int(out Cpu)) Cpu = -1;
            scan = new LogScan(text);
            if (!scan.Find("irq "u8) || !scan.Int(out Irq)) Irq = -1;
            return KernelLogKind.OnlyOfflineCpus;
        }
        if (scan.Find("Managed startup for irq "u8) && scan.Int(out Irq)) return KernelLogKind.ManagedStartWithoutCpu;
        scan = new LogScan(text);
        if (scan.Find(": nobody cared"u8))
        {
            scan = new LogScan(text);
            return scan.Find("irq "u8) && scan.Int(out Irq) ? KernelLogKind.NobodyCared : KernelLogKind.None;
        }
        return scan.Find("Disabling IRQ #"u8) && scan.Int(out Irq) ? KernelLogKind.IrqDisabled : KernelLogKind.None;
    }

    private KernelLogKind ReadRemapping(ReadOnlySpan<byte> text)
    {
        var scan = new LogScan(text);
        if (scan.Find("INTR-REMAP"u8)) return ReadRemapFault(ref scan);
        if (scan.Find("VT-d detected Invalidation "u8) || scan.Find("Completion-Wait loop timed out"u8))
        {
            return KernelLogKind.InvalidationStalled;
        }
        if (scan.Find("a chipset that contains an erratum"u8)) return KernelLogKind.ChipsetErratum;
        if (!scan.Find("[IO_PAGE_FAULT "u8) && !scan.Find("[INVALID_DEVICE_REQUEST "u8)) return KernelLogKind.None;
        // "AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:03:00.0 domain=0x0000 address=0xfdf8000030 flags=0x0008]"
        if (!scan.Find("device="u8)) return KernelLogKind.None;
        Device = scan.Word();
        return scan.Find("address=0x"u8) && scan.Hex(out Value) ? KernelLogKind.AmdFault : KernelLogKind.None;
    }

    /// <summary>
    /// "[INTR-REMAP] Request device [03:00.0] fault index 0x12 [fault reason 0x22] …", the reason
    /// in decimal up to 5.12.
    /// </summary>
    private KernelLogKind ReadRemapFault(ref LogScan scan)
    {
        if (!scan.Find("Request device ["u8)) return KernelLogKind.None;
        scan.Take("["u8);
        Device = scan.Word();
        if (!scan.Find("fault index "u8)) return KernelLogKind.None;
        scan.Take("0x"u8);
        if (!scan.Hex(out Value) || !scan.Find("fault reason "u8)) return KernelLogKind.None;
        bool read = scan.Take("0x"u8) ? scan.Hex(out Second) : scan.Decimal(out Second);
        return read ? KernelLogKind.RemapFault : KernelLogKind.None;
    }

    private KernelLogKind ReadDevices(ReadOnlySpan<byte> text)
    {
        var scan = new LogScan(text);
        if (scan.Find("hv_irq_unmask() failed: 0x"u8) && scan.Hex(out Value)) return KernelLogKind.UnmaskFailed;
        scan = new LogScan(text);
        if (scan.Find("Request for interrupt failed: 0x"u8) && scan.Hex(out Value)) return KernelLogKind.CreateFailed;
        scan = new LogScan(text);
        if (scan.Find("timeout, completion polled"u8))
        {
            // "nvme nvme0: I/O 123 QID 4 timeout, completion polled"
            scan = new LogScan(text);
            if (!scan.Find("QID "u8) || !scan.Decimal(out Value)) return KernelLogKind.None;
            scan = new LogScan(text);
            scan.Find("nvme nvme"u8);
            Device = new LogScan(text[Math.Max(0, scan.Position - "nvme".Length)..]).Word();
            return KernelLogKind.CompletionPolled;
        }
        return ReadWatchdog(text);
    }

    /// <summary>
    /// "NETDEV WATCHDOG: eth0 (e1000e): transmit queue 0 timed out", and since 6.4 "eth0: NETDEV WATCHDOG: CPU: 3:
    /// transmit queue 0 timed out 5120 ms".
    /// </summary>
    private KernelLogKind ReadWatchdog(ReadOnlySpan<byte> text)
    {
        var scan = new LogScan(text);
        if (!scan.Find("NETDEV WATCHDOG: "u8)) return KernelLogKind.None;
        ReadOnlySpan<byte> before = text[..(scan.Position - "NETDEV WATCHDOG: ".Length)].TrimEnd(": "u8);
        Device = scan.Take("CPU: "u8) ? before[(before.LastIndexOf((byte)' ') + 1)..] : scan.Word();
        return scan.Find("transmit queue "u8) && scan.Decimal(out Value)
            ? KernelLogKind.TransmitTimeout
            : KernelLogKind.None;
    }
}

/// <summary>A place in a line that moves on when what is asked for is there.</summary>
internal ref struct LogScan(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;

    /// <summary>Bytes before the place.</summary>
    public int Position { get; private set; }

    /// <summary>Moves behind the next occurrence of <paramref name="words"/>; stays when there is none.</summary>
    public bool Find(ReadOnlySpan<byte> words)
    {
        int found = _text[Position..].IndexOf(words);
        if (found >= 0) Position += found + words.Length;
        return found >= 0;
    }

    /// <summary>Moves behind <paramref name="words"/> when they are here.</summary>
    public bool Take(ReadOnlySpan<byte> words)
    {
        bool here = _text[Position..].StartsWith(words);
        if (here) Position += words.Length;
        return here;
    }

    public bool Int(out int value)
    {
        bool read = Decimal(out ulong wide) && wide <= int.MaxValue;
        value = read ? (int)wide : -1;
        return read;
    }

    public bool Decimal(out ulong value)
    {
        while (Position < _text.Length && _text[Position] == ' ') Position++;
        bool read = Utf8Parser.TryParse(_text[Position..], out value, out int used);
        if (read) Position += used;
        return read;
    }

    public bool Hex(out ulong value)
    {
        bool read = Utf8Parser.TryParse(_text[Position..], out value, out int used, 'x');
        if (read) Position += used;
        return read;
    }

    /// <summary>
    /// Bytes up to a blank, a bracket or the colon behind a name; colons between digits belong to it.
    /// </summary>
    public ReadOnlySpan<byte> Word()
    {
        ReadOnlySpan<byte> rest = _text[Position..];
        int end = rest.IndexOfAny(" ]()"u8);
        ReadOnlySpan<byte> word = (end < 0 ? rest : rest[..end]).TrimEnd((byte)':');
        Position += word.Length;
        return word;
    }
}
