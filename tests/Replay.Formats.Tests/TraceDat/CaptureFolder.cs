using System;
using System.Collections.Generic;
using System.IO;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>The big captures, which stand beside the repository and are not part of it.</summary>
internal static class CaptureFolder
{
    /// <summary>The folder, or null when it is absent.</summary>
    public static string? Root { get; } = Find();

    /// <summary>The captures of trace-cmd in it, relative to <see cref="Root"/>, in a fixed order.</summary>
    public static IReadOnlyList<string> TraceDats { get; } = FindTraceDats();

    private static string? Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "IrqReplay.sln"))) continue;
            string folder = Path.Combine(at.FullName, "..", "shared", "captures");
            return Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
        }
        return null;
    }

    private static List<string> FindTraceDats()
    {
        List<string> files = [];
        if (Root is null) return files;
        foreach (string path in Directory.EnumerateFiles(Root, "*.dat*", SearchOption.AllDirectories))
        {
            if (path.EndsWith(".dat", StringComparison.Ordinal) || path.EndsWith(".dat.zst", StringComparison.Ordinal))
                files.Add(Path.GetRelativePath(Root, path));
        }
        files.Sort(StringComparer.Ordinal);
        return files;
    }
}
