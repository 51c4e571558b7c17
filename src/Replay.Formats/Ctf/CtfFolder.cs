using System;
using System.Collections.Generic;
using System.IO;

namespace Replay.Formats.Ctf;

/// <summary>Finds traces: folders that have a file <c>metadata</c>.</summary>
internal static class CtfFolder
{
    private const string MetadataName = "metadata";
    private const int DepthMax = 8;

    /// <summary>Most folders looked into below the one that was named.</summary>
    private const int FoldersMax = 4096;

    /// <summary>Most traces that a message lists.</summary>
    private const int ListedMax = 8;

    /// <summary>Above this many files none is kept open.</summary>
    private const int OpenMax = 256;

    public static string MetadataOf(string folder) => Path.Combine(folder, MetadataName);

    /// <summary>The one trace that a folder is or has inside; null when there is none.</summary>
    /// <exception cref="BadInputException">It has several, or cannot be read.</exception>
    public static string? Find(string folder)
    {
        try
        {
            if (File.Exists(MetadataOf(folder))) return folder;
            List<string> found = [];
            int folders = 0;
            Search(folder, 0, ref folders, found);
            if (found.Count < 2) return found.Count == 0 ? null : found[0];
            string list = string.Join(", ", found[..Math.Min(found.Count, ListedMax)]);
            throw new BadInputException($"{folder}: expected one trace (a folder with metadata), found "
                + $"{found.Count}; name one of them: {list}{(found.Count > ListedMax ? ", …" : "")}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{folder}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>All files of streams that are not empty, by name.</summary>
    /// <exception cref="BadInputException">There are too many, or the folder cannot be read.</exception>
    public static List<CtfFile> Files(string folder)
    {
        try
        {
            List<FileInfo> files = [];
            foreach (string path in Directory.EnumerateFiles(folder))
            {
                string name = Path.GetFileName(path);
                var file = new FileInfo(path);
                // A link is what it leads to. A pipe or a device has no length, and would make us wait.
                file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
                if (name == MetadataName || name[0] == '.' || !file.Exists || file.Length == 0) continue;
                if (files.Count == CtfSpec.FilesMax)
                    throw new BadInputException($"{folder}: expected at most {CtfSpec.FilesMax} files, found more");
                files.Add(file.FullName == path ? file : new FileInfo(path));
            }
            files.Sort(static (a, b) => CompareNames(a.Name, b.Name));
            return files.ConvertAll(file => new CtfFile(file.FullName, LengthOf(file), files.Count <= OpenMax));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{folder}: cannot be read: {e.Message}", e);
        }
    }

    private static long LengthOf(FileInfo file) =>
        (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length;

    private static void Search(string folder, int depth, ref int folders, List<string> found)
    {
        string[] inside = Directory.GetDirectories(folder);
        Array.Sort(inside, StringComparer.Ordinal);
        foreach (string path in inside)
        {
            if (++folders > FoldersMax)
            {
                throw new BadInputException($"{folder}: expected a trace in at most {FoldersMax} folders, "
                    + "found more; name the folder that has the file metadata");
            }
            // A link could lead back up.
            if ((File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0) continue;
            if (File.Exists(MetadataOf(path))) found.Add(path);
            else if (depth < DepthMax) Search(path, depth + 1, ref folders, found);
        }
    }

    /// <summary>Numbers in names by value: <c>chan_2</c> before <c>chan_10</c>.</summary>
    private static int CompareNames(string left, string right)
    {
        int i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            int a = DigitsAt(left, i), b = DigitsAt(right, j);
            if (a == 0 || b == 0)
            {
                if (left[i] != right[j]) return left[i].CompareTo(right[j]);
                i++;
                j++;
                continue;
            }
            ReadOnlySpan<char> one = left.AsSpan(i, a).TrimStart('0'), other = right.AsSpan(j, b).TrimStart('0');
            int order = one.Length != other.Length ? one.Length.CompareTo(other.Length)
                : one.CompareTo(other, StringComparison.Ordinal);
            if (order != 0) return order;
            i += a;
            j += b;
        }
        int rest = (left.Length - i).CompareTo(right.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(left, right);
    }

    private static int DigitsAt(string text, int at)
    {
        int length = 0;
        while (at + length < text.Length && char.IsAsciiDigit(text[at + length])) length++;
        return length;
    }
}
