using System.IO;
using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>One recording by three routes: as it is, as native file, and as text made from the native file.</summary>
internal static class RouteComparison
{
    public static void Run(string path, string folder)
    {
        string native = Path.Combine(folder, "a.irqt"), text = Path.Combine(folder, "a.irqs");
        Convert(path, native);
        Convert(native, text);
        CaptureWalk first = CaptureWalk.Of(path);
        foreach (string route in new[] { native, text })
        {
            CaptureWalk other = CaptureWalk.Of(route);
            Assert.Equal(first.Report.Digest, other.Report.Digest);
            Assert.Equal(first.Report.Events, other.Report.Events);
            Assert.Equal(first.Report.Applied, other.Report.Applied);
            Assert.Equal(first.Report.Interrupts, other.Report.Interrupts);
            Assert.Equal(first.Report.Findings, other.Report.Findings);
            Assert.Equal(first.StatesAsJson(), other.StatesAsJson());
        }
    }

    public static void Convert(string from, string to)
    {
        using var error = new StringWriter();
        using var output = new MemoryStream();
        int code = Program.Run(["convert", from, "-o", to], Host(output, error));
        Assert.True(code == ExitCodes.Clean, $"convert {from}: exit {code}: {error}");
    }

    /// <summary>A process without a terminal, with the product's own formats and machine.</summary>
    public static CliHost Host(Stream output, TextWriter error) => new()
    {
        Out = new OutputStream(output),
        Error = error,
        OpenIn = static () => Stream.Null,
    };
}
