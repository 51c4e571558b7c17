using System.Collections.Generic;

namespace Replay.Core.Reports;

/// <summary>
/// The whole machine at one position of a recording, as plain data for printing. Whatever the recording does not tell
/// is null, never a guess; the shape and its names are those of <c>irqreplay state --format json</c>.
/// </summary>
/// <param name="At">The position as the user wrote it (<c>end</c>, <c>event:17</c>).</param>
/// <param name="Cpus">CPUs by number.</param>
/// <param name="Irqs">Interrupts by number.</param>
/// <param name="Remap">Remapping tables; with AMD-Vi one a device, named by the entries' source.</param>
/// <param name="Msix">Devices with MSI-X, by name.</param>
/// <param name="Matrix">The vector allocator.</param>
public sealed record StateReport(
    string At,
    IReadOnlyList<CpuRow> Cpus,
    IReadOnlyList<IrqRow> Irqs,
    IReadOnlyList<RemapUnit> Remap,
    IReadOnlyList<MsixFunction> Msix,
    MatrixRow Matrix);

/// <summary>One CPU and the slots of its vector table that are not unused.</summary>
public sealed record CpuRow(int Cpu, bool? Online, IReadOnlyList<VectorSlot> Vectors);

/// <summary>One slot of a CPU's vector table.</summary>
/// <param name="Vector">0 to 255.</param>
/// <param name="Irq">Owner; null when the slot belongs to no interrupt.</param>
/// <param name="State">One word: <c>assigned</c>, <c>shutdown</c>, <c>retriggered</c>, <c>system</c>…</param>
public sealed record VectorSlot(int Vector, uint? Irq, string? State);

/// <summary>One interrupt descriptor.</summary>
/// <param name="Irq">Linux interrupt number.</param>
/// <param name="Name">Name of its action.</param>
/// <param name="Chip">Name of its chip.</param>
/// <param name="Device">PCI device (<c>0000:00:03.0</c>).</param>
/// <param name="Entry">MSI-X entry of the device.</param>
/// <param name="Affinity">CPUs asked for.</param>
/// <param name="Cpu">Effective CPU.</param>
/// <param name="Vector">Vector on that CPU.</param>
/// <param name="Masked">Masked in the generic core.</param>
/// <param name="Activated">Holds its resources.</param>
/// <param name="Managed">Affinity is managed by the kernel.</param>
/// <param name="Delivered">Handler runs so far, indexed by CPU.</param>
public sealed record IrqRow(
    uint Irq,
    string? Name,
    string? Chip,
    string? Device,
    int? Entry,
    IReadOnlyList<int>? Affinity,
    int? Cpu,
    int? Vector,
    bool? Masked,
    bool? Activated,
    bool? Managed,
    IReadOnlyList<long> Delivered);

/// <summary>One interrupt remapping table.</summary>
/// <param name="Unit">Name of the hardware unit; null where the recording does not name it.</param>
/// <param name="Enabled">Remapping is on.</param>
/// <param name="Entries">Entries that were ever written, by index.</param>
public sealed record RemapUnit(string? Unit, bool? Enabled, IReadOnlyList<RemapEntry> Entries);

/// <summary>One remapping entry: its 128 bits and what they mean.</summary>
/// <param name="Index">Place in the table.</param>
/// <param name="Lo">Low 64 bits.</param>
/// <param name="Hi">High 64 bits.</param>
/// <param name="Present">The entry may be used.</param>
/// <param name="Vector">Vector delivered.</param>
/// <param name="Dest">Destination APIC ID.</param>
/// <param name="Source">Requester allowed (<c>bb:dd.f</c>).</param>
public sealed record RemapEntry(int Index, ulong? Lo, ulong? Hi, bool? Present, int? Vector,
    uint? Dest, string? Source);

/// <summary>MSI-X capability and table of one function.</summary>
public sealed record MsixFunction(string Device, bool? Enabled, bool? FunctionMask, IReadOnlyList<MsixRow> Entries);

/// <summary>One MSI-X table entry and its pending bit.</summary>
public sealed record MsixRow(int Entry, ulong? Address, uint? Data, uint? Control, bool? Pending);

/// <summary>Counters of the vector allocator.</summary>
public sealed record MatrixRow(
    long? GlobalAvailable, long? GlobalReserved, long? TotalAllocated, IReadOnlyList<MatrixCpuRow> Cpus);

/// <summary>Counters of the vector allocator for one CPU.</summary>
public sealed record MatrixCpuRow(
    int Cpu, bool? Online, long? Available, long? Allocated, long? Managed, long? ManagedAllocated);
