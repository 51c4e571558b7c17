using System.Collections.Generic;

namespace Replay.Core.Findings.Stories;

/// <summary>
/// The story of one code: what <c>irqreplay explain</c> tells beyond the code's row in <see cref="FindingCatalog"/>.
/// Texts are plain sentences. What is not known is empty, never guessed.
/// </summary>
/// <param name="Number">Number of the code: 7 for IRQ007.</param>
public sealed record Story(int Number)
{
    /// <summary>What happens, one sentence a step, in the order of time.</summary>
    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>What of it stands in a recording, by names of records.</summary>
    public required string Signature { get; init; }

    /// <summary>What it usually comes from.</summary>
    public required string Cause { get; init; }

    /// <summary>What makes it go away.</summary>
    public required string Cure { get; init; }

    /// <summary>The commit or version that fixed it; empty when none is known.</summary>
    public string Fix { get; init; } = "";

    /// <summary>
    /// Choices under which a machine shows it or does not, as <c>--rules</c> and <c>--with</c> take them.
    /// </summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Where it was really seen: addresses.</summary>
    public IReadOnlyList<string> Seen { get; init; } = [];
}
