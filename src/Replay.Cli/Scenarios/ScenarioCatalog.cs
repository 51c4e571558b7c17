using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;

namespace Replay.Cli.Scenarios;

/// <summary>The scenarios that are built in: every file of traces/scenarios.</summary>
internal static class ScenarioCatalog
{
    private const string ResourcePrefix = "scenarios/";
    private const string Ending = ".irqs";

    /// <summary>Largest file that is read as a scenario.</summary>
    private const int BytesMax = 16 << 20;

    /// <summary>Names in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = FindNames();

    /// <summary>A built-in scenario.</summary>
    public static Scenario Open(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourcePrefix + name + Ending)
            ?? throw new UsageException($"there is no scenario \"{name}\"");
        return Scenario.Read(name, stream);
    }

    /// <summary>
    /// The scenarios that some words name: a name, the start of names (<c>d</c>, <c>c-fatal</c>),
    /// or a file. No words: all.
    /// </summary>
    /// <exception cref="UsageException">A word names none.</exception>
    public static List<Scenario> Select(IReadOnlyList<string> words)
    {
        var chosen = new List<Scenario>();
        if (words.Count == 0)
        {
            foreach (string name in Names) chosen.Add(Open(name));
            return chosen;
        }
        foreach (string word in words) AddNamed(word, chosen);
        return chosen;
    }

    private static void AddNamed(string word, List<Scenario> chosen)
    {
        if (IndexOf(word) >= 0)
        {
            chosen.Add(Open(word));
            return;
        }
        if (File.Exists(word))
        {
            if (new FileInfo(word).Length > BytesMax)
                throw new UsageException($"{word}: larger than a scenario may be ({BytesMax} bytes)");
            using FileStream file = File.OpenRead(word);
            chosen.Add(Scenario.Read(Path.GetFileNameWithoutExtension(word), file));
            return;
        }
        int before = chosen.Count;
        foreach (string name in Names)
        {
            if (name.StartsWith(word, StringComparison.Ordinal)) chosen.Add(Open(name));
        }
        if (chosen.Count > before) return;
        string? near = Nearest.Find(word, Names);
        throw new UsageException($"scenarios {word}: no scenario has that name or starts so, and there is no such file"
            + (near is null
                ? "; type \"irqreplay scenarios\" for all" : $"; did you mean: irqreplay scenarios {near}?"));
    }

    private static int IndexOf(string name)
    {
        for (int i = 0; i < Names.Count; i++)
        {
            if (Names[i] == name) return i;
        }
        return -1;
    }

    private static List<string> FindNames()
    {
        var names = new List<string>();
        foreach (string resource in Assembly.GetExecutingAssembly().GetManifestResourceNames())
        {
            if (resource.StartsWith(ResourcePrefix, StringComparison.Ordinal))
                names.Add(resource[ResourcePrefix.Length..^Ending.Length]);
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
