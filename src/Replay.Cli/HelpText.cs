using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.IO;
using System.Text;

namespace Replay.Cli;

/// <summary>Help made of the commands' own descriptions, and examples that can be typed as they stand.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    private const int WidthMax = 100;

    private readonly CliHost _host;

    public HelpText(CliHost host) => _host = host;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output, _host.OutIsTerminal
            ? _host.TerminalWidth() : 80);
        return ExitCodes.Clean;
    }

    /// <summary>Writes the help of one command.</summary>
    public static void Write(Command command, TextWriter writer, int columns = 80)
    {
        int width = Math.Clamp(columns, 50, WidthMax);
        bool isRoot = command is RootCommand;
        Paragraph(writer, command.Description ?? "", 0, width);
        writer.WriteLine();
        writer.WriteLine("Usage:");
        string arguments = isRoot ? " COMMAND" : "";
        foreach (Argument argument in command.Arguments)
            arguments += argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : " " + argument.Name;
        writer.WriteLine($"  irqreplay{(isRoot ? "" : " " + command.Name)}{arguments} [options]");
        var rows = new List<(string, string)>();
        foreach (Command child in command.Subcommands) rows.Add((child.Name, child.Description ?? ""));
        Section(writer, "Commands:", rows, width);
        rows.Clear();
        foreach (Argument argument in command.Arguments) rows.Add((argument.Name, argument.Description ?? ""));
        Section(writer, "Arguments:", rows, width);
        rows.Clear();
        foreach (Option option in command.Options)
        {
            if (option is not HelpOption && !option.Hidden) rows.Add((Label(option), option.Description ?? ""));
        }
        rows.Add(("-h, --help", "This text."));
        Section(writer, "Options:", rows, width);
        WriteExamples(writer, isRoot ? "" : command.Name);
    }

    private static void WriteExamples(TextWriter writer, string command)
    {
        if (!HelpExamples.ByCommand.TryGetValue(command, out (string Line, string Meaning)[]? examples)) return;
        writer.WriteLine();
        writer.WriteLine("Examples:");
        foreach ((string line, string meaning) in examples)
        {
            writer.WriteLine("  " + line);
            writer.WriteLine("      " + meaning);
        }
        writer.WriteLine();
        writer.WriteLine(HelpExamples.ExitCodes);
    }

    private static string Label(Option option)
    {
        var label = new StringBuilder();
        foreach (string alias in option.Aliases)
        {
            if (alias.StartsWith('-') && !alias.StartsWith("--", StringComparison.Ordinal))
                label.Append(alias).Append(", ");
        }
        label.Append(option.Name);
        if (option.ValueType != typeof(bool) && option.HelpName is { } value) label.Append(' ').Append(value);
        return label.ToString();
    }

    private static void Section(TextWriter writer, string title, List<(string Name, string Meaning)> rows, int width)
    {
        const int NameColumns = 26;
        if (rows.Count == 0) return;
        writer.WriteLine();
        writer.WriteLine(title);
        int indent = 0;
        foreach ((string name, _) in rows) indent = Math.Max(indent, name.Length <= NameColumns ? name.Length : 0);
        indent += 4;
        foreach ((string name, string meaning) in rows)
        {
            writer.Write("  " + name);
            if (name.Length + 4 > indent)
            {
                writer.WriteLine();
                writer.Write(new string(' ', indent));
            }
            else
            {
                writer.Write(new string(' ', indent - name.Length - 2));
            }
            Paragraph(writer, meaning, indent, width);
        }
    }

    /// <summary>Words up to the width; the first line continues where the cursor is, the others are indented.</summary>
    private static void Paragraph(TextWriter writer, string text, int indent, int width)
    {
        int column = indent;
        foreach (string word in text.Split(' '))
        {
            if (column > indent && column + 1 + word.Length > width)
            {
                writer.WriteLine();
                writer.Write(new string(' ', indent));
                column = indent;
            }
            if (column > indent)
            {
                writer.Write(' ');
                column++;
            }
            writer.Write(word);
            column += word.Length;
        }
        writer.WriteLine();
    }
}
