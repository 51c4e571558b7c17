using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.TraceDat;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>Opens the bytes of a made file and tells what came out, short enough to compare in a test.</summary>
internal static class MadeFile
{
    public static TraceDatRecording Open(byte[] bytes, TraceDatOptions? options = null) =>
        TraceDatRecording.Open(new MemoryStream(bytes), "made.dat", options ?? new TraceDatOptions());

    /// <summary>Reads to the end: <c>100 cpu0 handler_entry 5</c>, one text an event; a loss has its count.</summary>
    public static List<string> Read(Recording recording)
    {
        List<string> lines = [];
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            foreach (ref readonly IrqEvent e in batch)
            {
                if (e.Kind == EventKind.Extension) continue;
                string name = EventSchema.Find(e.Kind)!.Name;
                lines.Add($"{e.TimeNs} cpu{e.Cpu} {name} {(e.Kind == EventKind.Loss ? e.A : e.Irq)}");
            }
        }
        return lines;
    }

    public static List<string> Read(TraceDatWriter writer, out TraceDatRecording recording)
    {
        recording = Open(writer.Build());
        List<string> lines = Read(recording);
        recording.Dispose();
        return lines;
    }
}
