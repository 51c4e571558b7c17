using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Systems;

namespace Replay.Cli.Output;

/// <summary>States of modelled systems at one position.</summary>
internal static class SystemStates
{
    /// <summary>
    /// The last line of each part, in the order in which the parts appeared, with the state that the part has now
    /// where its system says it.
    /// </summary>
    public static List<StateLine> LastOf(ISystem system, StateSelection selection)
    {
        List<StateLine> last = LastOf(system.Report.States, selection);
        if (system is not IDescribesState described) return last;
        for (int i = 0; i < last.Count; i++)
            last[i] = last[i] with { State = described.StateOf(last[i].Subject) ?? last[i].State };
        return last;
    }

    private static List<StateLine> LastOf(IReadOnlyList<StateLine> lines, StateSelection selection)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var last = new List<StateLine>();
        foreach (StateLine line in lines)
        {
            if (!IsWanted(line.Subject, selection.Irqs)) continue;
            if (places.TryGetValue(line.Subject, out int place)) last[place] = line;
            else
            {
                places.Add(line.Subject, last.Count);
                last.Add(line);
            }
        }
        return last;
    }

    /// <summary>With <c>--irq</c> the parts of those interrupts only; others that have no number stay.</summary>
    private static bool IsWanted(string subject, IReadOnlyList<uint> irqs)
    {
        if (irqs.Count == 0) return true;
        int blank = subject.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0 || !uint.TryParse(subject.AsSpan(blank + 1), NumberStyles.None,
            CultureInfo.InvariantCulture, out uint number))
            return true;
        foreach (uint irq in irqs)
        {
            if (irq == number) return true;
        }
        return false;
    }
}
