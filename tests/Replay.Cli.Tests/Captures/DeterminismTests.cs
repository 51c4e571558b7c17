using System.IO;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>Same recording, same machine: whatever the size of batches, the route, and who looks on.</summary>
public sealed class DeterminismTests
{
    public static TheoryData<string> Traces()
    {
        var data = new TheoryData<string>();
        foreach (string name in Folders.TraceFiles("*.irqs")) data.Add(name);
        foreach (string name in Folders.TraceFiles("*.dat")) data.Add(name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void Batch_size_does_not_show(string trace) => Compare(Path.Combine(Folders.Traces, trace));

    [Theory]
    [MemberData(nameof(Traces))]
    public void Route_does_not_show(string trace)
    {
        string folder = Directory.CreateTempSubdirectory("irqreplay-route-").FullName;
        try
        {
            RouteComparison.Run(Path.Combine(Folders.Traces, trace), folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [CaptureTheory]
    [MemberData(nameof(GroundTruthTests.Captures), MemberType = typeof(GroundTruthTests))]
    public void Batch_size_does_not_show_in_a_capture(string? capture) =>
        Compare(Path.Combine(Folders.Captures!, capture!, "trace.dat"));

    /// <summary>A recount that fails throws; that is an error of the machine, never of a recording.</summary>
    [CaptureTheory]
    [MemberData(nameof(GroundTruthTests.Captures), MemberType = typeof(GroundTruthTests))]
    public void The_machines_books_add_up_after_every_event_of_a_capture(string? capture)
    {
        TraceReplay trace = TraceReplay.Read(Path.Combine(Folders.Captures!, capture!, "trace.dat"));
        Assert.Equal(trace.Replay<NoProbe>(4096).Report.Digest, trace.Replay<ParanoidProbe>(4096).Report.Digest);
    }

    private static void Compare(string path)
    {
        TraceReplay trace = TraceReplay.Read(path);
        ReplayReport whole = trace.Replay<ParanoidProbe>(4096).Report;
        Assert.True(whole.Events > 0);
        foreach (int size in new[] { 1, 2, 7, int.MaxValue / 2 })
        {
            ReplayReport pieces = trace.Replay<NoProbe>(size).Report;
            Assert.Equal(whole.Digest, pieces.Digest);
            Assert.Equal(whole.Findings, pieces.Findings);
            Assert.Equal((whole.Events, whole.Applied, whole.Interrupts),
                (pieces.Events, pieces.Applied, pieces.Interrupts));
        }
    }
}
