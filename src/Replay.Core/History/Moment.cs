using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.History;

/// <summary>The machine just after one event, and what is needed to tell about it.</summary>
internal readonly ref struct Moment
{
    private readonly ref readonly IrqEvent _record;

    public Moment(Historian historian, MachineState machine, in IrqEvent record, long index, bool arrived)
    {
        Historian = historian;
        Machine = machine;
        _record = ref record;
        Index = index;
        Arrived = arrived;
    }

    public Historian Historian { get; }

    public MachineState Machine { get; }

    public ref readonly IrqEvent Record => ref _record;

    public long Index { get; }

    /// <summary>The event is an interrupt that arrived; a shared interrupt's further handlers are none.</summary>
    public bool Arrived { get; }

    public ApicIds ApicIds => Historian.ApicIds;

    /// <summary>The cause of a change that the event made to an interrupt or device.</summary>
    public Cause Cause(uint irq, ushort device) =>
        Historian.Causes.Find(Machine, in _record, Index, irq, device);
}
