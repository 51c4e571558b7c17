using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using Replay.Cli.Output;
using Replay.Core.Findings;
using Replay.Core.Findings.Stories;

namespace Replay.Cli.Commands;

/// <summary><c>explain</c>: the story of a finding's code.</summary>
internal sealed class ExplainCommand
{
    private readonly CliHost _host;
    private readonly FormatOption _format;

    private readonly Argument<string?> _code = new("CODE")
    {
        Description = "A finding's code or name: IRQ007, 7 or VECTOR_LEAK. Without one all codes are listed.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private ExplainCommand(Command command, CliHost host)
    {
        _host = host;
        command.Arguments.Add(_code);
        _format = new FormatOption(command);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host)
    {
        var command = new Command("explain",
            "The story of a finding's code: what happens, how it looks in a recording, cause and cure.");
        _ = new ExplainCommand(command, host);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _format.Get(result);
        if (result.GetValue(_code) is not { } typed)
        {
            if (format == OutputFormat.Json) ExplainJson.WriteList(_host.Out);
            else ExplainText.WriteList(_host);
            return ExitCodes.Clean;
        }
        FindingInfo info = FindByNumber(typed) ?? FindingCatalog.FindNamed(typed)
            ?? throw new UsageException(DescribeUnknown(typed));
        Story? story = StoryBook.Find((int)info.Code);
        if (format == OutputFormat.Json) ExplainJson.Write(info, story, _host.Out);
        else ExplainText.Write(info, story, _host);
        return ExitCodes.Clean;
    }

    /// <summary>A code by its number: <c>IRQ007</c>, <c>irq7</c>, <c>7</c>.</summary>
    private static FindingInfo? FindByNumber(string typed)
    {
        ReadOnlySpan<char> digits = typed.StartsWith("irq", StringComparison.OrdinalIgnoreCase)
            ? typed.AsSpan(3) : typed;
        return ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? FindingCatalog.Find(FindingCatalog.IdOf((FindingCode)number)) : null;
    }

    private static string DescribeUnknown(string typed)
    {
        var names = new List<string>();
        foreach (FindingInfo info in FindingCatalog.All) names.AddRange([info.Id, info.Name]);
        return $"explain {typed}: there is no such code"
            + (Nearest.Find(typed, names) is { } near
                ? $"; did you mean: irqreplay explain {near}?" : "; type \"irqreplay explain\" for all");
    }
}
