using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.State;

namespace Replay.Core.WhatIf;

/// <summary>
/// Shows every event to a <see cref="GuidedKernel"/>. A type argument: other replays do not have the call.
/// </summary>
public readonly struct WhatIfProbe : IProbe
{
    private readonly GuidedKernel _kernel;

    public WhatIfProbe(GuidedKernel kernel) => _kernel = kernel;

    public void AfterEvent(MachineState machine, in IrqEvent record, long eventIndex) =>
        _kernel.AfterEvent(machine, in record, eventIndex);
}
