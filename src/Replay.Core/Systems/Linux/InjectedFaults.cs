using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Core.Systems.Linux;

/// <summary>Faults that wait for the call that they are meant for; each is used once.</summary>
internal sealed class InjectedFaults
{
    /// <summary>Faults that wait at most.</summary>
    private const int WaitingMax = 256;

    private readonly List<(Injection What, ushort Device, int Entry, int Status, long Event)> _waiting = [];

    public void Add(Injection what, ushort device, int entry, int status, long eventIndex)
    {
        if (_waiting.Count < WaitingMax) _waiting.Add((what, device, entry, status, eventIndex));
    }

    /// <summary>Takes the first fault of this sort for the device; one that names no device is for any.</summary>
    public bool TryTake(Injection what, ushort device, out int status)
    {
        int found = Find(what, device, -1);
        status = found < 0 ? 0 : _waiting[found].Status;
        if (found >= 0) _waiting.RemoveAt(found);
        return found >= 0;
    }

    /// <summary>Takes the first fault for one entry of the device, and says which event of the trace it was.</summary>
    public bool TryTakeAt(Injection what, ushort device, int entry, out long eventIndex)
    {
        int found = Find(what, device, entry);
        eventIndex = found < 0 ? -1 : _waiting[found].Event;
        if (found >= 0) _waiting.RemoveAt(found);
        return found >= 0;
    }

    /// <summary>What is left, as the trace wrote it.</summary>
    public IEnumerable<string> Unused()
    {
        foreach ((Injection what, _, _, _, long index) in _waiting)
        {
            // A recording may hold any number there.
            string name = (int)what < Injections.Names.Length
                ? Injections.Names[(int)what] : ((int)what).ToString(CultureInfo.InvariantCulture);
            yield return string.Create(CultureInfo.InvariantCulture, $"what={name} of event {index}");
        }
    }

    private int Find(Injection what, ushort device, int entry)
    {
        for (int i = 0; i < _waiting.Count; i++)
        {
            (Injection kind, ushort target, int targetEntry, _, _) = _waiting[i];
            if (kind == what && (target == 0 || target == device) && (entry < 0 || targetEntry == entry)) return i;
        }
        return -1;
    }

    /// <summary>Saves or restores those that wait.</summary>
    public void Transfer(StateArchive archive) => archive.List(_waiting, WaitingMax, fault => (
        (Injection)archive.Value((byte)fault.What), archive.Value(fault.Device), archive.Value(fault.Entry),
        archive.Value(fault.Status), archive.Value(fault.Event)));
}
