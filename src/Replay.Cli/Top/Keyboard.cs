using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Replay.Cli.Top;

/// <summary>Keys pressed at the terminal, also where standard input is the recording.</summary>
internal static class Keyboard
{
    /// <summary>
    /// The process with keys to be read. As pagers do, it takes the terminal that it belongs to where standard input is
    /// none: the pipe moves to a descriptor of its own, and the terminal becomes standard input, so that the runtime
    /// sets it to single keys and sets it back whatever ends the process. Only before the runtime has looked at
    /// standard input.
    /// </summary>
    public static CliHost Take(CliHost host)
    {
        if (OperatingSystem.IsWindows()) return host;
        if (IsTerminal(Descriptors.In) != 0) return host with { HasKeyboard = true };
        if (!Descriptors.WasGiven(Descriptors.In)) return host;
        try
        {
            using SafeFileHandle terminal = File.OpenHandle("/dev/tty", share: FileShare.ReadWrite);
            int pipe = Duplicate(Descriptors.In);
            if (pipe < 0) return host;
            var input = new SafeFileHandle(pipe, ownsHandle: true);
            if (DuplicateTo(terminal.DangerousGetHandle().ToInt32(), Descriptors.In) >= 0)
            {
                return host with
                {
                    HasKeyboard = true,
                    OpenIn = () => new FileStream(input, FileAccess.Read, bufferSize: 0),
                };
            }
            input.Dispose();
            return host;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            return host; // There is no terminal: a service, a build.
        }
    }

    /// <summary>The next key, or null when none was pressed or standard input is no terminal.</summary>
    public static char? Read()
    {
        try
        {
            return !Console.IsInputRedirected && Console.KeyAvailable ? Console.ReadKey(intercept: true).KeyChar : null;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return null; // The terminal went away.
        }
    }

    [DllImport("libc", EntryPoint = "isatty")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int IsTerminal(int descriptor);

    [DllImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int descriptor);

    [DllImport("libc", EntryPoint = "dup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int DuplicateTo(int descriptor, int target);
}
