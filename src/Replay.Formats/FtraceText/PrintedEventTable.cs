using System;
using System.Collections.Generic;
using System.Text;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;

namespace Replay.Formats.FtraceText;

/// <summary>
/// The names of a recording, with what becomes of their lines. Bounded, however many names a file makes up.
/// </summary>
internal sealed class PrintedEventTable
{
    /// <summary>Names kept apart; lines of further ones are counted together.</summary>
    public const int NamesMax = 8192;

    internal const string NamesExhausted = "more names than a recording can have: lines of further ones are not used";

    /// <summary>Longest name that is kept whole.</summary>
    private const int NameBytesMax = 128;

    /// <summary>Group of an event that only a line for probes speaks of: the text does not tell the real one.</summary>
    private const string ProbeSystem = "probe";

    private readonly MappingTable _mapping;
    private readonly RecordMapper _mapper;
    private readonly ImportReport _report;
    private readonly IReadOnlyList<string> _ignorePatterns;
    private readonly Dictionary<string, PrintedEvent> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PrintedEvent>.AlternateLookup<ReadOnlySpan<char>> _byNameSpan;
    private PrintedEvent? _others;
    private int _formats;

    public PrintedEventTable(
        MappingTable mapping, RecordMapper mapper, ImportReport report, IReadOnlyList<string> ignorePatterns)
    {
        _mapping = mapping;
        _mapper = mapper;
        _report = report;
        _ignorePatterns = ignorePatterns;
        _byNameSpan = _byName.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The entry of a printed name, made when it is new.</summary>
    public PrintedEvent Find(ReadOnlySpan<byte> name)
    {
        if (name.Length > NameBytesMax) name = name[..NameBytesMax];
        Span<char> chars = stackalloc char[NameBytesMax];
        ReadOnlySpan<char> text = chars[..Encoding.UTF8.GetChars(name, chars)];
        return _byNameSpan.TryGetValue(text, out PrintedEvent? source) ? source : Add(text.ToString());
    }

    /// <summary>A shape for a line that none of the source's shapes fits; null when it is of no use.</summary>
    public TextShape? Infer(PrintedEvent source, ReadOnlySpan<byte> text)
    {
        const int MissesMax = 16, ShapesMax = 32;
        if (source.Misses == MissesMax || source.Shapes.Count == ShapesMax) return null;
        PrintPattern? pattern = PrintPattern.Infer(text) ?? PrintPattern.Parse("{}");
        TextShape? shape = TextShape.TryMake(source.System, NameOf(source.Name), pattern, [],
            _mapping, _mapper, _formats++);
        if (shape is null)
        {
            source.Misses++;
            return null;
        }
        Use(source, shape);
        return shape;
    }

    /// <summary>Writes the counts, sorted by name, and returns their sum.</summary>
    public long WriteTo(List<SourceCount> counts)
    {
        counts.Clear();
        long total = 0;
        foreach (PrintedEvent source in _byName.Values)
        {
            if (source.IsIgnored || source.Count == 0) continue;
            counts.Add(new SourceCount(source.Name, source.Count, source.KindName));
            total += source.Count;
        }
        counts.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return total;
    }

    private PrintedEvent Add(string name)
    {
        if (_byName.Count >= NamesMax) return _others ??= AddOthers();
        IReadOnlyList<PrintRow> rows = PrintTable.BuiltIn.Find(name);
        string system = SystemOf(name, rows);
        string bare = rows.Count > 0 ? rows[0].Name : NameOf(name);
        var source = new PrintedEvent
        {
            Name = name,
            System = system,
            IsIgnored = IsIgnored(system, bare),
            IsMapped = system.Length > 0 && _mapping.MayMap(system, bare),
        };
        _byName.Add(name, source);
        if (source.IsIgnored) return source;
        foreach (PrintRow row in rows)
        {
            if (TextShape.TryMake(row.System, row.Name, row.Pattern, row.Constants, _mapping,
                _mapper, _formats++) is { } shape)
                Use(source, shape);
        }
        return source;
    }

    private PrintedEvent AddOthers()
    {
        _report.Add(LossSeverity.DataLoss, NamesExhausted, -1, $"at most {NamesMax}", "one more");
        var others = new PrintedEvent { Name = "(further names)" };
        _byName[others.Name] = others;
        return others;
    }

    private void Use(PrintedEvent source, TextShape shape)
    {
        source.Shapes.Add(shape);
        source.KindName = _mapper.KindName(shape.Plan);
    }

    /// <summary>
    /// Group of a printed name: the one printed with it, that of its known text, or that of the first line of the
    /// mapping which names just this event; empty when nothing speaks of it.
    /// </summary>
    private string SystemOf(string name, IReadOnlyList<PrintRow> rows)
    {
        if (rows.Count > 0) return rows[0].System;
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0) return name[..colon];
        foreach (MappingLine line in _mapping.Lines)
        {
            bool anySystem = line.System.Contains('*', StringComparison.Ordinal);
            if (anySystem ? line.Names(ProbeSystem, name) : line.Name == name)
                return anySystem ? ProbeSystem : line.System;
        }
        return "";
    }

    private bool IsIgnored(string system, string name)
    {
        foreach (string pattern in _ignorePatterns)
        {
            if (NamePattern.IsMatch(pattern, system + ":" + name)) return true;
        }
        return false;
    }

    private static string NameOf(string printed) => printed[(printed.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
