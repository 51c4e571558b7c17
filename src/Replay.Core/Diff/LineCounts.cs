using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Reports;
using Replay.Core.Systems;

namespace Replay.Core.Diff;

/// <summary>How often each side would show one sort of line: a packet, a hypercall, a message of the log.</summary>
/// <param name="Source">Where it would be seen.</param>
/// <param name="Sort">The line without its numbers and names.</param>
/// <param name="Left">Lines on the left.</param>
/// <param name="Right">Lines on the right.</param>
public sealed record LineCount(string Source, string Sort, long Left, long Right)
{
    /// <summary>Sorts of lines whose numbers differ.</summary>
    internal static List<LineCount> Compare(ReplayReport left, ReplayReport right)
    {
        var counts = new SortedDictionary<(string Source, string Sort), (long Left, long Right)>();
        foreach (TraceLine line in LinesOf(left)) Count(counts, line, 1, 0);
        foreach (TraceLine line in LinesOf(right)) Count(counts, line, 0, 1);
        var rows = new List<LineCount>();
        foreach (((string source, string sort), (long a, long b)) in counts)
        {
            if (a != b) rows.Add(new LineCount(source, sort, a, b));
        }
        return rows;
    }

    private static void Count(SortedDictionary<(string Source, string Sort), (long Left, long Right)> counts,
        TraceLine line, long left, long right)
    {
        (string, string) key = (line.Source, SortOf(line.Text));
        (long Left, long Right) sum = counts.GetValueOrDefault(key);
        counts[key] = (sum.Left + left, sum.Right + right);
    }

    private static IEnumerable<TraceLine> LinesOf(ReplayReport report)
    {
        foreach (NamedSystem named in report.Systems)
        {
            foreach (TraceLine line in named.System.Report.Lines)
            {
                if (line.Source != TraceLine.Note) yield return line;
            }
        }
    }

    /// <summary>The words without digits: <c>hv_pci hv_irq_unmask() failed</c>, <c>CREATE_INTERRUPT</c>.</summary>
    private static string SortOf(string text)
    {
        var sort = new StringBuilder();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.AsSpan().ContainsAnyInRange('0', '9')) continue;
            if (sort.Length > 0) sort.Append(' ');
            sort.Append(word);
        }
        return sort.ToString().TrimEnd(':', ',', '.');
    }
}
