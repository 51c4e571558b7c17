using System;
using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Core.Systems;

/// <summary>
/// A modelled system beside the Linux/x86 machine: a hypervisor's bus, an assigned device, error recovery. It applies
/// the events that concern it under a choice of policies and says what became of each interrupt. Cold path: its events
/// are few, and it may use ordinary collections, each with a limit.
/// </summary>
public interface ISystem
{
    /// <summary>What it has found so far.</summary>
    SystemReport Report { get; }

    /// <summary>
    /// Applies the event at the start of <paramref name="at"/>, whose extension records follow it. False when the event
    /// is none of the system's business. <paramref name="index"/> is the event's number, as findings name it.
    /// </summary>
    bool Apply(ReadOnlySpan<IrqEvent> at, long index);

    /// <summary>Called once after the last event: gives every interrupt its end verdict.</summary>
    void Finish();

    /// <summary>Saves the system as it is between two events, or restores a saved one into a new one.</summary>
    /// <exception cref="CheckpointException">What was saved does not fit.</exception>
    void Transfer(StateArchive archive);
}
