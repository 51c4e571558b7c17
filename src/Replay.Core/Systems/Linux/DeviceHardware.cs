using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.Spec;

namespace Replay.Core.Systems.Linux;

/// <summary>One entry of a device's message table: what the hardware holds, whatever the kernel believes.</summary>
internal sealed class HardwareEntry
{
    /// <summary>Message as it is stored.</summary>
    public MsiMessage Message { get; set; }

    /// <summary>
    /// Message that the device uses where it reads its store only now and then; null when it always looks.
    /// </summary>
    public MsiMessage? Held { get; set; }

    /// <summary>Mask bit; set by reset.</summary>
    public bool Masked { get; set; } = true;

    /// <summary>Verdict row of the event that set the pending bit; -1 while it is clear.</summary>
    public int Pending { get; set; } = -1;

    /// <summary>Times that address or data were written.</summary>
    public int Writes { get; set; }

    /// <summary>Device whose message this one is a copy of, and its entry; null for an entry of its own.</summary>
    public (ushort Device, int Entry)? CopyOf { get; set; }

    /// <summary>Saves one, or restores one where there is none yet.</summary>
    public static HardwareEntry Transfer(StateArchive archive, HardwareEntry? entry)
    {
        entry ??= new HardwareEntry();
        entry.Message = archive.Value(entry.Message);
        entry.Held = archive.Value(entry.Held);
        entry.Masked = archive.Value(entry.Masked);
        entry.Pending = archive.Value(entry.Pending);
        entry.Writes = archive.Value(entry.Writes);
        entry.CopyOf = archive.Value(entry.CopyOf.HasValue)
            ? (archive.Value(entry.CopyOf.GetValueOrDefault().Device),
                archive.Value(entry.CopyOf.GetValueOrDefault().Entry)) : null;
        return entry;
    }
}

/// <summary>A device's side of message-signalled interrupts. No snapshot of software ever rolls it back.</summary>
internal sealed class DeviceHardware
{
    /// <summary>Entries of a table at most.</summary>
    public const int EntriesMax = 2048;

    public required ushort Device { get; init; }

    public bool Enabled { get; set; }

    /// <summary>In D0 and given to this machine: only then do reads and writes of the table mean anything.</summary>
    public bool Reachable { get; set; } = true;

    /// <summary>Entries by number.</summary>
    public SortedDictionary<int, HardwareEntry> Entries { get; } = [];

    /// <summary>The entry, made when it is new.</summary>
    public HardwareEntry this[int entry]
    {
        get
        {
            if (!Entries.TryGetValue(entry, out HardwareEntry? found)) Entries.Add(entry, found = new HardwareEntry());
            return found;
        }
    }

    /// <summary>Power-on state: disabled, all entries masked, no message, nothing pending.</summary>
    public void Reset()
    {
        Enabled = false;
        foreach (HardwareEntry entry in Entries.Values)
        {
            entry.Message = default;
            entry.Held = null;
            entry.Masked = true;
            entry.Pending = -1;
        }
    }

    /// <summary>Saves one, or restores one where there is none yet.</summary>
    public static DeviceHardware Transfer(StateArchive archive, DeviceHardware? device)
    {
        ushort number = archive.Value(device?.Device ?? 0);
        device ??= new DeviceHardware { Device = number };
        device.Enabled = archive.Value(device.Enabled);
        device.Reachable = archive.Value(device.Reachable);
        archive.Map(device.Entries, EntriesMax, archive.Value, entry => HardwareEntry.Transfer(archive, entry));
        return device;
    }
}
