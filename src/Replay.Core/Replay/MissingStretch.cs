namespace Replay.Core.Replay;

/// <summary>
/// A stretch in which records of one CPU are missing, or may be: what is known after it comes from records after it.
/// </summary>
/// <param name="Cpu">The CPU.</param>
/// <param name="From">First event that may have come after the first missing record; 0 where its data begin late.</param>
/// <param name="Event">Event with which its records go on.</param>
/// <param name="TimeNs">Time of that event.</param>
/// <param name="IsTold">The recording says that records were lost; else they began late and nothing says why.</param>
public sealed record MissingStretch(int Cpu, long From, long Event, ulong TimeNs, bool IsTold);
