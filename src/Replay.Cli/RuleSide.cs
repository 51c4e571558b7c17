using System;
using System.Collections.Generic;
using Replay.Core.Rules;
using Replay.Core.WhatIf;

namespace Replay.Cli;

/// <summary>Rules as the command line gave them: of one replay, or of one side of a comparison.</summary>
/// <param name="Rules">How its machine behaves.</param>
/// <param name="Given">Sets and assignments that the command line gave for it; none:
/// what the recorded kernel did.</param>
/// <param name="Recorded">The recorded kernel's rules.</param>
internal sealed record RuleSide(RuleChoice Rules, IReadOnlyList<string> Given, RuleChoice Recorded)
{
    /// <summary>The rules as text; of what nobody chose it says so.</summary>
    public string Name => NamesKernel ? Rules.ToString() : Given.Count == 0 ? "as recorded"
        : "as recorded, with " + string.Join(", ", Given);

    private bool NamesKernel => Given.Count > 0 && RuleCatalog.FindSet(Given[0]) is { IsKernel: true };

    /// <summary>
    /// A behaviour that the command line does not name is the recorded kernel's, whatever its version's usual one.
    /// </summary>
    public SessionOptions ToOptions() => new(Paranoid: false, Rules, WhatIf: ToWhatIf());

    /// <summary>What of it a recording can be replayed otherwise for.</summary>
    public WhatIfRules ToWhatIf() => WhatIfRules.From(Rules, Recorded, Decides);

    /// <summary>A kernel decides all but what belongs to the machine that it runs on.</summary>
    public bool Decides(string rule)
    {
        if (NamesKernel && rule != "ir.host") return true;
        foreach (string part in Given)
        {
            if (part.StartsWith(rule + "=", StringComparison.Ordinal)) return true;
            foreach (string assignment in RuleCatalog.FindSet(part)?.Assignments ?? [])
            {
                if (assignment.StartsWith(rule + "=", StringComparison.Ordinal)) return true;
            }
        }
        return false;
    }
}

/// <summary>Both sides.</summary>
internal sealed record DiffSides(RuleSide Left, RuleSide Right);
