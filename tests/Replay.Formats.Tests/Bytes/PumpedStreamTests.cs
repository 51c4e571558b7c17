using System;
using System.IO;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using Replay.Formats.Bytes;
using Xunit;

namespace Replay.Formats.Tests.Bytes;

public class PumpedStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void Every_byte_comes_once_and_in_order(int step)
    {
        byte[] content = new byte[step == 1 ? 5000 : 3_000_000];
        new Random(3).NextBytes(content);
        using var pumped = new PumpedStream(new MemoryStream(content), static () => { });
        var read = new MemoryStream();
        var buffer = new byte[step];
        for (int length = pumped.Read(buffer); length > 0; length = pumped.Read(buffer)) read.Write(buffer, 0, length);
        Assert.Equal(content, read.ToArray());
        Assert.Equal(content.Length, pumped.BytesReceived);
    }

    [Fact]
    public async Task A_read_that_would_wait_says_so_first_and_can_be_called_off()
    {
        var pipe = new Pipe();
        int waits = 0;
        using var pumped = new PumpedStream(pipe.Reader.AsStream(), () => Interlocked.Increment(ref waits));
        Task<int> read = Task.Factory.StartNew(() => pumped.Read(new byte[10]), TaskCreationOptions.LongRunning);
        while (Volatile.Read(ref waits) == 0) await Task.Delay(1);
        Assert.False(read.IsCompleted);
        pumped.CallOff();
        await Assert.ThrowsAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Throws<OperationCanceledException>(() => pumped.Read(new byte[10]));
        await pipe.Writer.CompleteAsync();
    }

    /// <summary>Ctrl-C goes to the writer too: its end and the call to end race, and the call must win.</summary>
    [Fact]
    public async Task A_call_to_end_just_after_the_writer_ended_wins()
    {
        int waits = 0;
        using var pumped = new PumpedStream(new MemoryStream([1, 2, 3]), () => Interlocked.Increment(ref waits));
        var buffer = new byte[10];
        Assert.Equal(3, pumped.Read(buffer));
        Task<int> read = Task.Factory.StartNew(() => pumped.Read(buffer), TaskCreationOptions.LongRunning);
        while (Volatile.Read(ref waits) == 0) await Task.Yield();
        pumped.CallOff();
        await Assert.ThrowsAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_failing_pipe_fails_the_reader()
    {
        using var pumped = new PumpedStream(new FailingStream(), static () => { });
        Assert.Throws<IOException>(() => pumped.Read(new byte[10]));
    }

    private sealed class FailingStream : MemoryStream
    {
        public override int Read(Span<byte> buffer) => throw new IOException("gone");
    }
}
