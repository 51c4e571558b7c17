using Replay.Core.Checkpoints;

namespace Replay.Core.State;

/// <content>Saving and restoring.</content>
public sealed partial class IrteTable
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("irtes", 2);
        archive.Rows(ref _entries, Limit, (ref Irte entry) => Transfer(archive, ref entry));
        Used = archive.Count(Used, _entries.Length);
    }

    private static void Transfer(StateArchive archive, ref Irte entry)
    {
        entry.Lo = archive.Value(entry.Lo);
        entry.Hi = archive.Value(entry.Hi);
        entry.CachedLo = archive.Value(entry.CachedLo);
        entry.CachedHi = archive.Value(entry.CachedHi);
        entry.WriteEvent = archive.Value(entry.WriteEvent);
        entry.Irq = archive.Value(entry.Irq);
        entry.Known = archive.Value(entry.Known);
        entry.OnlyRead = archive.Value(entry.OnlyRead);
        entry.Stale = archive.Value(entry.Stale);
        entry.StaleAlias = archive.Value(entry.StaleAlias);
    }
}
