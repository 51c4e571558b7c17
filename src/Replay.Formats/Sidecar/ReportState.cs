using System.Collections.Generic;
using Replay.Core.Checkpoints;

namespace Replay.Formats.Sidecar;

/// <summary>The damage that was met up to a checkpoint: who begins there must tell of it too.</summary>
internal static class ReportState
{
    public static void Transfer(StateArchive archive, ImportReport report)
    {
        int count = archive.Count(report.Entries.Count, ImportReport.KindsMax + 1);
        if (!archive.IsLoading)
        {
            for (int i = 0; i < count; i++) Transfer(archive, report.Entries[i]);
            return;
        }
        var saved = new List<LossEntry>(count);
        for (int i = 0; i < count; i++) saved.Add(Transfer(archive, (LossEntry?)null));
        report.Replace(saved);
    }

    private static LossEntry Transfer(StateArchive archive, LossEntry? entry) => new(
        (LossSeverity)archive.Value((byte)(entry?.Severity ?? 0)), archive.Value(entry?.What ?? ""),
        archive.Value(entry?.FirstOffset ?? 0), archive.Value(entry?.Expected ?? ""), archive.Value(entry?.Found ?? ""))
    {
        Count = archive.Value(entry?.Count ?? 0),
    };
}
