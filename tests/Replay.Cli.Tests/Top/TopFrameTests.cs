using System;
using System.IO;
using System.Text;
using Replay.Cli.Output;
using Replay.Cli.Tests.Captures;
using Replay.Cli.Tests.Fakes;
using Replay.Cli.Top;
using Replay.Core.Events;
using Replay.Core.Live;
using Replay.Core.Reports;
using Replay.Core.State;
using Replay.Formats;
using Xunit;

namespace Replay.Cli.Tests.Top;

/// <summary>Frames of a real recording at fixed events, with a wall clock that the test sets.</summary>
public class TopFrameTests
{
    private static readonly TopSource Source = new("capture.dat", "trace.dat v7", "6.1.192");

    [Fact]
    public void A_terminal_of_80_by_24_has_cpus_interrupts_and_findings()
    {
        string first = "", second = "";
        var frames = new TopFrames();
        Walk([20_000, 30_200], (index, view) =>
        {
            TopFrame frame = frames.Make(Source, view, TopPhase.Running, TimeSpan.FromSeconds(1 + index), null);
            string text = Text(TopText.Render(frame, 80, 23, 1000, "q quits"));
            if (index == 0) first = text;
            else second = text;
        });
        Golden.Check("top-80x24", first + "-- a second later --\n" + second);
        foreach (string line in (first + second).Split('\n')) Assert.True(line.Length <= 80, line);
        Assert.InRange(first.Split('\n').Length, 15, 24);
        Assert.InRange(second.Split('\n').Length, 15, 24);
    }

    [Fact]
    public void A_file_or_pipe_gets_whole_lines_and_the_new_findings()
    {
        string text = "";
        var frames = new TopFrames();
        Walk([30_050, 30_200, long.MaxValue], (index, view) =>
        {
            TopPhase phase = index == 2 ? TopPhase.Ended : TopPhase.Running;
            TopFrame frame = frames.Make(Source, view, phase,
                TimeSpan.FromSeconds(1 + index), index == 2 ? null : 12345);
            text += Text(TopText.Render(frame, int.MaxValue, 0, 5, "")) + "\n";
        });
        Golden.Check("top-plain", text);
    }

    [Fact]
    public void Json_has_one_object_a_frame()
    {
        using var output = new MemoryStream();
        var frames = new TopFrames();
        TopJson.Write(frames.Make(Source, null, TopPhase.Waiting, TimeSpan.Zero, 17), 2, output);
        Walk([30_050, 30_200], (index, view) =>
            TopJson.Write(frames.Make(Source, view, TopPhase.Running, TimeSpan.FromSeconds(1 + index), null),
                2, output));
        Golden.Check("top-json", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(40)]
    public void A_frame_never_has_more_lines_or_columns_than_the_terminal(int height)
    {
        var frames = new TopFrames();
        Walk([30_200], (_, view) =>
        {
            TopFrame frame = frames.Make(Source, view, TopPhase.Running, TimeSpan.FromSeconds(1), null);
            foreach (int width in (int[])[20, 40, 80, 200])
            {
                System.Collections.Generic.List<TopLine> lines = TopText.Render(frame, width, height, 1000, "q quits");
                Assert.InRange(lines.Count, 5, height);
                Assert.All(lines, line => Assert.True(line.Text.Length <= width));
            }
        });
    }

    /// <summary>A snapshot and the report of the machine that it was taken of say the same.</summary>
    [Theory]
    [InlineData("leak-pre")]
    [InlineData("hibernate")]
    public void A_snapshot_is_the_machine_at_that_event(string capture)
    {
        using Recording recording = Open(capture);
        ReplaySession session = MachineSession.Create(recording, new SessionOptions(false));
        var snapshot = new MachineSnapshot();
        int batches = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            session.Apply(batch, recording.Tables);
            if (batches++ % 4 != 0) continue;
            session.TakeSnapshot(snapshot);
            Compare(session.DescribeState("here"), snapshot);
        }
        Assert.True(batches > 8);
    }

    private static void Compare(StateReport state, MachineSnapshot snapshot)
    {
        Assert.Equal(state.Irqs.Count, snapshot.Irqs.Length);
        for (int i = 0; i < state.Irqs.Count; i++)
        {
            IrqRow row = state.Irqs[i];
            LiveIrq irq = snapshot.Irqs[i];
            ulong delivered = 0;
            foreach (long count in row.Delivered) delivered += (ulong)count;
            Assert.Equal((row.Irq, row.Name, row.Device ?? "", row.Entry ?? -1, delivered),
                ((uint)irq.Irq, irq.Name, irq.Device, irq.Entry, irq.Delivered));
            Assert.Equal(row.Cpu, (irq.Flags & IrqFlags.CpuKnown) != 0 ? irq.Cpu : null);
            Assert.Equal(row.Vector, (irq.Flags & IrqFlags.VectorKnown) != 0 && irq.Vector != 0 ? irq.Vector : null);
        }
        for (int i = 0; i < state.Matrix.Cpus.Count; i++)
        {
            MatrixCpuRow row = state.Matrix.Cpus[i];
            LiveCpu cpu = snapshot.Cpus[i];
            Assert.Equal((row.Available, row.Allocated, row.Managed),
                cpu.BooksKnown ? (cpu.Available, cpu.InUse, cpu.Managed) : ((long?)null, null, null));
        }
        int entries = 0;
        foreach (RemapUnit unit in state.Remap)
        {
            foreach (RemapEntry entry in unit.Entries)
            {
                LiveIrte live = snapshot.Remap[entries++];
                Assert.Equal((entry.Index, entry.Lo, entry.Hi), (live.Index, live.Lo, live.Hi));
            }
        }
        Assert.Equal(entries, snapshot.Remap.Length);
    }

    /// <summary>Replays to each position, one after the other, and hands the view of there to the test.</summary>
    private static void Walk(long[] positions, Action<int, TopView> visit)
    {
        using Recording recording = Open("leak-pre");
        ReplaySession session = MachineSession.Create(recording, new SessionOptions(false));
        var view = new TopView();
        int next = 0;
        long events = 0;
        while (next < positions.Length)
        {
            if (!recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) break;
            if (view.FirstTimeNs == 0) view.FirstTimeNs = batch[0].TimeNs;
            while (next < positions.Length && !batch.IsEmpty)
            {
                int records = 0;
                for (; records < batch.Length
                    && (events < positions[next] || batch[records].Kind == EventKind.Extension); records++)
                {
                    if (batch[records].Kind != EventKind.Extension) events++;
                }
                session.Apply(batch[..records], recording.Tables);
                batch = batch[records..];
                if (events < positions[next]) break;
                Visit(next++);
            }
        }
        if (next < positions.Length) Visit(next);

        void Visit(int index)
        {
            session.TakeSnapshot(view.Machine);
            view.Part = 0.25;
            visit(index, view);
        }
    }

    private static Recording Open(string capture) => new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions())
        .Open(Path.Combine(Folders.Traces, capture, "trace.dat"));

    private static string Text(System.Collections.Generic.List<TopLine> lines)
    {
        var text = new StringBuilder();
        foreach (TopLine line in lines) text.Append(line.Text).Append('\n');
        return text.ToString();
    }
}
