using System;
using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Core.Systems.HyperV;

/// <summary>What a recording has shown of one virtual PCI bus so far.</summary>
internal sealed class RecordedBus
{
    /// <summary>State of the guest's driver; null while it was not recorded.</summary>
    public HvBusStateCode? State { get; set; }

    /// <summary>Event that set it.</summary>
    public long StateEvent { get; set; } = -1;

    /// <summary>The channel is open; null while nothing was recorded of it.</summary>
    public bool? Open { get; set; }

    /// <summary>Event at which the channel closed or the resources were released; -1 while they are there.</summary>
    public long GoneEvent { get; set; } = -1;

    /// <summary>Between the channel's or driver's new start after a suspend, and the end of resume.</summary>
    public bool Resuming { get; set; }

    /// <summary>Event at which that began.</summary>
    public long ResumeEvent { get; set; } = -1;

    /// <summary>Packets of this bus are recorded: one that is missing means something.</summary>
    public bool PacketsSeen { get; set; }

    /// <summary>Mappings were asked for in this resume, and not because a driver requested an interrupt.</summary>
    public bool CreatedInResume { get; set; }

    /// <summary>Saves one, or restores one where there is none yet.</summary>
    public static RecordedBus Transfer(StateArchive archive, RecordedBus? bus)
    {
        bus ??= new RecordedBus();
        bus.State = (HvBusStateCode?)archive.Value((byte?)bus.State);
        bus.StateEvent = archive.Value(bus.StateEvent);
        bus.Open = archive.Value(bus.Open);
        bus.GoneEvent = archive.Value(bus.GoneEvent);
        bus.Resuming = archive.Value(bus.Resuming);
        bus.ResumeEvent = archive.Value(bus.ResumeEvent);
        bus.PacketsSeen = archive.Value(bus.PacketsSeen);
        bus.CreatedInResume = archive.Value(bus.CreatedInResume);
        return bus;
    }
}

/// <summary>What a recording has shown of one interrupt's mapping.</summary>
internal sealed class RecordedMapping
{
    public required ushort Device { get; init; }

    /// <summary>
    /// A driver has asked for the interrupt since the bus started anew: its mapping is the driver's doing.
    /// </summary>
    public bool Rerequested { get; set; }

    /// <summary>Event of its creation; -1 when it was not recorded.</summary>
    public long CreateEvent { get; set; } = -1;

    /// <summary>Event at which it was deleted or released; -1 while it is there.</summary>
    public long GoneEvent { get; set; } = -1;

    public ulong Address { get; set; }

    /// <summary>Data of the message; null where only the address is recorded.</summary>
    public uint? Data { get; set; }

    /// <summary>Event of the last retarget that succeeded; -1 before the first.</summary>
    public long RetargetEvent { get; set; } = -1;

    /// <summary>Processors that it named.</summary>
    public ulong Targets { get; set; }

    /// <summary>It asked for delivery to each of them.</summary>
    public bool Multicast { get; set; }

    /// <summary>Arrivals by CPU until then, CPUs 0 to 63.</summary>
    public uint[] ArrivalsBefore { get; } = new uint[64];

    /// <summary>Arrivals that no handler took, until then.</summary>
    public long SpuriousBefore { get; set; }

    /// <summary>Saves one, or restores one where there is none yet.</summary>
    public static RecordedMapping Transfer(StateArchive archive, RecordedMapping? mapping)
    {
        ushort device = archive.Value(mapping?.Device ?? 0);
        mapping ??= new RecordedMapping { Device = device };
        mapping.Rerequested = archive.Value(mapping.Rerequested);
        mapping.CreateEvent = archive.Value(mapping.CreateEvent);
        mapping.GoneEvent = archive.Value(mapping.GoneEvent);
        mapping.Address = archive.Value(mapping.Address);
        mapping.Data = archive.Value(mapping.Data);
        mapping.RetargetEvent = archive.Value(mapping.RetargetEvent);
        mapping.Targets = archive.Value(mapping.Targets);
        mapping.Multicast = archive.Value(mapping.Multicast);
        archive.Numbers(mapping.ArrivalsBefore.AsSpan());
        mapping.SpuriousBefore = archive.Value(mapping.SpuriousBefore);
        return mapping;
    }
}
