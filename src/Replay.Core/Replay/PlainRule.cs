using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Replay.Core.Events;
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

    /// <summary>Operand A (its low half) must be at least this. No kind but the plain ones gets by.</summary>
    public ulong LeastA;

    /// <summary>The interrupt's number must be at most this.</summary>
    public uint MostIrq;

    /// <summary>All ones where the event is the start of a handler.</summary>
    public uint EntryMask;

    /// <summary>All ones where the event must be of the interrupt whose handler ran last.</summary>
    public uint ExitMask;

    /// <summary>All ones where the CPU's word becomes <see cref="After"/> and the interrupt.</summary>
    public ulong HandlerMask;

    public ulong After;

    public ulong Counts;

    /// <summary>False for a kind that no event is plain of.</summary>
    public readonly bool MayApply => LeastA != ulong.MaxValue;

    /// <summary>The rules of all kinds.</summary>
    public static readonly Table ByKind = Table.Build();

    private static PlainRule Never => new() { LeastA = ulong.MaxValue };

    private static PlainRule WithoutIrq(ulong counts) => new() { MostIrq = uint.MaxValue, Counts = counts };

    // A handler without a name, or one that did not take the interrupt, is not plain: A is then 0.
    private static PlainRule Handler(uint entry, uint exit, Arrival after) => new()
    {
        LeastA = 1,
        MostIrq = IrqTable.IrqMax - 1,
        EntryMask = entry,
        ExitMask = exit,
        HandlerMask = ulong.MaxValue,
        After = (ulong)new CpuArrival { Arrival = after, Seen = true }.Word,
        Counts = entry & 1,
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
            rules[(byte)EventKind.HandlerEntry] = Handler(uint.MaxValue, 0, Arrival.Running);
            rules[(byte)EventKind.HandlerExit] = Handler(0, uint.MaxValue, Arrival.Taken);
            rules[(byte)EventKind.SystemEntry] = WithoutIrq(1UL << CountBits);
            rules[(byte)EventKind.SystemExit] = WithoutIrq(0);
            rules[(byte)EventKind.AckIrq] = rules[(byte)EventKind.FlowHandler] = WithoutIrq(1UL << (2 * CountBits));
            return rules;
        }
    }
}
