using System;
using System.IO;

namespace Replay.Formats.QemuLog;

/// <summary>
/// The log of QEMU's trace events: what the host saw the guest write and the devices raise. docs/QEMU-LOG.md says what
/// becomes of each event and what such a log cannot tell.
/// </summary>
public sealed class QemuLogRecording : LineRecording
{
    internal const string BrokenLine = "line that starts as an event of QEMU and does not go on as one";
    internal const string ForeignLine = "line that is no event of QEMU";
    internal const string NamesExhausted = "more names than a log can have: lines of further ones are counted together";

    private const string Columns = "[thread@seconds.micros:]event text";
    private const int NameMax = 256;

    private readonly QemuEvents _events = new();
    private readonly QemuMachine _machine;

    private QemuLogRecording(Stream stream, string name, QemuMarks marks)
        : base(stream, name, "qemu log")
    {
        _machine = new QemuMachine(Tables, Report, Output, marks);
        Info.Clock = "realtime";
    }

    /// <summary>Opens a regular file, with the markers' texts beside it.</summary>
    /// <exception cref="BadInputException">It cannot be opened.</exception>
    public static QemuLogRecording Open(string path) => new(OpenFile(path), path,
        QemuMarks.Beside(Path.GetDirectoryName(Path.GetFullPath(path))));

    /// <summary>Reads from a stream, which the recording then owns.</summary>
    /// <param name="stream">At the log's first byte.</param>
    /// <param name="name">For messages.</param>
    /// <param name="folder">Where the markers' texts may lie; null for none.</param>
    public static QemuLogRecording Open(Stream stream, string name, string? folder) =>
        new(stream, name, QemuMarks.Beside(folder));

    /// <summary>
    /// True when one of the first lines has the prefix of an event, or is one that is known. The last line may be cut.
    /// </summary>
    public static bool LooksLike(ReadOnlySpan<byte> start)
    {
        while (!start.IsEmpty)
        {
            int end = start.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (end < 0 ? start : start[..end]).TrimEnd("\r"u8);
            if (line.Contains((byte)0)) return false;
            if (QemuLine.Parse(line, out QemuLine parsed) == QemuLineKind.Event
                && (parsed.HasTime || (!parsed.Text.IsEmpty && QemuEvents.Knows(parsed.Name))))
                return true;
            start = end < 0 ? default : start[(end + 1)..];
        }
        return false;
    }

    /// <inheritdoc/>
    private protected override void Take(ReadOnlySpan<byte> line)
    {
        switch (QemuLine.Parse(line, out QemuLine parsed))
        {
            case QemuLineKind.Event: TakeEvent(in parsed); break;
            case QemuLineKind.Broken: Note(LossSeverity.DataLoss, BrokenLine, Columns, line); break;
            default: Note(LossSeverity.Note, ForeignLine, Columns, line); break;
        }
    }

    private void TakeEvent(in QemuLine line)
    {
        if (line.HasTime) NoteTime(line.TimeNs);
        QemuSource source = _events.Find(line.Name);
        QemuEvent meaning = source.Event;
        RegionAccess access = default;
        if (meaning is QemuEvent.RegionWrite or QemuEvent.RegionRead)
        {
            if (!RegionAccess.TryParse(line.Text, out access))
            {
                source.Count++;
                Note(LossSeverity.DataLoss, QemuMachine.UnreadableText, "cpu C addr A value V size S name 'R'",
                    line.Text);
                return;
            }
            source = CountOf(line.Name, access.Region, source);
        }
        source.Count++;
        long before = Output.Events;
        _machine.Take(in line, meaning, in access, LineNumber);
        if (Output.Events == before) return;
        source.Used++;
        if (meaning == QemuEvent.Vfio) source.Kind = Output.Batch[^1].Kind;
    }

    /// <summary>Accesses count by region, where its name is printed.</summary>
    private QemuSource CountOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> region, QemuSource whole)
    {
        Span<byte> key = stackalloc byte[NameMax];
        if (region.IsEmpty || name.Length + region.Length + 1 > NameMax) return whole;
        name.CopyTo(key);
        key[name.Length] = (byte)' ';
        region.CopyTo(key[(name.Length + 1)..]);
        return _events.Find(key[..(name.Length + region.Length + 1)]);
    }

    /// <inheritdoc/>
    private protected override void Finish()
    {
        if (_events.IsFull)
            Report.Add(LossSeverity.Warning, NamesExhausted, -1, $"at most {QemuEvents.NamesMax}", "more");
        Info.RecordCount = _events.WriteTo(Info.Sources);
        Info.CpuCount = _machine.CpuCount;
    }
}
