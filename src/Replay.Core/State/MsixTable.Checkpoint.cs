using System;
using Replay.Core.Checkpoints;

namespace Replay.Core.State;

/// <content>Saving and restoring.</content>
public sealed partial class MsixTables
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("msix", 1);
        int length = archive.Count(_byDevice.Length, 2 * (ushort.MaxValue + 1));
        if (archive.IsLoading) _byDevice = new MsixFunction?[length];
        int device = -1;
        for (int left = archive.Count(CountFunctions(), length); left > 0; left--)
        {
            if (!archive.IsLoading) do device++; while (_byDevice[device] is null);
            device = archive.Count(device, Math.Min(length - 1, ushort.MaxValue));
            Get((ushort)device).Transfer(archive);
        }
        int room = archive.Count(_entriesLeft, EntriesMax);
        if (room != _entriesLeft)
            throw new CheckpointException($"expected room for {_entriesLeft} entries, found {room}");
    }

    private int CountFunctions()
    {
        int count = 0;
        foreach (MsixFunction? function in _byDevice)
        {
            if (function is not null) count++;
        }
        return count;
    }
}

/// <content>Saving and restoring.</content>
public sealed partial class MsixFunction
{
    internal void Transfer(StateArchive archive)
    {
        int length = archive.Count(_entries.Length, 2 * EntriesMax);
        if (archive.IsLoading)
        {
            if (!_owner.TryTake(length)) throw new CheckpointException("more entries than all tables together have");
            _entries = new MsixEntry[length];
        }
        archive.Rows(_entries.AsSpan(), (ref MsixEntry entry) => Transfer(archive, ref entry));
        Count = archive.Count(Count, length);
        Enabled = archive.Value(Enabled);
        FunctionMask = archive.Value(FunctionMask);
        IsMsi = archive.Value(IsMsi);
        EnableSeen = archive.Value(EnableSeen);
    }

    private static void Transfer(StateArchive archive, ref MsixEntry entry)
    {
        entry.Address = archive.Value(entry.Address);
        entry.Data = archive.Value(entry.Data);
        entry.Control = archive.Value(entry.Control);
        entry.MessageKnown = archive.Value(entry.MessageKnown);
        entry.ControlKnown = archive.Value(entry.ControlKnown);
        entry.Irq = archive.Value(entry.Irq);
        entry.WriteEvent = archive.Value(entry.WriteEvent);
        entry.MessageEvent = archive.Value(entry.MessageEvent);
        entry.Pending = archive.Value(entry.Pending);
        entry.PendingEvent = archive.Value(entry.PendingEvent);
    }
}
