using System;
using System.Globalization;
using System.IO;

namespace Replay.Bench;

/// <summary><c>make OUT.irqt EVENTS</c>: the mixed workload as a native file of any length.</summary>
internal static class MakeCommand
{
    public static int Run(ReadOnlySpan<string> args)
    {
        if (args.Length != 2
            || !long.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out long events))
            throw new ArgumentException("usage: make OUT.irqt EVENTS");
        string path = Workloads.WriteNative(args[0], events);
        Console.Error.WriteLine($"{path}: {new FileInfo(path).Length} bytes");
        return 0;
    }
}
