using System;
using System.Diagnostics;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests;

/// <summary>
/// Started with a standard descriptor closed, the program once read for ever from a pipe of its own runtime,
/// or died while it wrote a message.
/// </summary>
public sealed class DescriptorsTests
{
    [Theory]
    [InlineData("pos:\t0\nflags:\t02000000\nmnt_id:\t16\n", true)]
    [InlineData("pos:\t0\nflags:\t02100002\n", true)]
    [InlineData("pos:\t0\nflags:\t0100002\nmnt_id:\t26\n", false)]
    [InlineData("pos:\t0\n", false)]
    public void Flags_are_read_as_octal(string fdInfo, bool isCloseOnExec) =>
        Assert.Equal(isCloseOnExec, Descriptors.IsCloseOnExec(fdInfo));

    [Theory]
    [InlineData("info - <&-", 2, "standard input, and it is closed")]
    [InlineData("explain IRQ007 >&-", 2, "standard output is closed")]
    [InlineData("info /nowhere 2>&-", 3, "")]
    public void A_closed_descriptor_is_said_or_borne_and_never_hangs(string command, int code, string message)
    {
        if (!OperatingSystem.IsLinux()) return;
        string program = string.Join(" ", RealProcess.Command);
        using Process process = RealProcess.TryStart("/bin/sh", "-c", $"exec {program} {command}")!;
        string error = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(60_000), "it hangs");
        Assert.Equal(code, process.ExitCode);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }
}
