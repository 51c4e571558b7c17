using System;
using Replay.Cli.Tests.Fakes;
using Replay.Core.Events;
using Xunit;

namespace Replay.Cli.Tests;

/// <summary>Each position is tried with every batch size: where a batch ends must not show.</summary>
public class PositionCursorTests
{
    [Theory]
    [InlineData("end", 6)]
    [InlineData("event:0", 1)]
    [InlineData("event:1", 2)]
    [InlineData("event:2", 3)]
    [InlineData("event:5", 6)]
    [InlineData("time:0", 0)]
    [InlineData("time:1", 0)]
    [InlineData("time:1.000000001", 1)]
    [InlineData("time:2", 4)]
    [InlineData("time:1.999999999", 2)]
    [InlineData("time:100", 6)]
    [InlineData("mark:snap_before", 2)]
    [InlineData("mark:snap_before begin", 2)]
    [InlineData("mark:MARK 7 snap", 2)]
    [InlineData("mark:s", 2)]
    [InlineData("mark:suspend", 5)]
    public void Takes_the_events_before_the_position(string text, long expected)
    {
        for (int batchEvents = 1; batchEvents <= 7; batchEvents++)
        {
            (PositionCursor cursor, int records) = Run(text, batchEvents);
            cursor.RequireReached();
            Assert.Equal(expected, cursor.Events);
            // The marker at event 1 has one extension record.
            Assert.Equal(expected >= 2 ? expected + 1 : expected, records);
        }
    }

    [Fact]
    public void Reading_stops_at_the_position()
    {
        var cursor = new PositionCursor(Position.Parse("event:1"));
        FakeRecording recording = FakeRecording.Small();
        recording.BatchEvents = 2;
        while (!cursor.Reached && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) cursor.Take(batch);
        Assert.Equal(1, recording.BatchesRead);
    }

    [Fact]
    public void An_event_past_the_end_names_the_last_one()
    {
        (PositionCursor cursor, _) = Run("event:6", 3);
        var e = Assert.Throws<UsageException>(cursor.RequireReached);
        Assert.Equal(
            "--at event:6: the last event of the recording is number 5; type --at event:5 or --at end", e.Message);
    }

    [Theory]
    [InlineData("mark:snap_befor3", "--at \"mark:snap_before begin\"\n  --at \"mark:suspend\"")]
    [InlineData("mark:uspend", "--at \"mark:suspend\"\n  --at \"mark:snap_before begin\"")]
    [InlineData("mark:SUSPEND", "--at \"mark:suspend\"\n  --at \"mark:snap_before begin\"")]
    [InlineData("mark:MARK snap", "--at \"mark:")]
    public void An_unknown_marker_lists_the_nearest_first(string text, string says)
    {
        (PositionCursor cursor, _) = Run(text, 3);
        Assert.Contains(says, Assert.Throws<UsageException>(cursor.RequireReached).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_without_markers_says_so()
    {
        var cursor = new PositionCursor(Position.Parse("mark:x"));
        Assert.Contains("has no markers", Assert.Throws<UsageException>(cursor.RequireReached).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_without_text_behind_it_is_no_prefix()
    {
        var recording = new FakeRecording();
        recording.AddMark("MARK 7", 1).AddMark("MARK x7 tail", 2).AddMark("MARK 12 7 real", 3);
        var cursor = new PositionCursor(Position.Parse("mark:7"));
        while (!cursor.Reached && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) cursor.Take(batch);
        Assert.Equal(3, cursor.Events);
    }

    private static (PositionCursor Cursor, int Records) Run(string text, int batchEvents)
    {
        var cursor = new PositionCursor(Position.Parse(text));
        FakeRecording recording = FakeRecording.Small();
        recording.BatchEvents = batchEvents;
        int records = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) records += cursor.Take(batch);
        return (cursor, records);
    }
}
