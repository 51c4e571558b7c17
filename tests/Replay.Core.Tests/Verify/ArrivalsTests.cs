using System;
using System.Collections.Generic;
using System.Linq;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Xunit;

namespace Replay.Core.Tests.Verify;

/// <summary>
/// Arrivals are passed over in runs: one that comes elsewhere is found in the middle of a run, and by its own event.
/// </summary>
public sealed class ArrivalsTests
{
    private const uint Irq = 30, Unplaced = 31;
    private const ushort Home = 2, Elsewhere = 3;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public void An_arrival_elsewhere_is_named_among_those_that_are_right(int batch)
    {
        List<IrqEvent> events =
        [
            .. Enumerable.Range(0, 4).Select(static cpu => Of(EventKind.SystemEntry, (ushort)cpu, IrqEvent.NoIrq)),
            Of(EventKind.VectorUpdate, 0, Irq) with { Vector = 40, A = Home },
        ];
        int strayAt = 0;
        for (int i = 0; i < 3000; i++)
        {
            if (i == 1500)
            {
                strayAt = events.Count;
                events.Add(Of(EventKind.HandlerEntry, Elsewhere, Irq));
            }
            events.Add(Of(EventKind.HandlerEntry, Home, Irq));
            events.Add(Of(EventKind.HandlerExit, Home, Irq));
            events.Add(Of(EventKind.SystemEntry, (ushort)(i % 4), IrqEvent.NoIrq));
            events.Add(Of(EventKind.HandlerEntry, (ushort)(i % 4), Unplaced));
        }
        var verifier = new Verifier<Linux61>(new EventTables());
        IrqEvent[] all = [.. events];
        for (int at = 0; at < all.Length; at += Math.Min(batch, all.Length - at))
            verifier.Verify(all.AsSpan(at, Math.Min(batch, all.Length - at)));
        verifier.Finish();
        Assert.Equal(all.Length, verifier.EventCount);
        Assert.Equal((3000, 1), (verifier.Tally.AgreedOf(DecisionKind.DeliveryCpu),
            verifier.Tally.DisagreedOf(DecisionKind.DeliveryCpu)));
        Assert.Equal(strayAt, Assert.Single(verifier.Tally.Disagreements).Event);
    }

    private static IrqEvent Of(EventKind kind, ushort cpu, uint irq) =>
        new() { Kind = kind, Cpu = cpu, Irq = irq, A = 1, Vector = kind == EventKind.SystemEntry ? (byte)0xEC : (byte)0 };
}
