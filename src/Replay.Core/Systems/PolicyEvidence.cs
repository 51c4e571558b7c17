namespace Replay.Core.Systems;

/// <summary>
/// What a recording shows of how the recorded system behaves, where its kernel version does not tell.
/// </summary>
/// <param name="Policy">Behaviour, as the rule catalogue names it.</param>
/// <param name="Alternative">The alternative that the recorded system has.</param>
/// <param name="Event">Event that shows it.</param>
/// <param name="Device">Device concerned; empty where the event names none.</param>
/// <param name="Because">What was seen, in a few words.</param>
public sealed record PolicyEvidence(string Policy, string Alternative, long Event, string Device, string Because);
