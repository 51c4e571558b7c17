using System;
using System.Collections.Generic;
using System.IO;

namespace Replay.Cli.Tests.Captures;

/// <summary>Where recordings for tests are: small ones in the repository, big ones beside it.</summary>
internal static class Folders
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Traces that are part of the repository.</summary>
    public static string Traces { get; } = Path.Combine(Root, "traces");

    /// <summary>The big captures; null when they are absent.</summary>
    public static string? Captures { get; } = FindCaptures();

    /// <summary>Names of the captures that a trace.dat and ground truth were recorded for, in a fixed order.</summary>
    public static IReadOnlyList<string> CapturesWithTruth { get; } = FindWithTruth(Captures);

    /// <summary>The same among the repository's traces.</summary>
    public static IReadOnlyList<string> SmallCapturesWithTruth { get; } = FindWithTruth(Traces);

    /// <summary>
    /// Files of one extension in a folder of <see cref="Traces"/> and below, relative to it, in a fixed order.
    /// </summary>
    public static List<string> TraceFiles(string pattern)
    {
        List<string> files = [];
        if (!Directory.Exists(Traces)) return files;
        foreach (string path in Directory.EnumerateFiles(Traces, pattern, SearchOption.AllDirectories))
            files.Add(Path.GetRelativePath(Traces, path));
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "IrqReplay.sln"))) at = at.Parent;
        return at?.FullName ?? throw new DirectoryNotFoundException("the repository's root is above the tests");
    }

    private static string? FindCaptures()
    {
        string folder = Path.GetFullPath(Path.Combine(Root, "..", "shared", "captures"));
        return Directory.Exists(folder) ? folder : null;
    }

    private static List<string> FindWithTruth(string? root)
    {
        List<string> names = [];
        if (root is null || !Directory.Exists(root)) return names;
        foreach (string folder in Directory.EnumerateDirectories(root))
        {
            if (File.Exists(Path.Combine(folder, "trace.dat")) && Directory.Exists(Path.Combine(folder, "ground")))
                names.Add(Path.GetFileName(folder));
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
