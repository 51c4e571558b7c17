using System;
using System.Collections.Generic;
using System.IO;

namespace Replay.Formats.FtraceText;

/// <summary>One line of <c>texts.map</c>.</summary>
/// <param name="System">Group of the recorded event.</param>
/// <param name="Name">Name of the recorded event, which the mapping knows.</param>
/// <param name="Pattern">How its text looks.</param>
/// <param name="Constants">Fields that the text says by its words alone.</param>
internal sealed record PrintRow(string System, string Name, PrintPattern Pattern,
    (string Field, ulong Value)[] Constants);

/// <summary>The texts that the kernel prints, by the name that it prints before them. Immutable.</summary>
internal sealed class PrintTable
{
    private static readonly Lazy<PrintTable> BuiltInTable = new(ReadBuiltIn);

    private readonly Dictionary<string, List<PrintRow>> _byPrinted = new(StringComparer.Ordinal);

    /// <summary>The texts that come with the program.</summary>
    public static PrintTable BuiltIn => BuiltInTable.Value;

    /// <summary>
    /// Rows of a printed name, alone or behind its group and a colon, in the order in which they are tried.
    /// </summary>
    public IReadOnlyList<PrintRow> Find(string printed)
    {
        if (_byPrinted.TryGetValue(printed, out List<PrintRow>? rows)) return rows;
        int colon = printed.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !_byPrinted.TryGetValue(printed[(colon + 1)..], out rows)) return [];
        return rows.FindAll(row => row.System == printed[..colon]);
    }

    /// <summary>Reads the lines of a table; each is checked by a test, so a wrong one is our bug.</summary>
    /// <exception cref="FormatException">A line cannot be read; the message has its number.</exception>
    public static PrintTable Parse(string text)
    {
        var table = new PrintTable();
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = raw.Trim();
            if (line.IsEmpty || line[0] == '#') continue;
            try
            {
                table.Add(line.ToString());
            }
            catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
            {
                throw new FormatException($"texts.map:{number}: {e.Message}", e);
            }
        }
        return table;
    }

    // system:name [as PRINTED] "text" field=1 field=2 # comment
    private void Add(string line)
    {
        int open = line.IndexOf('"', StringComparison.Ordinal), close = line.LastIndexOf('"');
        if (open < 0 || close <= open) throw new FormatException("a text in double quotes is missing");
        string[] head = line[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool renamed = head.Length == 3 && head[1] == "as";
        int colon = head.Length == 1 || renamed ? head[0].IndexOf(':', StringComparison.Ordinal) : -1;
        if (colon < 0) throw new FormatException("expected system:name [as PRINTED] before the text");
        List<(string, ulong)> constants = [];
        foreach (string word in line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word[0] == '#') break;
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            constants.Add((word[..equals], PrintPattern.ParseNumber(word[(equals + 1)..])));
        }
        string name = head[0][(colon + 1)..], printed = renamed ? head[2] : name;
        var row = new PrintRow(head[0][..colon], name, PrintPattern.Parse(line[(open + 1)..close]), [.. constants]);
        if (!_byPrinted.TryGetValue(printed, out List<PrintRow>? rows)) _byPrinted.Add(printed, rows = []);
        rows.Add(row);
    }

    private static PrintTable ReadBuiltIn()
    {
        using Stream stream = typeof(PrintTable).Assembly.GetManifestResourceStream("texts.map")
            ?? throw new InvalidOperationException("The resource texts.map is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }
}
