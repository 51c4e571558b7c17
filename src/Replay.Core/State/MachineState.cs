using System;
using Replay.Core.Events;

namespace Replay.Core.State;

/// <summary>
/// The modelled machine: the OS's view (interrupts), the device's view (MSI-X entries) and the fabric's view (vector
/// tables, matrix, remapping tables), as flat indexed tables. What the recording has not shown is unknown, not absent.
/// </summary>
public sealed partial class MachineState
{
    /// <summary>Devices with an AMD table of their own that are modelled.</summary>
    public const int AmdTablesMax = 512;

    private IrteTable?[] _amdTables = [];
    private int _amdTableCount;

    public MachineState(EventTables tables) => Tables = tables;

    /// <summary>Names that the state refers to.</summary>
    public EventTables Tables { get; }

    public CpuTable Cpus { get; } = new();

    public IrqTable Irqs { get; } = new();

    public VectorTable Slots { get; } = new();

    public VectorMatrix Matrix { get; } = new();

    public MsixTables Msix { get; } = new();

    /// <summary>Local APICs; empty while none of their events was recorded.</summary>
    public LocalApics Apics { get; } = new();

    /// <summary>VT-d's table; null until its first entry is written.</summary>
    public IrteTable? Remap { get; private set; }

    /// <summary>
    /// Index of the name of the unit that owns <see cref="Remap"/>; 0 until an invalidation names it.
    /// </summary>
    public ushort RemapUnit { get; set; }

    /// <summary>True when remapping is known to be on (an invalidation or an entry was seen).</summary>
    public bool RemapEnabled => Remap is not null || IecInvalidations > 0;

    /// <summary>
    /// True when entries hold 32-bit APIC IDs (IRTA.EIME), false for 8-bit ones in bits 15:8; null until an entry could
    /// be compared with its interrupt's APIC destination, or the register itself was seen.
    /// </summary>
    public bool? ExtendedIds { get; set; }

    /// <summary>Interrupt-entry-cache invalidations seen.</summary>
    public long IecInvalidations { get; set; }

    /// <summary>
    /// True when the recording has mask and unmask records at all; a missing one then means something.
    /// </summary>
    public bool MaskSeen { get; set; }

    /// <summary>True when the recording has unmask records: one that is missing then means something.</summary>
    public bool UnmaskSeen { get; set; }

    /// <summary>True when the recording has start-up records at all.</summary>
    public bool StartSeen { get; set; }

    /// <summary>True when the recording has records of messages being restored.</summary>
    public bool RestoreMsiSeen { get; set; }

    /// <summary>Interrupts that reached a handler.</summary>
    public long Delivered { get; set; }

    /// <summary>Interrupts none of whose handlers took them.</summary>
    public long Spurious { get; set; }

    /// <summary>Signals of devices that were recorded (device_raise).</summary>
    public long Raised { get; set; }

    /// <summary>Those among them that came to an entry which waited already: one message tells of both.</summary>
    public long Coalesced { get; set; }

    /// <summary>Interrupts concluded to be lost.</summary>
    public long Lost { get; set; }

    /// <summary>Interrupts on system vectors.</summary>
    public long SystemInterrupts { get; set; }

    /// <summary>Records that the recorder lost.</summary>
    public long LostRecords { get; set; }

    /// <summary>AMD tables by device id; null where no entry was written.</summary>
    public ReadOnlySpan<IrteTable?> AmdTables => _amdTables;

    /// <summary>VT-d's table, made when it is new.</summary>
    public IrteTable GetRemap() => Remap ??= new IrteTable(IrteTable.IntelEntries);

    /// <summary>An AMD device's table, made when it is new; null past <see cref="AmdTablesMax"/> devices.</summary>
    public IrteTable? GetAmdTable(ushort deviceId)
    {
        if (_amdTables.Length == 0) _amdTables = new IrteTable?[ushort.MaxValue + 1];
        if (_amdTables[deviceId] is null && _amdTableCount < AmdTablesMax)
        {
            _amdTables[deviceId] = new IrteTable(IrteTable.AmdEntries);
            _amdTableCount++;
        }
        return _amdTables[deviceId];
    }

    /// <summary>
    /// APIC destination of a VT-d entry's destination field; null while the format of ids is not known.
    /// </summary>
    public uint? DestinationOf(uint field) => ExtendedIds switch
    {
        true => field,
        false => field >> 8 & 0xFF,
        null => null,
    };

    /// <summary>Makes room for a CPU everywhere; false when its number is beyond the model.</summary>
    public bool TryEnsureCpu(int cpu)
    {
        if ((uint)cpu >= CpuTable.CpuMax || !Irqs.TryEnsureCpu(cpu) || !Cpus.TryEnsure(cpu)) return false;
        Slots.EnsureCpu(cpu);
        Matrix.EnsureCpu(cpu);
        return true;
    }

    /// <summary>True when the CPU is known to be offline.</summary>
    public bool IsOffline(int cpu) => cpu < Cpus.Used && Cpus[cpu].Online == Online.No;

    /// <summary>MSI-X or MSI entry of an interrupt; null when it is not known.</summary>
    public MsixFunction? FunctionOf(in IrqDesc desc) => desc.Device == 0 ? null : Msix.Find(desc.Device);
}
