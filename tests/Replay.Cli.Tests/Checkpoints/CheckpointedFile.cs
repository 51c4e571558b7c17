using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Replay.Cli.Checkpoints;
using Replay.Cli.Tests.Captures;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.Native;
using Xunit;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>
/// A recording in a folder of its own, native of many small blocks if it is not a copy, and command lines on it.
/// </summary>
internal sealed class CheckpointedFile : IDisposable
{
    private const int RecordsPerBlock = 256;

    public CheckpointedFile(string trace = "leak-pre/trace.dat", int records = int.MaxValue)
    {
        Folder = Directory.CreateTempSubdirectory("irqreplay-checkpoints-").FullName;
        Path = System.IO.Path.Combine(Folder, "a.irqt");
        Write(trace, records);
    }

    private CheckpointedFile(string path, string name)
    {
        Folder = Directory.CreateTempSubdirectory("irqreplay-checkpoints-").FullName;
        Path = System.IO.Path.Combine(Folder, name);
        File.Copy(path, Path);
        new FileInfo(Path).IsReadOnly = false;
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(Path);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) Note(batch);
    }

    /// <summary>A copy of a trace.</summary>
    public static CheckpointedFile CopyOf(string path, string name = "a.dat") =>
        new(System.IO.Path.Combine(Folders.Traces, path), name);

    public string Folder { get; }

    public string Path { get; }

    /// <summary>Where checkpoints of its machine are kept.</summary>
    public string Checkpoints => CheckpointsOf("replay");

    /// <summary>Where a command keeps its checkpoints.</summary>
    public string CheckpointsOf(string command) => Path + (command == "verify" ? ".irqv" : ".irqc");

    /// <summary>A checkpoint after each batch; recordings of so many events are long.</summary>
    public CheckpointPace Pace { get; set; } = new(1, 0, long.MaxValue);

    /// <summary>Records of the recording, extensions left out.</summary>
    public List<IrqEvent> Events { get; } = [];

    /// <summary>Texts of its markers.</summary>
    public List<string> Marks { get; } = [];

    /// <summary>
    /// Makes the recording anew, from the first records of a trace, one of them perhaps edited, again and again until
    /// it has <paramref name="least"/> events.
    /// </summary>
    public void Write(string trace, int records, int edited = -1, int least = 0)
    {
        Events.Clear();
        Marks.Clear();
        using Recording first = Open(trace);
        using var writer = NativeWriter.Create(Path, first.Info,
            new NativeWriterOptions { RecordsPerBlock = RecordsPerBlock });
        Write(first, first.Tables, writer, records, edited);
        while (Events.Count < least)
        {
            using Recording again = Open(trace);
            Write(again, first.Tables, writer, least, edited);
        }
        writer.Complete(first.Info, first.Tables, first.Report);
    }

    private static Recording Open(string trace) =>
        new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(
            System.IO.Path.Combine(Folders.Traces, trace));

    private void Write(Recording recording, EventTables tables, NativeWriter writer, int records, int edited)
    {
        while (Events.Count < records && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            int end = Math.Min(batch.Length, records - Events.Count);
            while (end < batch.Length && batch[end].Kind == EventKind.Extension) end++;
            IrqEvent[] written = batch[..end].ToArray();
            if (edited >= Events.Count && edited < Events.Count + end) written[edited - Events.Count].B ^= 1UL << 40;
            writer.Write(written, tables);
            Note(batch[..end]);
        }
    }

    private void Note(ReadOnlySpan<IrqEvent> batch)
    {
        Span<byte> utf8 = stackalloc byte[EventText.LengthMax];
        for (int i = 0; i < batch.Length; i++)
        {
            if (batch[i].Kind == EventKind.Mark)
                Marks.Add(Encoding.UTF8.GetString(utf8[..EventText.Read(batch[i..], utf8)]));
            if (batch[i].Kind != EventKind.Extension) Events.Add(batch[i]);
        }
    }

    /// <summary>Each run to a place behind the last checkpoint adds what it saw, and none answers otherwise.</summary>
    public void CheckGrowth()
    {
        long size = 0;
        foreach (int part in new[] { 4, 2, 3, 1 })
        {
            string at = "event:" + ((Events.Count / part) - 1).ToString(CultureInfo.InvariantCulture);
            Assert.Equal(Straight(at), State(at));
            long now = new FileInfo(Checkpoints).Length;
            Assert.True(part == 3 ? now == size : now > size, $"{size} to {now} bytes at {at}");
            size = now;
        }
    }

    /// <summary>Exit code, results, notes.</summary>
    public (int Code, string Out, string Error) Run(string command, params string[] options)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var host = new CliHost
        {
            Out = output,
            Error = error,
            OpenIn = static () => Stream.Null,
            Variable = name => name == "XDG_CACHE_HOME" ? System.IO.Path.Combine(Folder, "cache") : null,
            Pace = Pace,
        };
        int code = Program.Run([command, Path, .. options], host);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString().Replace(Folder + "/",
            "", StringComparison.Ordinal));
    }

    public (int Code, string Out, string Error) State(string at, params string[] options) =>
        Run("state", ["--at", at, "--format", "json", .. options]);

    public (int Code, string Out, string Error) Straight(string at, params string[] options) =>
        State(at, ["--no-checkpoints", .. options]);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
