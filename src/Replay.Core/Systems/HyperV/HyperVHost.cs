using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.Spec;

namespace Replay.Core.Systems.HyperV;

/// <summary>
/// The hypervisor's side of virtual PCI: which channels are open, and which (device, address, data) leads to which
/// processor and vector. It does not watch the device's MSI-X table, and no snapshot of the guest rolls it back.
/// OpenVMM vpci/src/device.rs; real Hyper-V is closed source.
/// </summary>
internal sealed class HyperVHost
{
    /// <summary>Mappings of one device at most (OpenVMM, MAX_SUPPORTED_INTERRUPT_MESSAGES).</summary>
    public const int MappingsMax = 0x400;

    // Messages are the host's own choice; numbering them through shows when one was made anew.
    private const ulong Address = 0xFEE0_0000;
    private const uint FirstData = 0x1000;

    private readonly HashSet<ushort> _open = [];
    private readonly SortedDictionary<(ushort Device, uint Data), (int Vp, byte Vector)> _mappings = [];
    private readonly Dictionary<ushort, int> _counts = [];
    private uint _next = FirstData;

    public bool IsOpen(ushort device) => _open.Contains(device);

    public void Open(ushort device) => _open.Add(device);

    /// <summary>The channel closes: nothing of the device stays mapped.</summary>
    public void Close(ushort device)
    {
        _open.Remove(device);
        Release(device);
    }

    public void PowerOff()
    {
        _open.Clear();
        _mappings.Clear();
        _counts.Clear();
    }

    /// <summary>RESOURCES_RELEASED unregisters every mapping of the device.</summary>
    public void Release(ushort device)
    {
        var own = new List<(ushort, uint)>();
        foreach ((ushort Device, uint Data) key in _mappings.Keys)
        {
            if (key.Device == device) own.Add(key);
        }
        foreach ((ushort, uint) key in own) _mappings.Remove(key);
        _counts.Remove(device);
    }

    /// <summary>
    /// CREATE_INTERRUPT: a message, or a block of <paramref name="count"/>; null when there is no room.
    /// </summary>
    public MsiMessage? Create(ushort device, int vp, byte vector, int count)
    {
        if (_counts.GetValueOrDefault(device) + count > MappingsMax) return null;
        _counts[device] = _counts.GetValueOrDefault(device) + count;
        uint data = _next;
        _next += (uint)count;
        for (uint i = 0; i < count; i++) _mappings[(device, data + i)] = (vp, vector);
        return new MsiMessage(Address, data);
    }

    /// <summary>DELETE_INTERRUPT; false for a mapping that the host does not have.</summary>
    public bool Delete(ushort device, MsiMessage message, int count)
    {
        bool known = false;
        for (uint i = 0; i < count; i++)
        {
            if (message.Address != Address || !_mappings.Remove((device, message.Data + i))) continue;
            _counts[device]--;
            known = true;
        }
        return known;
    }

    /// <summary>HvCallRetargetDeviceInterrupt; false when nothing is mapped under that message.</summary>
    public bool Retarget(ushort device, MsiMessage message, int vp, byte vector)
    {
        if (!IsMapped(device, message)) return false;
        _mappings[(device, message.Data)] = (vp, vector);
        return true;
    }

    public bool IsMapped(ushort device, MsiMessage message) =>
        message.Address == Address && _mappings.ContainsKey((device, message.Data));

    public bool TryFind(ushort device, MsiMessage message, out int vp, out byte vector)
    {
        bool found = _mappings.TryGetValue((device, message.Data), out (int Vp, byte Vector) target);
        (vp, vector) = target;
        return found && message.Address == Address;
    }

    /// <summary>Saves or restores what is open and mapped.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Set(_open, ushort.MaxValue + 1);
        archive.Map(_mappings, int.MaxValue, key => (archive.Value(key.Device), archive.Value(key.Data)),
            target => (archive.Value(target.Vp), archive.Value(target.Vector)));
        archive.Lookup(_counts, ushort.MaxValue + 1, archive.Value, archive.Value);
        _next = archive.Value(_next);
    }
}
