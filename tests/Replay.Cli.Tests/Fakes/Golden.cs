using System;
using System.IO;
using System.Runtime.CompilerServices;
using Xunit;

namespace Replay.Cli.Tests.Fakes;

/// <summary>
/// Compares a report with the reviewed one in <c>tests/Golden</c>; <c>IRQREPLAY_GOLDEN=update</c> rewrites it.
/// </summary>
internal static class Golden
{
    public static void Check(string name, string actual, [CallerFilePath] string caller = "")
    {
        string path = Path.Combine(FindFolder(caller), name + ".txt");
        if (Environment.GetEnvironmentVariable("IRQREPLAY_GOLDEN") == "update") File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{path} is missing; IRQREPLAY_GOLDEN=update writes it");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string FindFolder(string caller)
    {
        for (string? folder = Path.GetDirectoryName(caller); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string golden = Path.Combine(folder, "Golden");
            if (Directory.Exists(golden)) return golden;
        }
        throw new DirectoryNotFoundException("tests/Golden is not above " + caller);
    }
}
