using System;
using System.Collections.Generic;
using Replay.Core.Events;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>All events of a recording in a form that tests can compare.</summary>
internal static class RecordingDump
{
    public static List<(ulong TimeNs, ushort Cpu, EventKind Kind, byte Vector, uint Irq, ulong A, ulong B)> ReadAll(
        Recording recording)
    {
        List<(ulong, ushort, EventKind, byte, uint, ulong, ulong)> all = [];
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            foreach (ref readonly IrqEvent e in batch) all.Add((e.TimeNs, e.Cpu, e.Kind, e.Vector, e.Irq, e.A, e.B));
        }
        return all;
    }
}
