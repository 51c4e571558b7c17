using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <summary>Two probes, one after the other.</summary>
public struct PairProbe<TFirst, TSecond> : IProbe // mutable struct: never readonly
    where TFirst : struct, IProbe
    where TSecond : struct, IProbe
{
    private TFirst _first;
    private TSecond _second;

    public PairProbe(TFirst first, TSecond second)
    {
        _first = first;
        _second = second;
    }

    public void AfterEvent(MachineState machine, in IrqEvent record, long eventIndex)
    {
        _first.AfterEvent(machine, in record, eventIndex);
        _second.AfterEvent(machine, in record, eventIndex);
    }
}
