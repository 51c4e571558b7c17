using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using Replay.Core.Events;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;
using Replay.Formats.Merge;
using Replay.Formats.PerfData;

namespace Replay.Formats.Ctf;

/// <summary>
/// A trace folder of the Common Trace Format 1.8, as LTTng's kernel tracer and <c>perf data convert --to-ctf</c> write
/// them: its events in the order (time, CPU, name of the file, place in it), mapped to canonical events as those of a
/// trace.dat are.
/// </summary>
/// <remarks>
/// Times are nanoseconds of the clock itself; what its zero is of the world's time is <see
/// cref="RecordingInfo.WallOffsetNs"/>.
/// </remarks>
public sealed class CtfRecording : Recording
{
    private const int BatchRecords = 8192;

    /// <summary>Bytes that all streams together read ahead, and the bounds of what one does.</summary>
    private const int WindowsBytes = 64 << 20;
    private const int WindowMin = 4096;
    private const int WindowMax = 128 * 1024;

    private readonly CtfLayout _layout;
    private readonly MappingTable _mapping;
    private readonly IReadOnlyList<string> _ignorePatterns;
    private readonly List<CtfFile> _files;
    private readonly CtfStream[] _streams;
    private readonly CpuMerger _merger;
    private readonly RecordMapper _mapper;
    private readonly IrqEvent[] _batch = new IrqEvent[BatchRecords + RecordMapper.RecordsMax + 1];
    private readonly bool[] _isSeen = new bool[ushort.MaxValue + 1];
    private readonly long _dataBytes;
    private ulong _firstNs = ulong.MaxValue;
    private ulong _lastNs;
    private long _eventCount;
    private bool _started;
    private bool _finished;

    // Written by the reading thread (release), read by a progress bar (acquire).
    private long _bytesDone;

    private CtfRecording(string folder, MappingTable mapping, IReadOnlyList<string> ignorePatterns)
    {
        _mapping = mapping;
        _ignorePatterns = ignorePatterns;
        string path = CtfFolder.MetadataOf(folder);
        byte[] text = MetadataText.Read(path);
        _layout = new CtfLayout(TsdlParser.Parse(text, path), path);
        _files = CtfFolder.Files(folder);
        long bytes = text.Length;
        foreach (CtfFile file in _files) _dataBytes += file.Length;
        byte[] record = new byte[ushort.MaxValue];
        List<List<CtfFile>> streams = StreamGrouping.Group(_layout, _files, record);
        int window = Math.Clamp(WindowsBytes / Math.Max(streams.Count, 1), WindowMin, WindowMax);
        _streams = new CtfStream[streams.Count];
        for (int rank = 0; rank < _streams.Length; rank++)
            _streams[rank] = new CtfStream(_layout, streams[rank], window, record, Report);
        _merger = new CpuMerger(_streams.Length);
        // A trace has no symbols: of a function or a constant text it holds the address.
        var addresses = new KernelAddresses(static () => [], static () => []);
        _mapper = new RecordMapper(mapping, Tables, Report, addresses, _layout.BigEndian, longSize: 8);
        FillInfo(folder, bytes + _dataBytes);
    }

    /// <inheritdoc/>
    public override double Progress => _dataBytes == 0
        ? (_finished ? 1 : 0) : Math.Min(1, (double)Volatile.Read(ref _bytesDone) / _dataBytes);

    /// <inheritdoc/>
    public override bool MapsNames => true;

    /// <summary>True when the first bytes of a file (64 are enough) are those of a trace's metadata.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> firstBytes) =>
        MetadataText.LooksLike(firstBytes) || MetadataText.IsVersion2(firstBytes);

    /// <summary>Opens a trace folder.</summary>
    /// <param name="folder">The folder that has the file <c>metadata</c>.</param>
    /// <param name="mapping">Which recorded events become which events.</param>
    /// <param name="ignorePatterns">Records to leave out.</param>
    /// <exception cref="BadInputException">Its metadata cannot be read: line, expected, found.</exception>
    public static CtfRecording Open(string folder, MappingTable mapping, IReadOnlyList<string> ignorePatterns) =>
        new(folder, mapping, ignorePatterns);

    /// <inheritdoc/>
    public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
    {
        int used = 0;
        if (!_started) Start();
        while (used < BatchRecords && _merger.Count > 0)
        {
            int top = _merger.Top;
            _merger.RunnerUp(out ulong limitNs, out int rank);
            if (Run(_streams[top], limitNs, winsTie: top < rank, ref used)) _merger.UpdateTop(_streams[top].TimeNs);
            else _merger.RemoveTop();
        }
        if (_merger.Count == 0 && !_finished) Finish();
        events = _batch.AsSpan(0, used);
        return used > 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (CtfFile file in _files) file.Dispose();
        }
        base.Dispose(disposing);
    }

    private void FillInfo(string folder, long bytes)
    {
        CtfMetadata metadata = _layout.Metadata;
        Info.Format = Info.SourceFormat = "CTF 1.8";
        Info.SourceFile = Path.GetFileName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar));
        Info.SourceBytes = bytes;
        Info.Clock = _layout.Clock is { } clock ? CtfClock.KernelName(clock.Name) : "";
        // LTTng's name, and perf's.
        Info.Kernel = metadata.Fact("kernel_release") is { Length: > 0 } kernel ? kernel : metadata.Fact("release");
        if (_layout.Clock?.OffsetNs is { } offset and not 0) Info.WallOffsetNs = offset;
        if (_files.Count == 0)
        {
            Report.Add(LossSeverity.Warning, "trace without any data", -1, $"files of streams beside {folder}/metadata",
                "none that is not empty");
        }
        else if (!HasCpus())
        {
            Report.Add(LossSeverity.Warning, "events that do not say on which CPU they were (CPU 0 is assumed)", -1,
                "cpu_id in packets, or perf_cpu in events", "neither");
        }
    }

    private bool HasCpus()
    {
        foreach (StreamLayout stream in _layout.Streams)
        {
            if (stream.Cpu >= 0) continue;
            foreach (EventLayout kind in stream.Events)
            {
                if (kind.CpuOffset < 0) return false;
            }
        }
        return true;
    }

    private void Start()
    {
        _started = true;
        for (int rank = 0; rank < _streams.Length; rank++)
        {
            if (_streams[rank].TryAdvance()) _merger.Add(rank, _streams[rank].TimeNs);
        }
    }

    /// <summary>Consumes events of a stream while they come before the runner-up's; false when it has ended.</summary>
    private bool Run(CtfStream stream, ulong limitNs, bool winsTie, ref int used)
    {
        long done = stream.BytesDone;
        bool more;
        do
        {
            if (stream.IsLoss) TakeLoss(stream, ref used);
            else TakeEvent(stream, ref used);
            more = stream.TryAdvance();
        }
        while (more && used < BatchRecords && (stream.TimeNs < limitNs || (stream.TimeNs == limitNs && winsTie)));
        if (stream.BytesDone != done) Volatile.Write(ref _bytesDone, _bytesDone + stream.BytesDone - done);
        if (!more && _layout.IsPerf) TellOffline(stream, ref used);
        return more;
    }

    private void TakeEvent(CtfStream stream, ref int used)
    {
        EventLayout kind = stream.Event;
        if (kind.Plan == EventLayout.Unresolved) Resolve(stream.Layout, kind);
        if (kind.Plan == EventLayout.Ignored) return;
        kind.Count++;
        _firstNs = Math.Min(_firstNs, stream.TimeNs);
        _lastNs = Math.Max(_lastNs, stream.TimeNs);
        if (kind.Plan > 0)
        {
            int written = _mapper.Map(kind.Plan - 1, stream.Record(), stream.TimeNs, stream.Cpu,
                _batch.AsSpan(used), stream.FileOffset);
            if (written == 0) return;
            _isSeen[stream.Cpu] = true;
            used += written;
            _eventCount++;
        }
        else if (!_isSeen[stream.Cpu] && kind.IsTracepoint)
        {
            // It becomes no event of its own: it still tells that the CPU is online, since no other records.
            _isSeen[stream.Cpu] = true;
            Emit(EventKind.CpuSeen, stream, 0, ref used);
        }
    }

    private void Resolve(StreamLayout stream, EventLayout kind)
    {
        foreach (string pattern in _ignorePatterns)
        {
            if (!NamePattern.IsMatch(pattern, kind.FullName)) continue;
            kind.Plan = EventLayout.Ignored;
            return;
        }
        kind.Resolve(_mapper, _mapping, _layout.BigEndian,
            (described, record) => _layout.CompileKeeper(stream, described, record));
    }

    private void TakeLoss(CtfStream stream, ref int used)
    {
        Emit(EventKind.Loss, stream, stream.LostCount, ref used);
        Info.LostCount += stream.LostCount == 0 ? 1 : (long)stream.LostCount;
    }

    private void TellOffline(CtfStream stream, ref int used)
    {
        if (!PerfOffline.IsGoingDown(_batch.AsSpan(0, used), stream.Cpu)) return;
        foreach (CtfStream other in _streams)
        {
            if (other.Cpu == stream.Cpu && !other.HasEnded) return;
        }
        PerfOffline.Add(Report, stream.FileOffset, stream.Cpu);
        Info.LostCount++;
        Emit(EventKind.Loss, stream, 0, ref used);
    }

    private void Emit(EventKind kind, CtfStream stream, ulong a, ref int used)
    {
        _batch[used++] =
            new IrqEvent { TimeNs = stream.TimeNs, Cpu = stream.Cpu, Kind = kind, Irq = IrqEvent.NoIrq, A = a };
        _eventCount++;
    }

    private void Finish()
    {
        _finished = true;
        Volatile.Write(ref _bytesDone, _dataBytes);
        // An event of several channels has one name and several numbers.
        var byName = new SortedDictionary<string, SourceCount>(StringComparer.Ordinal);
        foreach (StreamLayout stream in _layout.Streams)
        {
            foreach (EventLayout kind in stream.Events)
            {
                if (kind.Count == 0) continue;
                Info.RecordCount += kind.Count;
                string became = kind.Plan > 0 ? _mapper.KindName(kind.Plan - 1) : "";
                SourceCount other = byName.GetValueOrDefault(kind.FullName, new SourceCount(kind.FullName, 0, ""));
                byName[kind.FullName] = other with
                {
                    Count = other.Count + kind.Count,
                    KindName = other.KindName.Length > 0 ? other.KindName : became,
                };
            }
        }
        Info.Sources.AddRange(byName.Values);
        Info.EventCount = _eventCount;
        if (_firstNs > _lastNs) return;
        Info.FirstTimeNs = _firstNs;
        Info.LastTimeNs = _lastNs;
    }
}
