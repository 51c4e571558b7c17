using System.Collections.Generic;

namespace Replay.Formats.Recipes;

/// <summary>One kprobe to record.</summary>
/// <param name="Name">Name of the event; the mapping knows it by this name.</param>
/// <param name="Function">Kernel function.</param>
/// <param name="Arguments">As kprobe_events takes them; <c>$PCI_DEV</c> and its like are offsets that
/// the script finds.</param>
/// <param name="Platforms">Where it is recorded.</param>
public sealed record RecipeProbe(string Name, string Function, string Arguments, RecipePlatforms Platforms)
{
    /// <summary>True for a probe at the function's return.</summary>
    public bool IsReturn { get; init; }

    /// <summary>
    /// Another function beside which the right one lies, where several have the name; empty when one has it.
    /// </summary>
    public string Near { get; init; } = "";

    /// <summary>True when it helps people to read the recording, and the mapping need not know it.</summary>
    public bool IsContext { get; init; }

    /// <summary>Names of the arguments, which become the fields of the recorded event.</summary>
    public IEnumerable<string> Fields
    {
        get
        {
            foreach (string argument in Arguments.Split(' ', System.StringSplitOptions.RemoveEmptyEntries))
                yield return argument[..argument.IndexOf('=', System.StringComparison.Ordinal)];
        }
    }
}

/// <summary>One tracepoint to record.</summary>
/// <param name="Name"><c>system:name</c>.</param>
/// <param name="Platforms">Where it is recorded.</param>
/// <param name="IsContext">It helps people to read the recording; the mapping need not know it.</param>
public sealed record RecipeTracepoint(string Name, RecipePlatforms Platforms, bool IsContext = false);
