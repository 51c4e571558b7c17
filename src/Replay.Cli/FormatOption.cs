using System;
using System.CommandLine;

namespace Replay.Cli;

/// <summary>How results are printed.</summary>
internal enum OutputFormat
{
    Text,
    Json,
    Sarif,
}

/// <summary><c>--format</c>, which every command has.</summary>
internal sealed class FormatOption
{
    private readonly string[] _allowed;
    private readonly Option<string> _option;

    /// <param name="command">Gets the option.</param>
    /// <param name="formats">Those that it can print, with <c>|</c> between them.</param>
    public FormatOption(Command command, string formats = "text|json")
    {
        _allowed = formats.Split('|');
        _option = new Option<string>("--format")
        {
            Description = "How results are printed; text unless you say otherwise.",
            HelpName = formats,
            DefaultValueFactory = static _ => "text",
        };
        command.Options.Add(_option);
    }

    /// <exception cref="UsageException">No such format.</exception>
    public OutputFormat Get(ParseResult result)
    {
        string text = result.GetValue(_option) ?? "text";
        if (Array.IndexOf(_allowed, text) < 0)
        {
            string? near = Nearest.Find(text, _allowed);
            throw new UsageException($"--format {text}: the formats here are {string.Join(", ", _allowed)}"
                + (near is null ? "" : $"; did you mean --format {near}?"));
        }
        return text switch { "json" => OutputFormat.Json, "sarif" => OutputFormat.Sarif, _ => OutputFormat.Text };
    }
}
