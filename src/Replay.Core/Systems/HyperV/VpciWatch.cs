using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;

namespace Replay.Core.Systems.HyperV;

/// <summary>
/// Virtual PCI as it was recorded, by guest or host: checks its buses, mappings and retargets, and concludes which
/// policy the recorded driver follows. It decides nothing; what is not recorded stays unknown.
/// </summary>
public sealed partial class VpciWatch : ISystem
{
    /// <summary>Buses and interrupts that are kept apart; more are not looked at.</summary>
    private const int Limit = 4096;

    private const ushort RetargetCode = 0x7E;

    private readonly SystemContext _context;
    private readonly SortedDictionary<ushort, RecordedBus> _buses = [];
    private readonly SortedDictionary<uint, RecordedMapping> _mappings = [];
    private readonly Dictionary<ushort, IrqEvent> _callOf = [];

    public VpciWatch(SystemContext context) => _context = context;

    public SystemReport Report { get; } = new();

    public bool Apply(ReadOnlySpan<IrqEvent> at, long index)
    {
        ref readonly IrqEvent e = ref at[0];
        IrqEvent extension = at.Length > 1 && at[1].Kind == EventKind.Extension ? at[1] : default;
        switch (e.Kind)
        {
            case EventKind.VpciChannel: SetChannel(new ChannelChange(in e)); break;
            case EventKind.VpciCreateInterrupt:
                Create(e.Irq, new HostMapping(in e).Device, e.A, null, new HostMapping(in e).Status);
                break;
            case EventKind.VpciDeleteInterrupt: Delete(e.Irq, new HostMapping(in e).Device); break;
            case EventKind.HvBusStep: ApplyStep(new VpciBusChange(in e)); break;
            case EventKind.HvBusState: SetState(new VpciBusChange(in e)); break;
            case EventKind.HvPacket: ApplyPacket(new VpciPacket(in e), e.Irq, extension.A); break;
            case EventKind.HvHypercall: ApplyHypercall(in e, extension.A); break;
            case EventKind.HvHypercallDone: FinishHypercall(e.Cpu, new HypercallResult(in e).Status); break;
            case EventKind.HvUnmask: NoteUnmaskCall(e.Irq); break;
            case EventKind.MsiUnmask: NoteUnmask(e.Irq); return false;
            case EventKind.SetupIrq or EventKind.VectorActivate or EventKind.X86VectorActivate:
                NoteRequest(e.Irq);
                return false;
            case EventKind.MsiWrite: CheckMessage(e.Irq, new MessageWrite(in e)); return false;
            case EventKind.SuspendResume: ApplyPhase(new SuspendPhase(in e), (int)(e.A >> 32)); return false;
            case EventKind.LogLine: ReadLine(at); return false;
            case EventKind.VmbusChannel: break;
            default: return false;
        }
        return true;
    }

    public void Finish()
    {
        foreach ((uint irq, RecordedMapping mapping) in _mappings) CheckArrivals(irq, mapping);
    }

    private RecordedBus? BusOf(ushort device)
    {
        if (device == 0) return null; // the record does not say whose it is
        if (_buses.TryGetValue(device, out RecordedBus? bus)) return bus;
        if (_buses.Count >= Limit) return null;
        _buses.Add(device, bus = new RecordedBus());
        return bus;
    }

    private RecordedMapping? MappingOf(uint irq, ushort device)
    {
        if (irq == IrqEvent.NoIrq) return null;
        if (_mappings.TryGetValue(irq, out RecordedMapping? mapping)) return mapping;
        if (_mappings.Count >= Limit) return null;
        _mappings.Add(irq, mapping = new RecordedMapping { Device = device });
        return mapping;
    }

    private void SetChannel(ChannelChange change)
    {
        if (BusOf(change.Device) is not { } bus) return;
        bus.Open = change.Open;
        if (change.Open) Begin(bus);
        else Release(change.Device, bus);
    }

    private void ApplyStep(VpciBusChange change)
    {
        // The bus's own function restores mappings: it only exists in kernels that carry the fix.
        if ((HvBusStepCode)change.Step == HvBusStepCode.RestoreMsi)
        {
            _restoresMsi = true;
            Show("hv.resumeRecreate", "allDescriptors", change.Device, "hv_pci_restore_msi_state() ran");
        }
        if (BusOf(change.Device) is { } bus && (HvBusStepCode)change.Step == HvBusStepCode.Resume) Begin(bus);
    }

    /// <summary>The bus starts anew: what the host has dropped may be asked for again.</summary>
    private void Begin(RecordedBus bus)
    {
        if (bus.Resuming) return;
        bus.Resuming = bus.GoneEvent >= 0;
        bus.ResumeEvent = _context.Index;
        bus.CreatedInResume = false;
        bus.GoneEvent = -1;
    }

    /// <summary>The host drops every mapping of the device.</summary>
    private void Release(ushort device, RecordedBus bus)
    {
        bus.GoneEvent = _context.Index;
        bus.Resuming = false;
        foreach (RecordedMapping mapping in _mappings.Values)
        {
            if (mapping.Device == device && mapping.GoneEvent < 0) mapping.GoneEvent = _context.Index;
        }
    }

    private void ApplyPacket(VpciPacket packet, uint irq, ulong address)
    {
        if (BusOf(packet.Device) is not { } bus) return;
        var type = (HvPacketType)packet.Type;
        bus.PacketsSeen = true;
        if (HvPacketTypes.IsCreate(type)) Create(irq, packet.Device, address, packet.Data, packet.Status);
        else if (type == HvPacketType.DeleteInterrupt) Delete(irq, packet.Device);
        else if (type == HvPacketType.ResourcesReleased) Release(packet.Device, bus);
        else if (type == HvPacketType.D0Entry) Begin(bus);
    }

    private void Create(uint irq, ushort device, ulong address, uint? data, int status)
    {
        if (BusOf(device) is not { } bus) return;
        bus.PacketsSeen = true;
        if (status < 0) return;
        NoteCreation(irq, device, bus);
        if (bus.GoneEvent >= 0 && bus.Open != true)
        {
            Raise(FindingCode.MappingWithoutChannel, bus.GoneEvent, device, irq,
                $"The host mapped {Name(irq)} after the bus had given its resources back.");
        }
        if (MappingOf(irq, device) is not { } mapping) return;
        if (mapping is { CreateEvent: >= 0, GoneEvent: < 0 })
        {
            Raise(FindingCode.MappingBalance, mapping.CreateEvent, device, irq,
                $"{Name(irq)} was mapped a second time, and its first mapping was never dropped.");
        }
        mapping.CreateEvent = _context.Index;
        mapping.GoneEvent = -1;
        mapping.Address = address;
        mapping.Data = data;
        mapping.RetargetEvent = -1;
        mapping.Rerequested = false;
    }

    private void Delete(uint irq, ushort device)
    {
        if (BusOf(device) is not { } bus) return;
        bus.PacketsSeen = true;
        if (MappingOf(irq, device) is not { } mapping) return;
        if (mapping.GoneEvent >= 0 && !bus.Resuming)
        {
            Raise(FindingCode.MappingBalance, mapping.GoneEvent, device, irq,
                $"The mapping of {Name(irq)} was dropped although it was gone already, and no resume runs.");
        }
        mapping.GoneEvent = _context.Index;
    }

    /// <summary>The states that follow one another in the driver; any state may be the first one seen.</summary>
    private void SetState(VpciBusChange change)
    {
        if (BusOf(change.Device) is not { } bus || change.State >= HvBusStates.Names.Length) return;
        var state = (HvBusStateCode)change.State;
        bool legal = (bus.State, state) switch
        {
            (null, _) => true,
            (HvBusStateCode.Init, HvBusStateCode.Probed or HvBusStateCode.Installed or HvBusStateCode.Removing) => true,
            (HvBusStateCode.Probed, HvBusStateCode.Installed or HvBusStateCode.Removing) => true,
            (HvBusStateCode.Installed, HvBusStateCode.Removing) => true,
            (HvBusStateCode.Removing, HvBusStateCode.Init) => true,
            var (from, to) => from == to,
        };
        if (!legal)
        {
            Raise(FindingCode.BusTransition, bus.StateEvent, change.Device, IrqEvent.NoIrq,
                $"The bus went from {HvBusStates.Names[(int)bus.State!.Value]} to {HvBusStates.Names[(int)state]}, "
                + $"which its driver never does.");
        }
        bus.State = state;
        bus.StateEvent = _context.Index;
        if (state == HvBusStateCode.Installed) EndResume(change.Device, bus);
        if (state == HvBusStateCode.Init && bus.GoneEvent >= 0) Begin(bus);
    }

    private static string Name(uint irq) => irq == IrqEvent.NoIrq
        ? "an interrupt" : string.Create(CultureInfo.InvariantCulture, $"irq {irq}");

    private void Raise(FindingCode code, long blame, ushort device, uint irq, string message) => _context.Raise(
        code, blame < 0 ? null : blame, _context.Tables.Devices[device], null, message,
        irq == IrqEvent.NoIrq ? null : (int)irq);
}
