using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;
using Replay.Formats.Merge;
using Replay.Formats.TraceDat;

namespace Replay.Formats.PerfData;

/// <summary>
/// What <c>perf record</c> wrote, to a file or a pipe: the tracepoints in it, in the order (time, CPU, place in the
/// CPU's data), mapped to canonical events as those of a trace.dat are. Samples of counters are counted by name.
/// </summary>
/// <remarks>Times are those of the clock that perf was told to use (<c>-k mono</c>), or its own.</remarks>
public sealed class PerfDataRecording : Recording
{
    private const int BatchRecords = 8192;

    /// <summary>Bytes that all streams together read ahead, and the bounds of what one does.</summary>
    private const int WindowsBytes = 64 << 20;
    private const int WindowMin = 4096;
    private const int WindowMax = 128 * 1024;

    private const int RecordMax = 1 << 16;

    private readonly InputFile _file;
    private readonly InputFile? _unpacked;
    private readonly PerfLayout _layout;
    private readonly PerfIndex _index;
    private readonly PerfStream[] _streams;
    private readonly CpuMerger _merger;
    private readonly RecordMapper _mapper;
    private readonly SourceTable _sources;
    private readonly IReadOnlyList<string> _ignorePatterns;
    private readonly int _typeOffset;
    private readonly IrqEvent[] _batch = new IrqEvent[BatchRecords + RecordMapper.RecordsMax + 1];
    private readonly bool[] _isSeen = new bool[ushort.MaxValue + 1];
    private readonly long _dataBytes;
    private long _eventCount;
    private bool _started;
    private bool _finished;

    // Written by the reading thread (release), read by a progress bar (acquire).
    private long _bytesDone;

    private PerfDataRecording(InputFile file, MappingTable mapping, IReadOnlyList<string> ignorePatterns)
    {
        _file = file;
        _ignorePatterns = ignorePatterns;
        _layout = new PerfLayout(file, Report);
        var header = new PerfHeaderReader(_layout);
        header.Read();
        _index = new PerfIndex(_layout, header);
        if (!_index.TryBuild())
        {
            // Once more, from the plain records: what the first walk found is forgotten.
            Report.Clear();
            _layout = new PerfLayout(file, Report);
            header = new PerfHeaderReader(_layout);
            header.Read();
            _unpacked = PerfUnpacker.Unpack(_layout);
            _layout.Data = new FilePart(_unpacked, 0, _unpacked.Length);
            _index = new PerfIndex(_layout, header);
            _index.TryBuild();
        }
        TraceDatLayout? tracing = _layout.Tracing;
        FormatIndex formats = tracing?.Formats ?? new FormatIndex(Report);
        int longSize = tracing?.Ring?.LongSize ?? 8;
        var addresses = tracing is null ? new KernelAddresses(static () => [], static () => [])
            : new KernelAddresses(tracing.FetchKallsyms, tracing.FetchPrintk);
        _mapper = new RecordMapper(mapping, Tables, Report, addresses, _layout.BigEndian, longSize);
        _sources = new SourceTable(formats, _mapper, ignorePatterns, longSize, Report);
        _typeOffset = Math.Max(formats.TypeOffset, 0);
        List<PerfStreamPlan> plans = _index.Streams();
        int window = Math.Clamp(WindowsBytes / Math.Max(plans.Count, 1), WindowMin, WindowMax);
        byte[] scratch = new byte[RecordMax];
        _streams = new PerfStream[plans.Count];
        for (int rank = 0; rank < _streams.Length; rank++)
        {
            _streams[rank] = new PerfStream(_layout, plans[rank], window, scratch);
            foreach (PerfSegment segment in plans[rank].Segments) _dataBytes += segment.End - segment.Start;
        }
        _merger = new CpuMerger(_streams.Length);
        FillInfo();
    }

    /// <inheritdoc/>
    public override double Progress => _dataBytes == 0
        ? 1 : Math.Min(1, (double)Volatile.Read(ref _bytesDone) / _dataBytes);

    /// <inheritdoc/>
    public override bool MapsNames => true;

    /// <summary>True when the first bytes of an input (eight are enough) are those of a perf.data.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> firstBytes) => PerfHeaderReader.LooksLike(firstBytes);

    /// <summary>Opens a file.</summary>
    /// <exception cref="BadInputException">It is not a perf.data that can be read.</exception>
    public static PerfDataRecording Open(string path, MappingTable mapping, IReadOnlyList<string> ignorePatterns) =>
        Open(InputFile.Open(path), mapping, ignorePatterns);

    /// <summary>
    /// Opens an input that need not seek: it is copied to a temporary file first, for samples come in no order.
    /// The stream is read to its end and left open. <paramref name="name"/> is for messages.
    /// </summary>
    public static PerfDataRecording Open(Stream stream, string name, MappingTable mapping,
        IReadOnlyList<string> ignorePatterns) =>
        Open(Spool.Fill(stream, name), mapping, ignorePatterns);

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
            _unpacked?.Dispose();
            _file.Dispose();
        }
        base.Dispose(disposing);
    }

    private static PerfDataRecording Open(InputFile file, MappingTable mapping, IReadOnlyList<string> ignorePatterns)
    {
        try
        {
            return new PerfDataRecording(file, mapping, ignorePatterns);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void FillInfo()
    {
        Info.Format = Info.SourceFormat = "perf.data";
        Info.SourceFile = Path.GetFileName(_file.Name);
        Info.SourceBytes = _file.Length;
        Info.Clock = _layout.Clock;
        Info.Kernel = _layout.Kernel;
        Info.CpuCount = _layout.CpuCount;
        Info.WallOffsetNs = _layout.WallOffsetNs;
        Info.LostCount = _index.LostCount;
    }

    private void Start()
    {
        _started = true;
        for (int rank = 0; rank < _streams.Length; rank++)
        {
            if (_streams[rank].TryAdvance()) _merger.Add(rank, _streams[rank].TimeNs);
        }
    }

    /// <summary>Consumes records of a stream while they come before the runner-up's; false when it has ended.</summary>
    private bool Run(PerfStream stream, ulong limitNs, bool winsTie, ref int used)
    {
        long done = stream.BytesDone;
        bool more;
        do
        {
            if (stream.IsLoss) TakeLoss(stream, ref used);
            else TakeSample(stream, ref used);
            more = stream.TryAdvance();
        }
        while (more && used < BatchRecords && (stream.TimeNs < limitNs || (stream.TimeNs == limitNs && winsTie)));
        Volatile.Write(ref _bytesDone, _bytesDone + stream.BytesDone - done);
        if (!more) TellOffline(stream, ref used);
        return more;
    }

    private void TakeSample(PerfStream stream, ref int used)
    {
        ReadOnlySpan<byte> body = stream.Body();
        if (!stream.Attr.TryFindRaw(body, _layout.BigEndian, out int start, out int length) || length < _typeOffset + 2)
        {
            const string What = "sample whose tracepoint record does not fit into it";
            if (!Report.Seen(What))
                Report.Add(LossSeverity.DataLoss, What, stream.FileOffset, "a record inside the sample",
                    $"{body.Length} bytes");
            return;
        }
        ReadOnlySpan<byte> record = body.Slice(start, length);
        int id = _layout.BigEndian
            ? record[_typeOffset] << 8 | record[_typeOffset + 1] : record[_typeOffset] | record[_typeOffset + 1] << 8;
        if (!_sources.IsResolved(id)) _sources.Resolve(id);
        ref SourceSlot slot = ref _sources.Slots[id];
        if (slot.Plan == SourceSlot.Ignored) return;
        slot.Count++;
        if (slot.Plan > 0)
        {
            int written = _mapper.Map(slot.Plan - 1, record, stream.TimeNs, stream.Cpu,
                _batch.AsSpan(used), stream.FileOffset + start);
            if (written == 0) return;
            _isSeen[stream.Cpu] = true;
            used += written;
            _eventCount++;
        }
        else if (!_isSeen[stream.Cpu])
        {
            // It becomes no event of its own: it still tells that the CPU is online, since no other records.
            _isSeen[stream.Cpu] = true;
            Emit(EventKind.CpuSeen, stream, 0, ref used);
        }
    }

    private void TakeLoss(PerfStream stream, ref int used)
    {
        Emit(EventKind.Loss, stream, stream.LostCount, ref used);
        Info.LostCount += stream.LostCount == 0 ? 1 : (long)stream.LostCount;
        const string What = "recorder lost records (missed events)";
        if (Report.Seen(What)) return;
        Report.Add(LossSeverity.Warning, What, stream.FileOffset, "none lost", stream.LostCount == 0
            ? $"an unknown number on CPU {stream.Cpu}" : $"{stream.LostCount} on CPU {stream.Cpu}");
    }

    private void TellOffline(PerfStream stream, ref int used)
    {
        if (!PerfOffline.IsGoingDown(_batch.AsSpan(0, used), stream.Cpu) || GoesOn(stream.Cpu)) return;
        PerfOffline.Add(Report, stream.FileOffset, stream.Cpu);
        Info.LostCount++;
        Emit(EventKind.Loss, stream, 0, ref used);
    }

    /// <summary>Another stream of the CPU has records yet.</summary>
    private bool GoesOn(ushort cpu)
    {
        foreach (PerfStream stream in _streams)
        {
            if (stream.Cpu == cpu && !stream.HasEnded) return true;
        }
        return false;
    }

    private void Emit(EventKind kind, PerfStream stream, ulong a, ref int used)
    {
        _batch[used++] =
            new IrqEvent { TimeNs = stream.TimeNs, Cpu = stream.Cpu, Kind = kind, Irq = IrqEvent.NoIrq, A = a };
        _eventCount++;
    }

    private void Finish()
    {
        _finished = true;
        Volatile.Write(ref _bytesDone, _dataBytes);
        Info.RecordCount = _sources.WriteTo(Info.Sources);
        foreach (PerfAttr attr in _layout.Attrs) AddCounter(attr);
        Info.Sources.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        Info.EventCount = _eventCount;
        if (_index.FirstNs > _index.LastNs) return;
        Info.FirstTimeNs = _index.FirstNs;
        Info.LastTimeNs = _index.LastNs;
    }

    /// <summary>Samples of what is no tracepoint, or of one whose fields were not kept.</summary>
    private void AddCounter(PerfAttr attr)
    {
        if (attr.Count == 0 || (attr.IsTracepoint && attr.HasRaw)) return;
        foreach (string pattern in _ignorePatterns)
        {
            if (NamePattern.IsMatch(pattern, attr.Name)) return;
        }
        Info.RecordCount += attr.Count;
        int at = Info.Sources.FindIndex(source => source.Name == attr.Name);
        if (at < 0) Info.Sources.Add(new SourceCount(attr.Name, attr.Count, ""));
        else Info.Sources[at] = Info.Sources[at] with { Count = Info.Sources[at].Count + attr.Count };
    }
}
