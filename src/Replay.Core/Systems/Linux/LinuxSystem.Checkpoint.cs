using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;

namespace Replay.Core.Systems.Linux;

/// <content>Saving and restoring: software, snapshot and hardware.</content>
public sealed partial class LinuxSystem
{
    public void Transfer(StateArchive archive)
    {
        Report.Transfer(archive);
        _arch = (MachineArchitecture)archive.Value((byte)_arch);
        _machine = (archive.Value(_machine.WindowEnd), archive.Value(_machine.Cpus), archive.Value(_machine.Legacy),
            archive.Value(_machine.HasPic));
        _defined = archive.Value(_defined);
        _event = archive.Value(_event);
        _work = archive.Value(_work);
        _descriptions = archive.Value(_descriptions);
        _cleanupDue = archive.Value(_cleanupDue);
        _copies = archive.Value(_copies);
        _entries = archive.Value(_entries);
        archive.Map(_hardware, ushort.MaxValue + 1, archive.Value, device => DeviceHardware.Transfer(archive, device));
        _states.Transfer(archive);
        _faults.Transfer(archive);
        _host.Transfer(archive);
        _remap.Transfer(archive);
        _backed.Transfer(archive);
        _kernel = Kernel.Transfer(archive, archive.IsLoading ? null : _kernel, _policy);
        if (archive.Value(_snapshot is not null))
            _snapshot = Kernel.Transfer(archive, archive.IsLoading ? null : _snapshot, _policy);
        TransferRaised(archive);
        TransferCopies(archive);
    }

    /// <summary>Who keeps copies of messages, and devices whose store is not safe.</summary>
    private void TransferCopies(StateArchive archive)
    {
        var holders = new List<(ushort Device, int Entry)>(_holders.Keys);
        holders.Sort();
        archive.List(holders, EntriesMax, each =>
        {
            (ushort Device, int Entry) key = (archive.Value(each.Device), archive.Value(each.Entry));
            (string Holder, MsiMessage Message, long Event) copy = archive.IsLoading ? ("", default, 0) : _holders[key];
            _holders[key] = (archive.Value(copy.Holder), archive.Value(copy.Message), archive.Value(copy.Event));
            return key;
        });
        var stores = new List<ushort>(_unsafeStores);
        stores.Sort();
        archive.List(stores, ushort.MaxValue + 1, archive.Value);
        if (archive.IsLoading) _unsafeStores.UnionWith(stores);
    }

    private void TransferRaised(StateArchive archive)
    {
        var raised = new List<(FindingCode Code, int Irq)>(_raised);
        raised.Sort();
        archive.List(raised, int.MaxValue,
            each => ((FindingCode)archive.Value((ushort)each.Code), archive.Value(each.Irq)));
        if (archive.IsLoading) _raised.UnionWith(raised);
    }
}
