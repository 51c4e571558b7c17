using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Replay.Cli;

/// <summary>The process's standard output, such that a reader that went away is noticed.</summary>
internal static class StandardOutput
{
    private const int WidthDefault = 80;
    private const int HeightDefault = 24;

    /// <summary>
    /// Opens standard output. The runtime's own console stream swallows EPIPE, so that <c>events | head</c> would go on
    /// through a huge file; a plain file stream reports it. But a file stream on a regular file keeps an offset of its
    /// own and would overwrite what others write to the same redirection, so a file gets the console stream.
    /// </summary>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected) return Console.OpenStandardOutput();
        try
        {
            // The handle is the process's own and stays open when the stream is closed.
            var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return stream.CanSeek ? Console.OpenStandardOutput() : stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Console.OpenStandardOutput();
        }
    }

    /// <summary>Columns of the terminal; 80 where nothing tells.</summary>
    public static int Width()
    {
        try
        {
            int width = Console.WindowWidth;
            return width > 0 ? width : WidthDefault;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return WidthDefault;
        }
    }

    /// <summary>Lines of the terminal; 24 where nothing tells.</summary>
    public static int Height()
    {
        try
        {
            int height = Console.WindowHeight;
            return height > 0 ? height : HeightDefault;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return HeightDefault;
        }
    }
}
