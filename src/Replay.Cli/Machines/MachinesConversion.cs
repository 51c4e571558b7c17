using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.Machines;

namespace Replay.Cli.Machines;

/// <summary>One machine as <c>convert</c> wrote it.</summary>
/// <param name="Source">Where it came from, and its name.</param>
/// <param name="Recording">What was read, closed.</param>
/// <param name="Events">Events written.</param>
internal sealed record ConvertedMachine(MachineSource Source, Recording Recording, long Events);

/// <summary>Writes recordings to a file of any format: one as it is, several as machines with names.</summary>
internal static class MachinesConversion
{
    /// <summary>All of them, one after the other.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static List<ConvertedMachine> Write(IReadOnlyList<MachineSource> sources, int lanes,
        Exporter exporter, string path, CliHost host)
    {
        if (exporter.CreateMachines is not { } create)
            throw new UsageException($"the format {exporter.Name} holds one machine only");
        var names = new string[sources.Count];
        for (int i = 0; i < names.Length; i++) names[i] = sources[i].Name;
        var written = new List<ConvertedMachine>(sources.Count);
        MachinesSink file = Guard(() => create(path, names));
        try
        {
            foreach (MachineSource source in sources)
            {
                using Recording recording = source.Open(lanes);
                written.Add(new ConvertedMachine(source, recording,
                    Copy(recording, () => file.Begin(recording.Info), host)));
            }
            Guard(() =>
            {
                file.Complete();
                return true;
            });
            return written;
        }
        finally
        {
            Close(file);
        }
    }

    /// <summary>One recording; gives the number of its events.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static long Copy(Recording recording, Func<EventSink> create, CliHost host)
    {
        using var progress = new ProgressLine(recording, host);
        EventSink sink = Guard(create);
        try
        {
            long events = 0;
            while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            {
                Write(sink, batch, recording.Tables);
                events += EventCounter.Count(batch);
                progress.Report(events);
            }
            Guard(() =>
            {
                sink.Complete(recording.Info, recording.Tables, recording.Report);
                sink.Flush();
                return true;
            });
            return events;
        }
        finally
        {
            Close(sink);
        }
    }

    /// <summary>What a failed write left in the buffers is tried once more here, and fails once more.</summary>
    private static void Close(IDisposable output) => Guard(() =>
    {
        output.Dispose();
        return true;
    });

    /// <summary>Makes a failure of the output one of the output.</summary>
    public static T Guard<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException(e.Message, e);
        }
    }

    private static void Write(EventSink sink, ReadOnlySpan<IrqEvent> batch, EventTables tables)
    {
        try
        {
            sink.Write(batch, tables);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException(e.Message, e);
        }
    }
}
