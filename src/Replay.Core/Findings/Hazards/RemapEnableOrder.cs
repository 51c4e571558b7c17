using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Spec;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// I-37: a unit's table is latched and its cache cleared before remapping is switched on (VT-d specification 10.4.4;
/// Linux iommu_set_irq_remapping). Units with CAP.ESIRTPS clear the cache themselves.
/// </summary>
internal sealed class RemapEnableOrder(HazardContext context, EntryOwner entries)
{
    private const int UnitsMax = 1024;
    private const int EsirtpsBit = 62;

    private readonly Dictionary<ushort, Unit> _units = [];

    public void Control(in IrqEvent e)
    {
        var setup = new RemapSetup(in e);
        if (!_units.TryGetValue(setup.Unit, out Unit unit))
        {
            if (_units.Count == UnitsMax) return;
            unit = new Unit { TableEvent = -1 };
        }
        switch (setup.Step)
        {
            case RemapSetup.Capability: unit.ClearsItself = (setup.Value >> EsirtpsBit & 1) != 0; break;
            case RemapSetup.SetTable:
                entries.TableSet(setup.Value);
                unit.TableEvent = context.Index;
                unit.Cleared = unit.ClearsItself;
                break;
            case RemapSetup.Enable: CheckEnable(in unit, setup.Unit); break;
        }
        _units[setup.Unit] = unit;
    }

    /// <summary>An invalidation of all entries of a unit.</summary>
    public void Invalidated(in IrqEvent e)
    {
        var invalidation = new Invalidation(in e);
        if (QiDescriptor.Type(invalidation.Qw0) != QiDescriptor.InterruptEntryCache
            || QiDescriptor.IsIndexSelective(invalidation.Qw0))
            return;
        if (!_units.TryGetValue(invalidation.Iommu, out Unit unit)) return;
        unit.Cleared = true;
        _units[invalidation.Iommu] = unit;
    }

    private void CheckEnable(in Unit unit, ushort name)
    {
        if (unit.TableEvent < 0 || unit.Cleared) return;
        context.Report(FindingCode.RemapEnableOrder, unit.TableEvent, string.Create(CultureInfo.InvariantCulture,
            $"{context.Machine.Tables.Names[name]} is switched on and its cache was not cleared after it was given its "
            + $"table: old entries may still be used."));
    }

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget() => _units.Clear();

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Lookup(_units, UnitsMax, archive.Value, unit => new Unit
        {
            ClearsItself = archive.Value(unit.ClearsItself),
            Cleared = archive.Value(unit.Cleared),
            TableEvent = archive.Value(unit.TableEvent),
        });
    }

    private struct Unit
    {
        public bool ClearsItself;
        public bool Cleared;
        public long TableEvent;
    }
}
