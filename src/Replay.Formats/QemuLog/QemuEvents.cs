using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Events;

namespace Replay.Formats.QemuLog;

/// <summary>Events of QEMU that mean something here.</summary>
internal enum QemuEvent
{
    Other,
    RegionWrite,
    RegionRead,
    ConfigWrite,
    ConfigRead,
    MsixConfig,
    NvmeRaise,
    E1000eRaise,
    ApicDeliver,
    IoApicWrite,
    VtdEntry,
    VtdInvalidate,
    VtdRoot,
    VtdEnable,
    AmdRequest,
    AmdEntryPlace,
    AmdEntry,
    AmdInvalidate,
    Vfio,
}

/// <summary>One name of the log and its lines.</summary>
internal sealed class QemuSource
{
    public required byte[] Name { get; init; }

    public required QemuEvent Event { get; init; }

    /// <summary>What its lines become; of events of VFIO the first one tells.</summary>
    public EventKind? Kind { get; set; }

    public long Count { get; set; }

    /// <summary>Lines that became events.</summary>
    public long Used { get; set; }
}

/// <summary>The names of a log with their counts; accesses to memory regions count by region.</summary>
internal sealed class QemuEvents
{
    /// <summary>Names kept apart; lines of further ones are counted together.</summary>
    public const int NamesMax = 4096;

    private const int Buckets = 1 << 13;

    private static readonly (string Name, QemuEvent Event, EventKind? Kind)[] Known =
    [
        ("memory_region_ops_write", QemuEvent.RegionWrite, null),
        ("memory_region_ops_read", QemuEvent.RegionRead, null),
        ("pci_cfg_write", QemuEvent.ConfigWrite, null),
        ("pci_cfg_read", QemuEvent.ConfigRead, null),
        ("msix_write_config", QemuEvent.MsixConfig, EventKind.MsixControl),
        ("pci_nvme_irq_msix", QemuEvent.NvmeRaise, EventKind.DeviceRaise),
        ("e1000e_irq_msix_notify_vec", QemuEvent.E1000eRaise, EventKind.DeviceRaise),
        ("apic_deliver_irq", QemuEvent.ApicDeliver, EventKind.LapicAccept),
        ("ioapic_mem_write", QemuEvent.IoApicWrite, null),
        ("vtd_ir_irte_get", QemuEvent.VtdEntry, EventKind.IrteRead),
        ("vtd_inv_desc_iec", QemuEvent.VtdInvalidate, EventKind.QiSubmit),
        ("vtd_reg_ir_root", QemuEvent.VtdRoot, EventKind.RemapControl),
        ("vtd_ir_enable", QemuEvent.VtdEnable, EventKind.RemapControl),
        ("amdvi_ir_remap_msi_req", QemuEvent.AmdRequest, null),
        ("amdvi_ir_irte", QemuEvent.AmdEntryPlace, null),
        ("amdvi_ir_irte_ga_val", QemuEvent.AmdEntry, EventKind.IrteReadAmd),
        ("amdvi_intr_inval", QemuEvent.AmdInvalidate, EventKind.AmdInvalidate),
    ];

    // What becomes of writes to the regions of these names.
    private static readonly (string Name, EventKind Kind)[] Regions =
    [
        ("memory_region_ops_write msix-table", EventKind.MsixStore),
        ("memory_region_ops_write ioapic", EventKind.IoApicPin),
        ("memory_region_ops_write isa-debugcon", EventKind.Mark),
        ("memory_region_ops_write apic-msi", EventKind.DeviceRaise),
        ("memory_region_ops_write vtd-ir", EventKind.DeviceRaise),
        ("memory_region_ops_write amd_iommu_ir", EventKind.DeviceRaise),
    ];

    // Open addressing: twice as many places as names.
    private readonly QemuSource?[] _table = new QemuSource?[Buckets];
    private readonly List<QemuSource> _all = [];
    private readonly QemuSource _others = new()
    {
        Name = Encoding.UTF8.GetBytes("(further names)"),
        Event = QemuEvent.Other,
    };

    public QemuEvents()
    {
        foreach ((string name, QemuEvent known, EventKind? kind) in Known) Add(name, known, kind);
        foreach ((string name, EventKind kind) in Regions) Add(name, QemuEvent.Other, kind);
    }

    /// <summary>True when there were more names than are kept apart.</summary>
    public bool IsFull => _others.Count > 0;

    /// <summary>The entry of a name, made when it is new.</summary>
    public QemuSource Find(ReadOnlySpan<byte> name)
    {
        ref QemuSource? place = ref Place(name);
        if (place is not null) return place;
        if (_all.Count >= NamesMax) return _others;
        QemuEvent meaning = name.StartsWith("vfio_"u8) ? QemuEvent.Vfio : QemuEvent.Other;
        place = new QemuSource { Name = name.ToArray(), Event = meaning };
        _all.Add(place);
        return place;
    }

    /// <summary>True when a name stands for something here.</summary>
    public static bool Knows(ReadOnlySpan<byte> name)
    {
        foreach ((string known, _, _) in Known)
        {
            if (Ascii.Equals(name, known)) return true;
        }
        return false;
    }

    /// <summary>
    /// Writes the counts, sorted by name, and returns their sum. A name of which some lines became events and some did
    /// not is there twice.
    /// </summary>
    public long WriteTo(List<SourceCount> counts)
    {
        counts.Clear();
        long total = 0;
        foreach (QemuSource source in _all) total += Write(source, counts);
        total += Write(_others, counts);
        counts.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0
            ? order : string.CompareOrdinal(b.KindName, a.KindName));
        return total;
    }

    private static long Write(QemuSource source, List<SourceCount> counts)
    {
        if (source.Count == 0) return 0;
        string name = Encoding.UTF8.GetString(source.Name);
        if (source is { Used: > 0, Kind: { } kind })
            counts.Add(new SourceCount(name, source.Used, EventSchema.Find(kind)!.Name));
        if (source.Used < source.Count) counts.Add(new SourceCount(name, source.Count - source.Used, ""));
        return source.Count;
    }

    private void Add(string name, QemuEvent known, EventKind? kind)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        var source = new QemuSource { Name = bytes, Event = known, Kind = kind };
        Place(bytes) = source;
        _all.Add(source);
    }

    private ref QemuSource? Place(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        foreach (byte c in name) hash = (hash ^ c) * 16777619;
        for (uint at = hash ^ (hash >> 15); ; at++)
        {
            ref QemuSource? place = ref _table[at % Buckets];
            if (place is null || name.SequenceEqual(place.Name)) return ref place;
        }
    }
}
