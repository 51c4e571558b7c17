namespace Replay.Core.WhatIf;

/// <summary>
/// Where the rules decided otherwise than the recorded kernel: how often, and the first time in words.
/// </summary>
public sealed record Departure(WhatIfRule Rule)
{
    /// <summary>Decisions taken otherwise.</summary>
    public long Count { get; internal set; }

    /// <summary>Decisions for which the recording lacks the inputs: the recording was followed.</summary>
    public long Undecided { get; internal set; }

    /// <summary>Event of the first decision taken otherwise; -1 when there is none.</summary>
    public long FirstEvent { get; internal set; } = -1;

    /// <summary>Its time.</summary>
    public ulong FirstTimeNs { get; internal set; }

    /// <summary>What had to be decided there, with its inputs.</summary>
    public string What { get; internal set; } = "";

    /// <summary>What the recorded kernel did.</summary>
    public string Recorded { get; internal set; } = "";

    /// <summary>What the rules say.</summary>
    public string Own { get; internal set; } = "";

    /// <summary>It changes how something is written down or counted, and no interrupt by itself.</summary>
    public bool IsRepresentation =>
        Rule is WhatIfRule.WindowEnd or WhatIfRule.CleanupVector or WhatIfRule.FlatLogical
            or WhatIfRule.AffinityProtocol;

    /// <summary>Name of the behaviour.</summary>
    public string Name => WhatIfRules.Names[(int)Rule];
}
