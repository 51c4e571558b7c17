using System;

namespace Replay.Core.State;

/// <summary>One MSI or MSI-X entry as the device holds it.</summary>
public struct MsixEntry // mutable struct: never readonly
{
    public ulong Address;
    public uint Data;

    /// <summary>Vector control, bit 0 = masked. Meaningful when <see cref="ControlKnown"/>.</summary>
    public uint Control;

    public bool MessageKnown;
    public bool ControlKnown;

    /// <summary>Interrupt of the entry; <see cref="IrqDesc.None"/> when not known.</summary>
    public int Irq;

    /// <summary>Event of the last write of message or control; -1 when none.</summary>
    public long WriteEvent;

    /// <summary>Event of the last write of the message; -1 when none.</summary>
    public long MessageEvent;

    /// <summary>
    /// True when the device signalled the entry while it was effectively masked, and it was not unmasked since.
    /// </summary>
    public bool Pending;

    /// <summary>Event that set <see cref="Pending"/>.</summary>
    public long PendingEvent;
}

/// <summary>One device function's MSI-X (or MSI) state.</summary>
public sealed partial class MsixFunction
{
    /// <summary>Most entries of a table: the size field has 11 bits.</summary>
    public const int EntriesMax = 2048;

    private readonly MsixTables _owner;
    private MsixEntry[] _entries = [];

    internal MsixFunction(MsixTables owner) => _owner = owner;

    /// <summary>Index of the device's name.</summary>
    public required ushort Device { get; init; }

    /// <summary>Entries seen: 0 to this, exclusive.</summary>
    public int Count { get; private set; }

    /// <summary>MSI-X enabled; null when not recorded.</summary>
    public bool? Enabled { get; set; }

    /// <summary>Function mask; null when not recorded.</summary>
    public bool? FunctionMask { get; set; }

    /// <summary>True when the recording shows plain MSI and not MSI-X: there is no table.</summary>
    public bool IsMsi { get; set; }

    /// <summary>True when enabling was recorded, so untouched entries are masked.</summary>
    public bool EnableSeen { get; set; }

    public ref MsixEntry this[int entry] => ref _entries[entry];

    /// <summary>
    /// Whether an entry is effectively masked: MSI-X off, the function masked, or the entry itself.
    /// Null when not known.
    /// </summary>
    public bool? IsMasked(int entry)
    {
        if (Enabled == false || FunctionMask == true) return true;
        if ((uint)entry >= (uint)Count || !_entries[entry].ControlKnown) return null;
        return (_entries[entry].Control & 1) != 0;
    }

    /// <summary>No entry's content is known any more, nor whether the function is enabled.</summary>
    public void Forget()
    {
        Enabled = FunctionMask = null;
        EnableSeen = false;
        for (int i = 0; i < Count; i++)
        {
            _entries[i] = new MsixEntry
            {
                Irq = IrqDesc.None,
                WriteEvent = -1,
                MessageEvent = -1,
                PendingEvent = -1,
            };
        }
        Count = 0;
    }

    /// <summary>Makes room for an entry; false when its number is beyond any table, or all tables are full.</summary>
    public bool TryEnsure(int entry)
    {
        if ((uint)entry >= EntriesMax) return false;
        if (entry < Count) return true;
        if (entry >= _entries.Length)
        {
            int length = Math.Max(entry + 1, Math.Max(4, _entries.Length * 2));
            if (!_owner.TryTake(length - _entries.Length)) return false;
            Array.Resize(ref _entries, length);
        }
        for (int i = Count; i <= entry; i++)
        {
            // Enabling masks every entry of the table (Linux msix_mask_all) and leaves the messages alone.
            _entries[i] = new MsixEntry
            {
                Irq = IrqDesc.None,
                WriteEvent = -1,
                MessageEvent = -1,
                PendingEvent = -1,
                Control = EnableSeen ? 1u : 0,
                ControlKnown = EnableSeen,
            };
        }
        Count = entry + 1;
        return true;
    }
}

/// <summary>All functions with message interrupts, by index of the device's name.</summary>
public sealed partial class MsixTables
{
    /// <summary>Entries of all devices together: 40 MiB, however many devices a damaged recording names.</summary>
    public const int EntriesMax = 1 << 20;

    private int _entriesLeft = EntriesMax;
    private MsixFunction?[] _byDevice = new MsixFunction?[64];

    /// <summary>Device indexes that may have a function: 0 to this, exclusive.</summary>
    public int Count => _byDevice.Length;

    /// <summary>The function of a device, or null.</summary>
    public MsixFunction? Find(int device) => (uint)device < (uint)_byDevice.Length ? _byDevice[device] : null;

    /// <summary>The function of a device, made when it is new.</summary>
    public MsixFunction Get(ushort device)
    {
        if (device >= _byDevice.Length) Array.Resize(ref _byDevice, Math.Max(device + 1, _byDevice.Length * 2));
        return _byDevice[device] ??= new MsixFunction(this) { Device = device };
    }

    /// <summary>Takes room for some entries; false when there is not enough left.</summary>
    internal bool TryTake(int entries)
    {
        if (entries > _entriesLeft) return false;
        _entriesLeft -= entries;
        return true;
    }
}
