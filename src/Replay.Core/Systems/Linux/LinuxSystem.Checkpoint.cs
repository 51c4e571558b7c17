using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Findings;

namespace Replay.Core.Systems.Linux;

/// <content>Saving and restoring: software, snapshot and hardware.</content>
public sealed partial class LinuxSystem
{
    public void Transfer(StateArchive archive)
    {
        Report.Transfer(archive);
        _arch = (MachineArchitecture)archive.Value((byte)_arch);
        _machine = (archive.Value(_machine.WindowEnd), archive.Value(_machine.Cpus), archive.Value(_machine.Legacy), archive.Value(_machine.HasPic));
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
        if (archive.Value(_snapshot is not null)) _snapshot = Kernel.Transfer(archive, archive.IsLoading ? null : _snapshot, _policy);
        TransferRaised(archive);
    }

    private void TransferRaised(StateArchive archive)
    {
        var raised = new List<(FindingCode Code, int Irq)>(_raised);
        raised.Sort();
        archive.List(raised, int.MaxValue, each => ((FindingCode)archive.Value((ushort)each.Code), archive.Value(each.Irq)));
        if (archive.IsLoading) _raised.UnionWith(raised);
    }
}
