using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <summary>
/// Something that looks at the machine after each event. A struct type argument: the empty probe costs nothing.
/// </summary>
public interface IProbe
{
    /// <summary>The machine has just applied the event with this index.</summary>
    void AfterEvent(MachineState machine, in IrqEvent record, long eventIndex);
}

/// <summary>Looks at nothing.</summary>
public readonly struct NoProbe : IProbe
{
    public void AfterEvent(MachineState machine, in IrqEvent record, long eventIndex) { }
}
