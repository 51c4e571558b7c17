using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-17: an event descriptor that is signalled while its guest interrupt has no route: the count is consumed and
/// nothing is injected (Linux kvm/eventfd.c irqfd_wakeup, irqfd_update).
/// </summary>
internal sealed class RoutelessIrqfd(HazardContext context)
{
    // KVM_MAX_IRQ_ROUTES is 4096 a guest.
    private const int GsisMax = 1 << 16;

    private readonly Dictionary<uint, Gsi> _gsis = [];

    public void Route(in IrqEvent e)
    {
        var change = new RouteChange(in e);
        if (!TryGet(change.Gsi, out Gsi gsi)) return;
        gsi.HasRoute = change.Present;
        gsi.RouteEvent = context.Index;
        _gsis[change.Gsi] = gsi;
    }

    public void Bind(in IrqEvent e)
    {
        var operation = new IrqfdOperation(in e);
        if (!TryGet(operation.Gsi, out Gsi gsi)) return;
        gsi.Bound = operation.Bound;
        _gsis[operation.Gsi] = gsi;
    }

    public void Signal(in IrqEvent e)
    {
        uint number = new IrqfdOperation(in e).Gsi;
        if (!_gsis.TryGetValue(number, out Gsi gsi) || !gsi.Bound || gsi.HasRoute || gsi.RouteEvent < 0) return;
        context.Machine.Lost++;
        if (!context.Wants(FindingCode.RoutelessIrqfd)) return;
        context.Report(FindingCode.RoutelessIrqfd, gsi.RouteEvent, string.Create(CultureInfo.InvariantCulture,
            $"The interrupt of guest interrupt {number} was signalled while it had no route: "
            + $"the guest never gets it."));
    }

    private bool TryGet(uint number, out Gsi gsi)
    {
        if (_gsis.TryGetValue(number, out gsi)) return true;
        gsi = new Gsi { RouteEvent = -1 };
        return _gsis.Count < GsisMax;
    }

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget() => _gsis.Clear();

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Lookup(_gsis, GsisMax, archive.Value, gsi => new Gsi
        {
            Bound = archive.Value(gsi.Bound),
            HasRoute = archive.Value(gsi.HasRoute),
            RouteEvent = archive.Value(gsi.RouteEvent),
        });
    }

    private struct Gsi
    {
        public bool Bound;
        public bool HasRoute;
        public long RouteEvent;
    }
}
