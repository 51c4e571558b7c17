using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Replay.Cli.Output;

/// <summary>
/// Reports for people. On a terminal they fit its width and have colours; in a file or pipe they have neither,
/// so that a line is never broken and can be searched. Only text results load this: its library costs more
/// to start than all else.
/// </summary>
internal sealed class ReportConsole : IDisposable
{
    /// <summary>Wide enough that nothing wraps.</summary>
    private const int UnlimitedWidth = 4000;

    private const int TerminalWidthMin = 40;

    private readonly Stream _output;
    private readonly StringWriter _text = new(CultureInfo.InvariantCulture);
    private readonly IAnsiConsole _console;

    public ReportConsole(CliHost host)
    {
        _output = host.Out;
        bool colour = host.OutIsTerminal && !host.ForbidsColour;
        int width = host.OutIsTerminal ? Math.Max(TerminalWidthMin, host.TerminalWidth()) : UnlimitedWidth;
        var settings = new AnsiConsoleSettings
        {
            Ansi = colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new Target(_text, host.OutIsTerminal, width),
        };
        // The library would otherwise switch colours on wherever it believes to be inside a build service.
        settings.Enrichment.UseDefaultEnrichers = false;
        _console = AnsiConsole.Create(settings);
        _console.Profile.Width = Width = width;
        _console.Profile.Capabilities.Unicode = true;
    }

    /// <summary>Columns of the terminal; far more than any text where there is none.</summary>
    public int Width { get; }

    public static Style Bold { get; } = new(decoration: Decoration.Bold);

    public static Style Dim { get; } = new(decoration: Decoration.Dim);

    public static Style Bad { get; } = new(Color.Red, decoration: Decoration.Bold);

    public static Style Warn { get; } = new(Color.Yellow);

    public static Style Good { get; } = new(Color.Green);

    /// <summary>A piece of text that came out of a file or may be any text: never read as markup.</summary>
    public static Text Cell(string text, Style? style = null) => new(PlainText.Clean(text), style ?? Style.Plain);

    public static Text Number(string text, Style? style = null) =>
        new Text(text, style ?? Style.Plain).RightJustified();

    /// <summary>
    /// An empty table: a rule below the headings, columns of their natural width, two blanks apart. A heading with
    /// <c>&gt;</c> before it is that of a column of numbers, one with <c>!</c> of a column that never wraps.
    /// </summary>
    public static Table NewTable(params string[] headings)
    {
        Table table = new Table().Border(TableBorder.Simple).Collapse();
        foreach (string heading in headings)
        {
            bool right = heading[0] == '>';
            bool noWrap = right || heading[0] == '!';
            var column = new TableColumn(new Text(noWrap ? heading[1..] : heading, Bold))
            {
                NoWrap = noWrap,
                Padding = new Padding(1, 0, 0, 0),
            };
            table.AddColumn(right ? column.RightAligned() : column);
        }
        return table;
    }

    public void Line(string text = "", Style? style = null) =>
        Write(new Text(PlainText.Clean(text) + "\n", style ?? Style.Plain));

    /// <summary>A line to be copied, such as a command or a file's name: never wrapped, however narrow the terminal.</summary>
    public void Verbatim(string text) => _text.Write(PlainText.Clean(text) + "\n");

    public void Write(IRenderable piece) => _console.Write(piece);

    /// <summary>A heading with what it counts.</summary>
    public void Heading(string text) => Line(text, Bold);

    /// <summary>Text two columns in, its further lines too.</summary>
    public void Indented(string text, Style? style = null)
    {
        var grid = new Grid().AddColumn(new GridColumn().PadLeft(2).PadRight(0));
        grid.AddRow(Cell(text, style));
        Write(grid);
    }

    /// <summary>Columns without rules, two columns in: the first keeps its width, the others wrap.</summary>
    public static Grid NewGrid(int columns)
    {
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2));
        for (int i = 1; i < columns; i++)
            grid.AddColumn(new GridColumn().PadLeft(0).PadRight(i == columns - 1 ? 0 : 2));
        return grid;
    }

    /// <summary>Names and values below each other.</summary>
    public void Facts(IEnumerable<(string Name, string Value)> facts)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2))
            .AddColumn(new GridColumn().PadRight(0));
        foreach ((string name, string value) in facts) grid.AddRow(Cell(name, Dim), Cell(value));
        Write(grid);
    }

    /// <summary>
    /// Sends the report in one piece, without the blanks that tables leave at the ends of lines and without more than
    /// one empty line in a row.
    /// </summary>
    public void Dispose()
    {
        var report = new StringBuilder();
        int emptyLines = 0;
        foreach (ReadOnlySpan<char> line in _text.ToString().AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> trimmed = line.TrimEnd(' ');
            if (trimmed.IsEmpty)
            {
                emptyLines++;
                continue;
            }
            if (emptyLines > 0) report.Append('\n');
            emptyLines = 0;
            report.Append(trimmed).Append('\n');
        }
        _output.Write(Encoding.UTF8.GetBytes(report.ToString()));
        _text.Dispose();
    }

    private sealed class Target(TextWriter writer, bool isTerminal, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer { get; } = writer;

        public bool IsTerminal { get; } = isTerminal;

        public int Width { get; } = width;

        public int Height => 50;

        public void SetEncoding(Encoding encoding)
        {
            // Results are UTF-8 everywhere.
        }
    }
}
