using System;
using System.IO;

namespace Replay.Cli.Top;

/// <summary>Keys pressed at the terminal.</summary>
internal static class Keyboard
{
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
}
