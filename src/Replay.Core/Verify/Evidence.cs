namespace Replay.Core.Verify;

/// <summary>What a recording shows of one behaviour of its kernel.</summary>
/// <param name="Name">The behaviour, as the rule catalogue calls it.</param>
/// <param name="Alternative">The alternative that the recorded kernel has.</param>
/// <param name="Event">First event that shows it.</param>
/// <param name="Count">Events that show it.</param>
/// <param name="Against">Events that show another alternative.</param>
/// <param name="What">What was seen.</param>
public sealed record Evidence(string Name, string Alternative, long Event, long Count, long Against, string What);
