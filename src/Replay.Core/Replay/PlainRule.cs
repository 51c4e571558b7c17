using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Replay.Core.Events;
using Replay.Core.Findings.Hazards;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <summary>
/// What the straight line of the replay loop (<c>Replayer.Plain.cs</c>) does with one kind of event, as numbers to
/// calculate with.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = SizeBytes)]
internal struct PlainRule
{
    /// <summary>One cache line, so that a kind's rule is found by a shift.</summary>
    public const int SizeBytes = 64;

    /// <summary>
    /// Places of the counts in <see cref="Counts"/>: starts of handlers in the lowest bits, then entries of system
    /// vectors, then events that the machine has no rule for.
    /// </summary>
    public const int CountBits = 21, CountMask = (1 << CountBits) - 1;

    /// <summary>
    /// Operand A (its low half) must be one of <see cref="RangeA"/> + 1 numbers from here on, counted around 2^32.
    /// </summary>
    public uint FirstA;

    public uint RangeA;

    /// <summary>All ones where the event is the start of a handler.</summary>
    public uint EntryMask;

    /// <summary>What of the event's arrival word must be its interrupt's key; that of no interrupt is 0.</summary>
    public ulong ArrivalMask;

    /// <summary>What of the CPU's word must be as it will be after a handler's event.</summary>
    public ulong MustBe;

    /// <summary>All ones where the CPU's word becomes <see cref="After"/> and the interrupt.</summary>
    public ulong HandlerMask;

    public ulong After;

    public ulong Counts;

    /// <summary>The rules of all kinds.</summary>
    public static readonly Table ByKind = Table.Build();

    /// <summary>False for a kind that no event is plain of.</summary>
    public readonly bool MayApply => After != CpuArrival.NeverBit;

    private static PlainRule Never => Rule(CpuArrival.NeverBit, CpuArrival.NeverBit);

    private static PlainRule WithoutIrq(ulong counts) => Rule(CpuArrival.PlainBit, CpuArrival.PlainBit) with
    {
        Counts = counts,
    };

    // All but the two classes that may be a fault of the system (SpuriousVector.IsFault); a class is one byte.
    private static PlainRule SystemEntry => WithoutIrq(1UL << CountBits) with
    {
        FirstA = SpuriousVector.LastFaultClass + 1,
        RangeA = uint.MaxValue - SpuriousVector.FaultClasses,
        ArrivalMask = 0xFFFF_FF00UL << 32,
    };

    private static PlainRule HandlerEntry => Handler(Arrival.Running) with
    {
        EntryMask = uint.MaxValue,
        ArrivalMask = ulong.MaxValue,
        Counts = 1,
    };

    // Of the interrupt whose handler ran last, and one that took it: A is then not 0.
    private static PlainRule HandlerExit => Handler(Arrival.Taken) with
    {
        FirstA = 1,
        RangeA = uint.MaxValue - 1,
        MustBe = CpuArrival.PlainBit | uint.MaxValue,
    };

    private static PlainRule Handler(Arrival after) =>
        Rule(CpuArrival.PlainBit, new CpuArrival { Arrival = after, Seen = true }.Word) with
        {
            HandlerMask = ulong.MaxValue,
        };

    private static PlainRule Rule(ulong mustBe, ulong after) => new()
    {
        RangeA = uint.MaxValue,
        MustBe = mustBe,
        After = after,
    };

    /// <summary>The rules by kind: a byte as index needs no check.</summary>
    [InlineArray(byte.MaxValue + 1)]
    public struct Table
    {
        private PlainRule _first;

        public static Table Build()
        {
            var rules = default(Table);
            for (int kind = 0; kind <= byte.MaxValue; kind++) rules[kind] = Never;
            rules[(byte)EventKind.HandlerEntry] = HandlerEntry;
            rules[(byte)EventKind.HandlerExit] = HandlerExit;
            rules[(byte)EventKind.SystemEntry] = SystemEntry;
            rules[(byte)EventKind.SystemExit] = WithoutIrq(0);
            rules[(byte)EventKind.AckIrq] = rules[(byte)EventKind.FlowHandler] = WithoutIrq(1UL << (2 * CountBits));
            return rules;
        }
    }
}
