using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// What a machine showed of itself at one snapshot: the files of <c>ground/NAME</c>, read into tables.
/// </summary>
internal sealed class GroundTruth
{
    private readonly string _folder;

    public GroundTruth(string folder) => _folder = folder;

    /// <summary>Names of a capture's snapshots.</summary>
    public static List<string> SnapshotsOf(string captureFolder)
    {
        List<string> names = [];
        foreach (string folder in Directory.EnumerateDirectories(Path.Combine(captureFolder, "ground")))
            names.Add(Path.GetFileName(folder));
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Online CPUs; null when the file is absent.</summary>
    public SortedSet<int>? OnlineCpus() => Lines("cpus-online.txt") is { Length: > 0 } lines ? CpuList(lines[0]) : null;

    /// <summary>Entries of the remapping table that are not zero, by source (AMD, else empty) and index.</summary>
    public SortedDictionary<(string Source, int Index), (ulong Lo, ulong Hi)>? Remap()
    {
        var entries = new SortedDictionary<(string, int), (ulong, ulong)>();
        if (Lines("irte.txt") is { } intel)
        {
            foreach (string line in intel)
            {
                string[] words = Words(line);
                if (line.StartsWith('#') || words.Length != 3) continue;
                entries[("", int.Parse(words[0], CultureInfo.InvariantCulture))] = (Hex64(words[1]), Hex64(words[2]));
            }
            return entries;
        }
        if (Lines("amdvi.txt") is not { } amd) return null;
        string source = "";
        foreach (string line in amd)
        {
            string[] words = Words(line);
            if (line.StartsWith("irt ", StringComparison.Ordinal)) source = FirstDevice(words);
            if (words.Length < 4 || words[0] != "irte128" || source.Length == 0) continue;
            entries[(source, int.Parse(words[1], CultureInfo.InvariantCulture))] = (Hex64(words[2]), Hex64(words[3]));
        }
        return entries;
    }

    /// <summary>Entries of MSI-X tables, by device and entry: address, data, mask bit.</summary>
    public SortedDictionary<(string Device, int Entry), (ulong Address, uint Data, uint Mask)>? Msix()
    {
        if (Lines("msix-tables.txt") is not { } lines) return null;
        var entries = new SortedDictionary<(string, int), (ulong, uint, uint)>();
        foreach (string line in lines)
        {
            string[] words = Words(line);
            if (line.StartsWith('#') || words.Length < 6 || line.Contains("unreadable", StringComparison.Ordinal))
                continue;
            entries[(words[0], int.Parse(words[1], CultureInfo.InvariantCulture))] =
                (Hex64(words[3]) << 32 | Hex64(words[2]), (uint)Hex64(words[4]), (uint)Hex64(words[5]) & 1);
        }
        return entries;
    }

    /// <summary>Interrupts with a handler and a chip of their own: number, effective CPUs, affinity.</summary>
    public List<(uint Irq, SortedSet<int> Effective, SortedSet<int> Affinity)>? Irqs()
    {
        if (Lines("irqs.txt") is not { } lines) return null;
        List<(uint, SortedSet<int>, SortedSet<int>)> irqs = [];
        foreach (string line in lines)
        {
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string word in Words(line))
            {
                int equals = word.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0) fields[word[..equals]] = word[(equals + 1)..];
            }
            if (fields.GetValueOrDefault("actions", "").Length == 0) continue;
            if (fields.GetValueOrDefault("chip", "") is "" or "XT-PIC") continue;
            irqs.Add((uint.Parse(fields["irq"], CultureInfo.InvariantCulture),
                CpuList(fields.GetValueOrDefault("eff", "")),
                CpuList(fields.GetValueOrDefault("aff", ""))));
        }
        return irqs;
    }

    /// <summary>Handler runs of numbered interrupts by CPU, as /proc/interrupts showed them.</summary>
    public SortedDictionary<(uint Irq, int Cpu), long>? Counts()
    {
        if (Lines("interrupts.txt") is not { Length: > 0 } lines) return null;
        string[] head = Words(lines[0]);
        var counts = new SortedDictionary<(uint, int), long>();
        for (int i = 1; i < lines.Length; i++)
        {
            string[] words = Words(lines[i]);
            if (words.Length <= head.Length) continue;
            if (!uint.TryParse(words[0].TrimEnd(':'), NumberStyles.None, CultureInfo.InvariantCulture, out uint irq))
                continue;
            for (int column = 0; column < head.Length; column++)
            {
                int cpu = int.Parse(head[column].AsSpan("CPU".Length), CultureInfo.InvariantCulture);
                counts[(irq, cpu)] = long.Parse(words[column + 1], CultureInfo.InvariantCulture);
            }
        }
        return counts;
    }

    /// <summary><c>0-2,5</c>.</summary>
    public static SortedSet<int> CpuList(string text)
    {
        SortedSet<int> cpus = [];
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-');
            int from = int.Parse(ends[0], CultureInfo.InvariantCulture);
            int to = int.Parse(ends[^1], CultureInfo.InvariantCulture);
            for (int cpu = from; cpu <= to; cpu++) cpus.Add(cpu);
        }
        return cpus;
    }

    private string[]? Lines(string name)
    {
        string path = Path.Combine(_folder, name);
        return File.Exists(path) ? File.ReadAllLines(path) : null;
    }

    // irt … devs=0x00a0,0x00a1: bus in bits 15:8, device in 7:3, function in 2:0.
    private static string FirstDevice(string[] words)
    {
        foreach (string word in words)
        {
            if (!word.StartsWith("devs=", StringComparison.Ordinal)) continue;
            int id = (int)Hex64(word["devs=".Length..].Split(',')[0]);
            return string.Create(CultureInfo.InvariantCulture, $"{id >> 8:x2}:{id >> 3 & 31:x2}.{id & 7}");
        }
        return "";
    }

    private static string[] Words(string line) =>
        line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static ulong Hex64(string digits) => ulong.Parse(
        digits.StartsWith("0x", StringComparison.Ordinal) ? digits.AsSpan(2) : digits, NumberStyles.HexNumber,
        CultureInfo.InvariantCulture);
}
