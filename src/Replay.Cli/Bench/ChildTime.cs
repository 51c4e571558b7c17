using System;
using System.Runtime.InteropServices;

namespace Replay.Cli.Bench;

/// <summary>CPU time of processes that this one started and that have ended (getrusage(2), RUSAGE_CHILDREN).</summary>
internal static class ChildTime
{
    private const int Children = -1;

    /// <summary>Seconds of user and system time; null where the system does not tell.</summary>
    public static double? Seconds()
    {
        if (!OperatingSystem.IsLinux() || nint.Size != sizeof(long)) return null;
        return GetUsage(Children, out Usage usage) == 0
            ? usage.UserSeconds + usage.SystemSeconds + ((usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6)
            : null;
    }

    [DllImport("libc", EntryPoint = "getrusage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetUsage(int who, out Usage usage);

    // struct rusage of 64-bit Linux: two timevals, then 14 longs that nobody here asks for.
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    private struct Usage
    {
        [FieldOffset(0)] public long UserSeconds;
        [FieldOffset(8)] public long UserMicroseconds;
        [FieldOffset(16)] public long SystemSeconds;
        [FieldOffset(24)] public long SystemMicroseconds;
    }
}
