using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Top;

/// <summary>
/// The live view of a pipe as a person sees it: a process on a terminal that script(1) makes, with a named pipe as its
/// standard input. Where there is no script(1) these tests say nothing.
/// </summary>
public sealed class KeyboardTests : IDisposable
{
    private const string Start = """
                  <idle>-0       [001] d.h1.    10.000001: irq_handler_entry: irq=24 name=nvme0q1
                  <idle>-0       [001] d.h1.    10.000002: irq_handler_exit: irq=24 ret=handled
                  <idle>-0       [001] d.h1.    10.0000
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("irqreplay-keys-").FullName;
    private readonly StringBuilder _screen = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("q")]
    [InlineData("\x03")]
    public async Task Keys_end_the_view_of_a_pipe_and_the_terminal_is_as_it_was(string key)
    {
        if (key == "\x03" && RealProcess.IgnoresInterrupts) return;
        string pipe = Path.Combine(_folder, "pipe"), command = string.Join(" ", RealProcess.Command);
        using Process? made = RealProcess.TryStart("mkfifo", pipe);
        if (made is null) return;
        await made.WaitForExitAsync();
        using Process? script = RealProcess.TryStart("script", "-qec",
            $"stty rows 20 cols 90; trap : INT; {command} top - < {pipe}; echo code=$?; stty -a",
            Path.Combine(_folder, "typescript"));
        if (script is null) return;
        Task reading = Task.Run(() => ReadScreen(script));
        await using (var writer = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0))
        {
            await writer.WriteAsync(Encoding.UTF8.GetBytes(Start));
            await WaitFor("nvme0q1");
            Assert.Contains("q quits", Screen, StringComparison.Ordinal);
            await script.StandardInput.WriteAsync(key);
            await script.StandardInput.FlushAsync();
            await WaitFor("code=");
        }
        await script.WaitForExitAsync().WaitAsync(Patience);
        await reading;
        string after = Screen[Screen.LastIndexOf("\x1b[?1049l", StringComparison.Ordinal)..];
        Assert.Contains("ftrace text · ended", after, StringComparison.Ordinal);
        Assert.Contains("2 events", after, StringComparison.Ordinal);
        // What was cut by the user is no damage.
        Assert.Contains("code=0", after, StringComparison.Ordinal);
        Assert.Contains(" icanon", after, StringComparison.Ordinal);
        Assert.Contains(" echo ", after, StringComparison.Ordinal);
    }

    private string Screen
    {
        get
        {
            lock (_screen) return _screen.ToString();
        }
    }

    private void ReadScreen(Process script)
    {
        var buffer = new char[4096];
        for (int read = script.StandardOutput.Read(buffer); read > 0; read = script.StandardOutput.Read(buffer))
        {
            lock (_screen) _screen.Append(buffer, 0, read);
        }
    }

    private async Task WaitFor(string text)
    {
        long until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!Screen.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(Environment.TickCount64 < until, $"\"{text}\" did not show; the screen is: {Screen}");
            await Task.Delay(10);
        }
    }
}
