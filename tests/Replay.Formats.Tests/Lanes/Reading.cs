using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Xunit;

namespace Replay.Formats.Tests.Lanes;

/// <summary>
/// What a user of a recording sees, batch by batch: the records, how many names there are, losses and damage so far;
/// and all names and facts at the end. Two readings are one if all of it is the same text.
/// </summary>
internal static class Reading
{
    /// <param name="recording">Read to its end.</param>
    /// <param name="between">Called after each batch.</param>
    public static List<string> Of(Recording recording, Action? between = null)
    {
        var seen = new List<string>();
        try
        {
            while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            {
                Assert.NotEqual(0, batch.Length);
                uint crc = Crc32C.Compute(MemoryMarshal.AsBytes(batch));
                seen.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{batch.Length} records {crc:x8}, {Sofar(recording)}"));
                between?.Invoke();
            }
        }
        catch (BadInputException e)
        {
            seen.Add("refused: " + e.Message);
        }
        seen.Add(End(recording));
        return seen;
    }

    private static string Sofar(Recording recording)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{recording.Tables.Names.Count} names, {recording.Tables.Devices.Count} devices, "
            + $"{recording.Info.LostCount} lost");
        foreach (LossEntry entry in recording.Report.Entries)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"; {entry.Severity} {entry.What} x{entry.Count} at {entry.FirstOffset}: "
                + $"{entry.Expected} / {entry.Found}");
        }
        return text.ToString();
    }

    private static string End(Recording recording)
    {
        RecordingInfo info = recording.Info;
        var text = new StringBuilder(Sofar(recording));
        text.Append(CultureInfo.InvariantCulture,
            $"\n{info.Format} {info.SourceFormat} {info.SourceBytes} {info.Clock} {info.Kernel} "
            + $"{info.CpuCount} {info.WallOffsetNs}");
        text.Append(CultureInfo.InvariantCulture,
            $"\n{info.RecordCount} records {info.EventCount} events {info.FirstTimeNs} to {info.LastTimeNs}, "
            + $"loss {recording.Report.HasDataLoss}\n");
        foreach (SourceCount source in info.Sources)
            text.Append(source.Name).Append(' ').Append(source.Count).Append(source.KindName).Append('\n');
        for (int i = 0; i < recording.Tables.Names.Count; i++) text.Append(recording.Tables.Names[i]).Append('\n');
        for (int i = 0; i < recording.Tables.Devices.Count; i++) text.Append(recording.Tables.Devices[i]).Append('\n');
        return text.ToString();
    }
}
