using System;
using System.Globalization;
using System.IO;

namespace Replay.Cli;

/// <summary>Which of the standard descriptors the process was given.</summary>
internal static class Descriptors
{
    public const int In = 0;

    public const int Out = 1;

    public const int Error = 2;

    // O_CLOEXEC of Linux on x86 and ARM, as /proc prints it: octal.
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// True when the process was started with this descriptor open. One that was closed is taken by whatever
    /// the runtime opens first, a pipe of its own for instance, from which nothing ever comes. But what a process was
    /// given has come through exec, so it is not marked to be closed there; the runtime marks all that it opens.
    /// </summary>
    public static bool WasGiven(int descriptor)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc/self/fdinfo")) return true;
        try
        {
            return !IsCloseOnExec(File.ReadAllText(string.Create(CultureInfo.InvariantCulture,
                $"/proc/self/fdinfo/{descriptor}")));
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Reads the line <c>flags: 02100002</c> of proc(5), fdinfo.</summary>
    internal static bool IsCloseOnExec(string fdInfo)
    {
        const string Label = "flags:";
        foreach (string line in fdInfo.Split('\n'))
        {
            if (!line.StartsWith(Label, StringComparison.Ordinal)) continue;
            int flags = 0;
            foreach (char digit in line.AsSpan(Label.Length).Trim()) flags = (flags << 3) | (digit - '0');
            return (flags & CloseOnExec) != 0;
        }
        return false;
    }
}

/// <summary>Standard output that the process was not given.</summary>
internal sealed class ClosedOutput : MemoryStream
{
    public override void Write(byte[] buffer, int offset, int count) => throw Closed();

    public override void Write(ReadOnlySpan<byte> buffer) => throw Closed();

    private static IOException Closed() => new("standard output is closed");
}
