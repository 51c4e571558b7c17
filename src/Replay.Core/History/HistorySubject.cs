using Replay.Core.State;

namespace Replay.Core.History;

/// <summary>Sorts of thing whose history can be told.</summary>
public enum SubjectKind : byte
{
    /// <summary>A Linux interrupt.</summary>
    Irq,

    /// <summary>A vector of one CPU.</summary>
    Vector,

    /// <summary>A remapping entry.</summary>
    Irte,

    /// <summary>An MSI-X (or MSI) entry of a device.</summary>
    Msix,
}

/// <summary>One thing of the machine that a history is about.</summary>
/// <param name="Kind">Which of the values below count.</param>
/// <param name="Irq">Interrupt.</param>
/// <param name="Cpu">CPU of a vector.</param>
/// <param name="Vector">Vector on that CPU.</param>
/// <param name="Index">Remapping entry, or entry of the device.</param>
/// <param name="RemapDevice">Device id whose AMD table has the remapping entry; <see cref="IrqDesc.None"/> with
/// VT-d.</param>
/// <param name="Device">Name of the device, <c>0000:00:03.0</c>.</param>
public readonly record struct HistorySubject(
    SubjectKind Kind, int Irq, int Cpu, byte Vector, int Index, int RemapDevice, string Device)
{
    public static HistorySubject OfIrq(int irq) => new(SubjectKind.Irq, irq, -1, 0, -1, IrqDesc.None, "");

    public static HistorySubject OfVector(int cpu, byte vector) =>
        new(SubjectKind.Vector, -1, cpu, vector, -1, IrqDesc.None, "");

    /// <summary>
    /// An entry of VT-d's table, or of an AMD device's when <paramref name="remapDevice"/> names one.
    /// </summary>
    public static HistorySubject OfIrte(int index, int remapDevice = IrqDesc.None) =>
        new(SubjectKind.Irte, -1, -1, 0, index, remapDevice, "");

    public static HistorySubject OfMsix(string device, int entry) =>
        new(SubjectKind.Msix, -1, -1, 0, entry, IrqDesc.None, device);
}
