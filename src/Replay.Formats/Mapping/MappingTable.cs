using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Formats.Bytes;

namespace Replay.Formats.Mapping;

/// <summary>
/// Which recorded events become which canonical events: the lines of <c>events.map</c>, and before them those of a
/// user's own file. Immutable; docs/MAPPING.md has the grammar.
/// </summary>
public sealed class MappingTable
{
    private static readonly Lazy<MappingTable> BuiltInTable = new(ReadBuiltIn);

    private readonly MappingLine[] _lines;
    private readonly Dictionary<string, List<int>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>>.AlternateLookup<ReadOnlySpan<char>> _byNameSpan;
    private readonly List<int> _patterns = [];

    private MappingTable(MappingLine[] lines, uint crc)
    {
        _lines = lines;
        Crc = crc;
        _byNameSpan = _byName.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].HasNamePattern)
            {
                _patterns.Add(i);
                continue;
            }
            if (!_byName.TryGetValue(lines[i].Name, out List<int>? indexes)) _byName.Add(lines[i].Name, indexes = []);
            indexes.Add(i);
        }
    }

    /// <summary>The mapping that comes with the program.</summary>
    public static MappingTable BuiltIn => BuiltInTable.Value;

    /// <summary>
    /// Checksum of all texts and names that the lines come from: what one mapping is told from another by.
    /// </summary>
    internal uint Crc { get; }

    /// <summary>All lines in the order in which they are tried.</summary>
    internal IReadOnlyList<MappingLine> Lines => _lines;

    /// <summary>
    /// Reads a mapping. Its lines come before those of <paramref name="baseTable"/>, so they win.
    /// </summary>
    /// <param name="text">The lines.</param>
    /// <param name="fileName">Name for messages.</param>
    /// <param name="baseTable">Lines tried after these; null for none.</param>
    /// <exception cref="BadInputException">A line cannot be read: file and line, expected, found.</exception>
    public static MappingTable Parse(string text, string fileName, MappingTable? baseTable = null)
    {
        List<MappingLine> lines = MappingParser.Parse(text, fileName);
        if (baseTable is not null) lines.AddRange(baseTable._lines);
        uint crc = Crc32C.Append(baseTable?.Crc ?? 0, Encoding.UTF8.GetBytes(fileName + "\0" + text));
        return new MappingTable([.. lines], crc);
    }

    /// <summary>
    /// False when no line speaks of this event, whatever its fields: a reader need not even parse its format.
    /// </summary>
    public bool MayMap(ReadOnlySpan<char> system, ReadOnlySpan<char> name)
    {
        int at = 0;
        return Next(system, name, ref at) is not null;
    }

    /// <summary>
    /// The first line at or after <paramref name="at"/> that speaks of the event, or null; <paramref name="at"/> then
    /// points behind it.
    /// </summary>
    internal MappingLine? Next(ReadOnlySpan<char> system, ReadOnlySpan<char> name, ref int at)
    {
        int best = int.MaxValue;
        if (_byNameSpan.TryGetValue(name, out List<int>? exact)) best = First(exact, system, name, at);
        best = Math.Min(best, First(_patterns, system, name, at));
        if (best == int.MaxValue) return null;
        at = best + 1;
        return _lines[best];
    }

    private int First(List<int> indexes, ReadOnlySpan<char> system, ReadOnlySpan<char> name, int at)
    {
        foreach (int index in indexes)
        {
            if (index >= at && _lines[index].Names(system, name)) return index;
        }
        return int.MaxValue;
    }

    private static MappingTable ReadBuiltIn()
    {
        using Stream stream = typeof(MappingTable).Assembly.GetManifestResourceStream("events.map")
            ?? throw new InvalidOperationException("The resource events.map is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd(), "events.map");
    }
}
