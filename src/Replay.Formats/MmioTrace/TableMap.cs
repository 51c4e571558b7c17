using System;

namespace Replay.Formats.MmioTrace;

/// <summary>
/// A mapping that may be an MSI-X table. The kernel maps a table by its exact length (Linux msix_map_region) and, when
/// it enables MSI-X, masks all entries from the first to the last (msix_mask_all): that many stores of 1 into the
/// control words, with no other access between, are made to nothing else.
/// </summary>
internal sealed class TableMap
{
    /// <summary>Entries of a table at most (PCI specification 6.8.2.3).</summary>
    public const int EntriesMax = 2048;

    private const int EntryBytes = 16, ControlOffset = 12;

    // One store is no run: a table of one entry is known by LSPCI lines only.
    private const int RunMin = 2;

    private readonly uint[] _words;
    private readonly bool[] _stored;
    private int _run;

    private TableMap(ulong start, ulong bytes, ushort device)
    {
        Start = start;
        Bytes = bytes;
        Device = device;
        _words = new uint[bytes / sizeof(uint)];
        _stored = new bool[_words.Length];
    }

    /// <summary>First address.</summary>
    public ulong Start { get; }

    public ulong Bytes { get; }

    /// <summary>Index of its function's name.</summary>
    public ushort Device { get; }

    /// <summary>It is one.</summary>
    public bool IsTable { get; set; }

    /// <summary>Words that were stored into before it was known to be a table.</summary>
    public ReadOnlySpan<bool> Stored => _stored;

    public ReadOnlySpan<uint> Words => _words;

    /// <summary>A mapping of the right length; null for one that cannot be a table.</summary>
    public static TableMap? TryMake(ulong start, ulong bytes, ushort device) =>
        bytes % EntryBytes == 0 && bytes is > 0 and <= EntriesMax * EntryBytes && (start & 3) == 0
            ? new TableMap(start, bytes, device) : null;

    /// <summary>Something is read: a run ends.</summary>
    public void Read() => _run = 0;

    /// <summary>A word is stored; true when that shows what the mapping is.</summary>
    public bool Store(ulong offset, uint value)
    {
        _words[offset / sizeof(uint)] = value;
        _stored[offset / sizeof(uint)] = true;
        bool next = value == 1 && offset == ((ulong)_run * EntryBytes) + ControlOffset;
        bool first = value == 1 && offset == ControlOffset;
        _run = next ? _run + 1 : first ? 1 : 0;
        if (_run < RunMin || (ulong)_run * EntryBytes != Bytes) return false;
        IsTable = true;
        return true;
    }
}
