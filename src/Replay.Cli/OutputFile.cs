using System;
using System.IO;

namespace Replay.Cli;

/// <summary>
/// A file that appears whole or not at all: it is written under another name in the same folder and renamed at the end.
/// Stopping the program (Ctrl-C, termination) takes the unfinished file away.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly Interrupts _interrupts;
    private bool _done;

    /// <exception cref="UsageException">The folder does not exist, or the name is that of a folder.</exception>
    /// <param name="path">Where it will appear.</param>
    /// <param name="option">How the command line named it.</param>
    public OutputFile(string path, string option = "-o")
    {
        Target = path;
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full) ?? "";
        if (!Directory.Exists(folder)) throw new UsageException($"{option} {path}: there is no folder {folder}");
        if (Directory.Exists(full)) throw new UsageException($"{option} {path}: this is a folder; name a file in it");
        TemporaryPath = Path.Combine(folder, $".{Path.GetFileName(full)}.{Environment.ProcessId}.tmp");
        _interrupts = new Interrupts(Delete, goesOn: false);
    }

    /// <summary>Where the file will appear.</summary>
    public string Target { get; }

    /// <summary>Where it is written.</summary>
    public string TemporaryPath { get; }

    /// <summary>True when both paths lead to the same file, symbolic links followed.</summary>
    public static bool IsSameFile(string left, string right) =>
        string.Equals(Resolve(left), Resolve(right), StringComparison.Ordinal);

    /// <summary>Makes the finished file appear. Its writer must be closed.</summary>
    public void Commit()
    {
        File.Move(TemporaryPath, Target, overwrite: true);
        _done = true;
    }

    public void Dispose()
    {
        _interrupts.Dispose();
        if (!_done) Delete();
    }

    private void Delete()
    {
        try
        {
            File.Delete(TemporaryPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whatever made the writing fail is reported; that a leftover could not be removed adds nothing to act on.
        }
    }

    private static string Resolve(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        catch (IOException)
        {
            return full;
        }
    }
}
