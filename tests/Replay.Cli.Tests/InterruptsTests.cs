using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests;

/// <summary>
/// Ctrl-C on a real process in the midst of its work: its input never ends, so that a run which does not heed the
/// signal never ends either.
/// </summary>
public sealed class InterruptsTests : IDisposable
{
    private const long EnoughBytes = 8 << 20; // Lanes have long begun.

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("irqreplay-interrupt-").FullName;
    private long _fed;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("replay -", "INT", 130)]
    [InlineData("replay - --lanes 2", "INT", 130)]
    [InlineData("replay - --lanes 8 --format json", "INT", 130)]
    [InlineData("verify - --lanes 1", "INT", 130)]
    [InlineData("verify - --lanes 8", "INT", 130)]
    [InlineData("events - --lanes 2", "INT", 130)]
    [InlineData("convert - -o OUT --lanes 1", "INT", 130)]
    [InlineData("convert - -o OUT --lanes 8", "INT", 130)]
    [InlineData("convert a=- -o OUT", "INT", 130)]
    [InlineData("diff - --right linux-6.12 --lanes 1", "INT", 130)]
    [InlineData("diff - --right linux-6.12 --lanes 8", "INT", 130)]
    [InlineData("history - --irq 24 --lanes 8", "INT", 130)]
    [InlineData("convert - -o OUT", "TERM", 143)]
    public async Task An_interrupt_ends_a_busy_command_at_once_and_leaves_no_file(string command,
        string signal, int code)
    {
        if (OperatingSystem.IsWindows() || (signal == "INT" && RealProcess.IgnoresInterrupts)) return;
        using Process process = RealProcess.Start(
            command.Replace("OUT", Path.Combine(_folder, "out.irqt"), StringComparison.Ordinal).Split(' '));
        Task feeding = Task.Run(() => Feed(process.StandardInput.BaseStream));
        Task printing = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        Task<string> notes = process.StandardError.ReadToEndAsync();
        long until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (Volatile.Read(ref _fed) < EnoughBytes && !process.HasExited && Environment.TickCount64 < until)
            await Task.Delay(5);
        await End(signal, process);
        await Task.WhenAll(feeding, printing);
        Assert.True(_fed >= EnoughBytes, "it does not read");
        Assert.Equal(code, process.ExitCode);
        Assert.EndsWith("irqreplay: interrupted: what was printed is not complete, and no file was written\n",
            await notes, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    /// <summary>
    /// Nobody reads its notes any more, and the pipe is full of results: the last words find no place.
    /// </summary>
    [Fact]
    public async Task A_full_pipe_does_not_keep_it()
    {
        if (OperatingSystem.IsWindows() || RealProcess.IgnoresInterrupts) return;
        using Process process = RealProcess.TryStart("/bin/sh", "-c",
            $"exec {string.Join(" ", RealProcess.Command)} events - 2>&1")!;
        Task feeding = Task.Run(() => Feed(process.StandardInput.BaseStream));
        // It prints until its pipe is full, and then it reads no more.
        for (long before = -1; before != Volatile.Read(ref _fed) || before == 0; await Task.Delay(500))
            before = Volatile.Read(ref _fed);
        await End("INT", process);
        Assert.Equal(130, process.ExitCode);
        await feeding;
    }

    private static async Task End(string signal, Process process)
    {
        try
        {
            string id = process.Id.ToString(CultureInfo.InvariantCulture);
            using Process kill = RealProcess.TryStart("/bin/sh", "-c", $"kill -{signal} {id}")!;
            await kill.WaitForExitAsync();
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>ftrace's text without end.</summary>
    private void Feed(Stream input)
    {
        var text = new StringBuilder();
        for (int i = 0; i < 500; i++)
            text.Append(CultureInfo.InvariantCulture, $"          <idle>-0       [00{i % 4}] d.h1.    10.{i:D6}: "
                + $"irq_handler_entry: irq={24 + (i % 8)} name=nvme0q{i % 8}\n");
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        try
        {
            while (true)
            {
                input.Write(bytes);
                Interlocked.Add(ref _fed, bytes.Length);
            }
        }
        catch (IOException)
        {
            // The process is gone.
        }
    }
}
