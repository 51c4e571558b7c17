using System.Collections.Generic;

namespace Replay.Core.Rules;

/// <summary>One way in which a behaviour can go.</summary>
/// <param name="Name">As typed: <c>timer</c>.</param>
/// <param name="Meaning">One line.</param>
public sealed record RuleAlternative(string Name, string Meaning);

/// <summary>One named behaviour.</summary>
/// <param name="Name">As typed: <c>vector.cleanup</c>.</param>
/// <param name="Alternatives">All of them, the default first: what holds where no set says otherwise.</param>
/// <param name="Meaning">One line: what is decided here.</param>
/// <param name="Source">Kernel function and version, commit, or thread.</param>
public sealed record RuleInfo(
    string Name, IReadOnlyList<RuleAlternative> Alternatives, string Meaning, string Source)
{
    /// <summary>Place of an alternative, or -1.</summary>
    public int IndexOf(string alternative)
    {
        for (int i = 0; i < Alternatives.Count; i++)
        {
            if (Alternatives[i].Name == alternative) return i;
        }
        return -1;
    }
}

/// <summary>A named set: some alternatives that belong together.</summary>
/// <param name="Name">As typed: <c>linux-6.1</c>, <c>prefix:a6c11c0a5235</c>.</param>
/// <param name="Subject">One line: the kernel, or the change that the set is with or without.</param>
/// <param name="Source">Commit or thread.</param>
/// <param name="Assignments">What it fixes, each <c>NAME=ALTERNATIVE</c>. A kernel's set names all in which it differs
/// from the defaults; any other set is laid over a kernel's.</param>
public sealed record RuleSet(string Name, string Subject, string Source, IReadOnlyList<string> Assignments)
{
    /// <summary>True for a kernel, which decides every behaviour; false for a set that is laid over one.</summary>
    public bool IsKernel => Name.StartsWith("linux-", System.StringComparison.Ordinal);

    /// <summary>True for a machine without the change, <c>prefix:…</c>.</summary>
    public bool IsBefore => Name.StartsWith("prefix:", System.StringComparison.Ordinal);

    /// <summary>One line.</summary>
    public string Meaning => IsKernel ? Subject : (IsBefore ? "Without: " : "With: ") + Subject;
}
