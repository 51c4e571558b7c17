using System.CommandLine;
using Replay.Core.Rules;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>
/// <c>--rules</c> and <c>--with</c>: how the modelled kernel and its surroundings behave. Without them the
/// recorded kernel chooses.
/// </summary>
internal sealed class RuleOptions
{
    private readonly Option<string?> _rules = new("--rules")
    {
        Description = "Named set of behaviours: a kernel, "
            + "or a fix with (fix:ID) or without it (prefix:ID) laid over the recorded "
            + "kernel; several with commas. \"irqreplay rules\" lists them. The recorded kernel chooses unless you do.",
        HelpName = "SET",
    };

    private readonly Option<string[]> _with = new("--with")
    {
        Description = "One behaviour changed, laid over --rules. May be given several times.",
        HelpName = "NAME=ALTERNATIVE",
        DefaultValueFactory = static _ => [],
    };

    public RuleOptions(Command command)
    {
        command.Options.Add(_rules);
        command.Options.Add(_with);
    }

    /// <summary>True when the command line says how the kernel behaves.</summary>
    public bool IsGiven(ParseResult result) => result.GetValue(_rules) is not null
        || result.GetValue(_with) is { Length: > 0 };

    /// <summary>
    /// True when the command line decides this behaviour: a set does of all, an assignment of its own.
    /// </summary>
    public bool Decides(ParseResult result, string behaviour)
    {
        if (result.GetValue(_rules) is not null) return true;
        foreach (string assignment in result.GetValue(_with) ?? [])
        {
            if (assignment.StartsWith(behaviour + "=", System.StringComparison.Ordinal)) return true;
        }
        return false;
    }

    /// <summary>Fails on wrong names before a long recording is opened.</summary>
    /// <exception cref="UsageException">A name is wrong; the message says what to type.</exception>
    public void Check(ParseResult result) => Choose(result, recorded: default);

    /// <summary>What the command line chooses for a recording.</summary>
    /// <exception cref="UsageException">A name is wrong; the message says what to type.</exception>
    public RuleChoice Choose(ParseResult result, Recording recording) =>
        Choose(result, KernelRelease.Parse(recording.Info.Kernel));

    /// <summary>
    /// As <see cref="Choose(ParseResult, Recording)"/>, with what was given and what the recorded kernel did.
    /// </summary>
    /// <exception cref="UsageException">A name is wrong; the message says what to type.</exception>
    public RuleSide ChooseSide(ParseResult result, Recording recording) =>
        new(Choose(result, recording), Parts(result.GetValue(_rules), result.GetValue(_with) ?? []),
            RuleChoice.ForKernel(KernelRelease.Parse(recording.Info.Kernel)));

    /// <summary>Sets and assignments one by one.</summary>
    public static string[] Parts(string? text, string[] with) =>
        text is null ? with : [.. text.Split(',', System.StringSplitOptions.TrimEntries), .. with];

    /// <summary>Reads one choice out of an option's text, <c>linux-6.1,prefix:a6c11c0a5235</c>.</summary>
    /// <exception cref="UsageException">A name is wrong; the message starts with the option.</exception>
    public static RuleChoice Parse(string option, string text, KernelRelease recorded)
    {
        try
        {
            return RuleChoice.Parse(text, recorded);
        }
        catch (UnknownRuleException e)
        {
            throw new UsageException($"{option} {text}: {e.Message}", e);
        }
    }

    private RuleChoice Choose(ParseResult result, KernelRelease recorded)
    {
        RuleChoice choice = result.GetValue(_rules) is { } rules
            ? Parse("--rules", rules, recorded) : RuleChoice.ForKernel(recorded);
        foreach (string assignment in result.GetValue(_with) ?? [])
        {
            try
            {
                choice = choice.With(assignment);
            }
            catch (UnknownRuleException e)
            {
                throw new UsageException($"--with {assignment}: {e.Message}", e);
            }
        }
        return choice;
    }
}
