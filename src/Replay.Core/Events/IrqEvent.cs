using System.Runtime.InteropServices;
using Replay.Core.Checkpoints;

namespace Replay.Core.Events;

// offset  0        8      12    14     15       16       24      32   two per cache line
//         TimeNs   Irq    Cpu   Kind   Vector   A        B
//         u64      u32    u16   u8     u8       u64      u64     little-endian, naturally aligned

/// <summary>
/// The canonical event: one thing that happened to, or was decided by, the recorded machine. 32 bytes, fixed for ever;
/// the native file is an array of these.
/// </summary>
/// <remarks>
/// What <see cref="Irq"/>, <see cref="Vector"/>, <see cref="A"/> and <see cref="B"/> hold depends on
/// <see cref="Kind"/>; <see cref="EventSchema"/> is the only place that says so. Payloads wider than that go on in
/// records of kind <see cref="EventKind.Extension"/> that follow at once and carry the same time and CPU.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
public struct IrqEvent
{
    /// <summary>Bytes of one record, in memory and in the native file.</summary>
    public const int SizeBytes = 32;

    /// <summary>Value of <see cref="Irq"/> where an event concerns no interrupt.</summary>
    public const uint NoIrq = uint.MaxValue;

    /// <summary>Time in nanoseconds on the recording's clock.</summary>
    [FieldOffset(0)] public ulong TimeNs;

    /// <summary>Linux interrupt number, or <see cref="NoIrq"/>, or the subject that the kind's schema names.</summary>
    [FieldOffset(8)] public uint Irq;

    /// <summary>CPU that executed and recorded the event (not necessarily the CPU that it is about).</summary>
    [FieldOffset(12)] public ushort Cpu;

    /// <summary>What happened.</summary>
    [FieldOffset(14)] public EventKind Kind;

    /// <summary>Interrupt vector or matrix bit, where the kind has one.</summary>
    [FieldOffset(15)] public byte Vector;

    /// <summary>
    /// <see cref="Cpu"/>, <see cref="Kind"/>, <see cref="Vector"/> and the low half of <see cref="A"/> (a handler's
    /// name) in one word, so that an arrival can be compared at once.
    /// </summary>
    [FieldOffset(12)] internal ulong ArrivalWord;

    /// <summary>First 64-bit operand.</summary>
    [FieldOffset(16)] public ulong A;

    /// <summary>Second 64-bit operand.</summary>
    [FieldOffset(24)] public ulong B;

    /// <summary>Low 32 bits of <see cref="A"/>.</summary>
    public readonly uint ALow => (uint)A;

    /// <summary>High 32 bits of <see cref="A"/>.</summary>
    public readonly uint AHigh => (uint)(A >> 32);

    /// <summary>Low 32 bits of <see cref="B"/>.</summary>
    public readonly uint BLow => (uint)B;

    /// <summary>High 32 bits of <see cref="B"/>.</summary>
    public readonly uint BHigh => (uint)(B >> 32);

    /// <summary>The word of an arrival, which has no vector.</summary>
    internal static ulong ArrivalWordOf(ushort cpu, EventKind kind, ushort name) =>
        cpu | (ulong)kind << 16 | (ulong)name << 32;

    /// <summary>Saves or restores a record that somebody keeps.</summary>
    internal static IrqEvent Transfer(StateArchive archive, IrqEvent e) => new()
    {
        TimeNs = archive.Value(e.TimeNs),
        Irq = archive.Value(e.Irq),
        Cpu = archive.Value(e.Cpu),
        Kind = (EventKind)archive.Value((byte)e.Kind),
        Vector = archive.Value(e.Vector),
        A = archive.Value(e.A),
        B = archive.Value(e.B),
    };
}
