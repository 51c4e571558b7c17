using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.State;

namespace Replay.Core.History;

/// <summary>
/// Shows every event to a <see cref="Historian"/>. A type argument: other replays do not have the call.
/// </summary>
public readonly struct HistoryProbe : IProbe
{
    private readonly Historian _historian;

    public HistoryProbe(Historian historian) => _historian = historian;

    public void AfterEvent(MachineState machine, in IrqEvent record, long eventIndex) =>
        _historian.AfterEvent(machine, in record, eventIndex);
}
