using Replay.Core.Rules;

namespace Replay.Cli;

/// <summary>One side of a comparison.</summary>
/// <param name="Rules">How its machine behaves.</param>
/// <param name="IsChosen">The command line chose; else the side is what the recorded kernel did.</param>
internal sealed record DiffSide(RuleChoice Rules, bool IsChosen)
{
    /// <summary>The rules as text; a side that nobody chose says so.</summary>
    public string Name => IsChosen ? Rules.ToString() : "as recorded";

    public SessionOptions ToOptions() => new(Paranoid: false, Rules, OverrulesRecording: IsChosen);
}

/// <summary>Both sides.</summary>
internal sealed record DiffSides(DiffSide Left, DiffSide Right);
