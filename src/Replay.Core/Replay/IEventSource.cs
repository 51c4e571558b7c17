using System;
using Replay.Core.Events;

namespace Replay.Core.Replay;

/// <summary>Events in their final order, a batch at a time.</summary>
public interface IEventSource
{
    /// <summary>
    /// Gives the next events; false at the end. The span is valid until the next call. A batch is never empty and never
    /// ends between an event and its extension records.
    /// </summary>
    bool TryReadBatch(out ReadOnlySpan<IrqEvent> events);
}
