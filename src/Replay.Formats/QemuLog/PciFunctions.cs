using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Events;

namespace Replay.Formats.QemuLog;

/// <summary>All functions of the machine, and which of them an address or a message belongs to.</summary>
internal sealed class PciFunctions(EventTables tables)
{
    /// <summary>Most functions that are followed.</summary>
    public const int FunctionsMax = 4096;

    /// <summary>Most table entries of all functions together.</summary>
    public const int EntriesMax = 1 << 16;

    /// <summary>Bytes of a table at most: 2048 entries of 16.</summary>
    public const ulong TableBytesMax = 2048 * 16;

    private const int PageBits = 12, MessagesKept = 256;

    private readonly Dictionary<int, PciFunction> _byAddress = [];
    private readonly Dictionary<ulong, PciFunction> _unknown = [];
    private readonly List<PciFunction> _all = [];
    private readonly Answer[] _answers = new Answer[MessagesKept];
    private int _entriesLeft = EntriesMax;
    private uint _version = 1;
    private ulong _lastPage = ulong.MaxValue;
    private PciFunction? _lastFunction;
    private ulong _lastBase;

    public IReadOnlyList<PciFunction> All => _all;

    /// <summary>The function at an address, made when it is new; null when there are too many.</summary>
    public PciFunction? At(int bus, int slot, int function)
    {
        int key = (bus << 8) | (slot << 3) | function;
        if (_byAddress.TryGetValue(key, out PciFunction? found)) return found;
        return _all.Count >= FunctionsMax ? null : Add(_byAddress, key, string.Create(CultureInfo.InvariantCulture,
            $"0000:{bus:x2}:{slot:x2}.{function:x}"));
    }

    /// <summary>A BAR was written, or a function turned out to be a bridge: addresses are looked up anew.</summary>
    public void Moved()
    {
        _lastPage = ulong.MaxValue;
        _version++;
    }

    /// <summary>Messages, masks or enables changed: messages are looked up anew.</summary>
    public void Changed() => _version++;

    /// <summary>
    /// The function whose table holds an address, and the offset from the start of its BAR: BARs do not overlap, so of
    /// all the nearest below holds it. A function whose BAR was not seen to be written is one of its own, named after
    /// its page.
    /// </summary>
    public PciFunction? Owner(ulong address, out ulong offset)
    {
        ulong page = address >> PageBits;
        if (page == _lastPage)
        {
            offset = address - _lastBase;
            return _lastFunction;
        }
        PciFunction? owner = null;
        ulong distance = ulong.MaxValue;
        foreach (PciFunction function in _all)
        {
            if (function.Approach(address, ref distance)) owner = function;
        }
        offset = distance;
        if (owner is null)
        {
            offset = address & ((1 << PageBits) - 1);
            owner = Unknown(page);
        }
        if (owner is null) return null;
        _lastPage = page;
        _lastFunction = owner;
        _lastBase = address - offset;
        return owner;
    }

    /// <summary>Makes room for an entry; false when there are too many in all.</summary>
    public bool TryEnsure(PciFunction function, int entry)
    {
        if (entry < function.Entries) return true;
        if (_entriesLeft <= entry) return false;
        _entriesLeft -= function.Ensure(entry);
        return true;
    }

    /// <summary>The only function of a model; null when there are none or several.</summary>
    public PciFunction? OnlyOne(int model)
    {
        PciFunction? only = null;
        foreach (PciFunction function in _all)
        {
            if (function.Model != model) continue;
            if (only is not null) return null;
            only = function;
        }
        return only;
    }

    /// <summary>
    /// The entry that a message comes from: the only one that holds it and is not masked. Null when there is none, or
    /// more than one.
    /// </summary>
    public PciFunction? Sender(ulong address, uint data, out int entry)
    {
        ref Answer answer = ref _answers[(int)((address >> 4) ^ (address >> 12) ^ (data * 31)) & (MessagesKept - 1)];
        if (answer.Version != _version || answer.Address != address || answer.Data != data)
        {
            PciFunction? found = Find(address, data, out int at);
            answer = new Answer { Version = _version, Address = address, Data = data, Function = found, Entry = at };
        }
        entry = answer.Entry;
        return answer.Function;
    }

    /// <summary>Another machine: nothing of the old one is known.</summary>
    public void Clear()
    {
        _byAddress.Clear();
        _unknown.Clear();
        _all.Clear();
        _entriesLeft = EntriesMax;
        Moved();
    }

    private PciFunction? Find(ulong address, uint data, out int entry)
    {
        PciFunction? sender = null;
        entry = -1;
        foreach (PciFunction function in _all)
        {
            if (function.Enabled == false || function.FunctionMask) continue;
            for (int i = 0; i < function.Entries; i++)
            {
                ref TableEntry held = ref function[i];
                if (held.Masked || held.Data != data || held.Address != address || (held.Stored & 7) != 7) continue;
                if (sender is not null) return null;
                sender = function;
                entry = i;
            }
        }
        return sender;
    }

    private PciFunction? Unknown(ulong page)
    {
        if (_unknown.TryGetValue(page, out PciFunction? found)) return found;
        return _all.Count >= FunctionsMax ? null : Add(_unknown, page, string.Create(CultureInfo.InvariantCulture,
            $"msix-table@0x{page << PageBits:x}"));
    }

    private PciFunction Add<TKey>(Dictionary<TKey, PciFunction> table, TKey key, string name)
        where TKey : notnull
    {
        var function = new PciFunction { Device = (ushort)tables.Devices.Intern(name.AsSpan()) };
        table.Add(key, function);
        _all.Add(function);
        return function;
    }

    private struct Answer
    {
        public uint Version;
        public uint Data;
        public ulong Address;
        public PciFunction? Function;
        public int Entry;
    }
}
