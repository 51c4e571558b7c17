using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// <c>orphans.txt</c>: per snapshot and online CPU the vectors that are allocated and owned by no interrupt, made from
/// the kernel's debugfs.
/// </summary>
internal static partial class Orphans
{
    /// <summary>The orphans at the last snapshot, at which every CPU is online.</summary>
    public static SortedSet<(int Cpu, int Vector)> AtEnd(string path)
    {
        SortedSet<(int, int)> orphans = [];
        foreach (string line in File.ReadAllLines(path))
        {
            // A line that is not indented starts a snapshot.
            if (line.Length > 0 && line[0] != ' ') orphans.Clear();
            Match match = CpuLine().Match(line);
            if (!match.Success || match.Groups["list"].Value == "-") continue;
            int cpu = int.Parse(match.Groups["cpu"].Value, CultureInfo.InvariantCulture);
            foreach (int vector in GroundTruth.CpuList(match.Groups["list"].Value)) orphans.Add((cpu, vector));
        }
        return orphans;
    }

    [GeneratedRegex(@"^  cpu(?<cpu>\d+) .*orphans=\d+ \[(?<list>[-0-9,]+)\]")]
    private static partial Regex CpuLine();
}
