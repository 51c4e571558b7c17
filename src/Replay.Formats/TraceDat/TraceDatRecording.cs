using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Ftrace;
using Replay.Formats.Lanes;
using Replay.Formats.Mapping;
using Replay.Formats.Merge;
using Replay.Formats.Native;

namespace Replay.Formats.TraceDat;

/// <summary>
/// A trace-cmd file, version 6 or 7: the records of all CPUs and all buffers in the order (time, CPU, buffer, place in
/// the CPU's data), mapped to canonical events.
/// </summary>
/// <remarks>
/// Times are those of the recorded clock in nanoseconds. A clock that counts cycles is converted where the file says
/// how; the offset to wall time is in <see cref="RecordingInfo.WallOffsetNs"/>.
/// </remarks>
public sealed partial class TraceDatRecording : Recording
{
    /// <summary>Bytes of data that all CPUs together read ahead, and the most that one does.</summary>
    private const int WindowsBytes = 64 << 20;
    private const int WindowMax = 128 * 1024;

    private readonly InputFile _file;
    private readonly TraceDatLayout _layout;
    private readonly DataContext _context;
    private readonly CpuStream[] _streams;
    private readonly CpuMerger _merger;
    private BlockBuffer _buffer = BlockBuffer.Rent();
    private readonly TraceDatOptions _options;
    private readonly KernelAddresses _addresses;
    private readonly DecoderKit _kit;
    private readonly long _dataBytes;
    private LaneSettings? _laneSettings;
    private int _laneCount;
    private DecodeLanes? _lanes;
    private LaneMerge? _merge;
    private long _straightRecords;
    private bool _started;
    private bool _finished;
    private bool _isDisposed;

    private TraceDatRecording(InputFile file, TraceDatOptions options)
    {
        _file = file;
        _layout = TraceDatOpener.Open(file, Report);
        _options = options;
        _addresses = new KernelAddresses(_layout.FetchKallsyms, _layout.FetchPrintk);
        _kit = new DecoderKit(_layout, options, _addresses, Tables, new DataTools(Report, _layout.Decompressor));
        List<(CpuSpan Span, int Buffer)> spans = CollectSpans(_layout, out _dataBytes);
        int window = Math.Clamp(WindowsBytes / Math.Max(spans.Count, 1), RingBufferSpec.PageMin, WindowMax);
        // A power of two is a multiple of every page size below it.
        window = 1 << (31 - System.Numerics.BitOperations.LeadingZeroCount((uint)window));
        _context =
            new DataContext(_layout) { TypeOffset = Math.Max(_layout.Formats.TypeOffset, 0), WindowBytes = window };
        long[] shares = _context.ShareBuffers(spans, _layout.Buffers);
        _streams = new CpuStream[spans.Count];
        for (int rank = 0; rank < _streams.Length; rank++)
        {
            BufferLayout buffer = _layout.Buffers[spans[rank].Buffer];
            TimeConverter? converter = TimeConverter.Create(buffer.Clock, _layout.Facts, options.HostTime);
            var source = new PageSource(_context, buffer, spans[rank].Span, shares[rank], _kit.Tools);
            _streams[rank] = new CpuStream(_context, spans[rank].Span, source, buffer.PageSize, converter);
        }
        _merger = new CpuMerger(_streams.Length);
        FillInfo();
    }

    /// <summary>Canonical records at which a batch is full; tests choose odd ones.</summary>
    internal int RecordsPerBatch { get; set; } = 8192;

    /// <inheritdoc/>
    public override double Progress =>
        _dataBytes == 0 ? 1 : Math.Min(1, (double)_context.BytesRead / _dataBytes);

    /// <summary>
    /// True when the first bytes of an input (ten are enough) are those of a trace.dat of any version.
    /// </summary>
    public static bool LooksLike(ReadOnlySpan<byte> firstBytes) => firstBytes.StartsWith(TraceDatOpener.Magic);

    /// <summary>
    /// Opens a file, a pipe, or either as a whole-file zstd stream. Throws <see cref="BadInputException"/> when it
    /// is not a trace.dat that can be read.
    /// </summary>
    public static TraceDatRecording Open(string path, TraceDatOptions options) => Open(InputFile.Open(path), options);

    /// <summary>
    /// Opens an input that need not seek: it is spooled, unpacked, to a temporary file first. The stream is read to its
    /// end and left open. <paramref name="name"/> is for messages.
    /// </summary>
    public static TraceDatRecording Open(Stream stream, string name, TraceDatOptions options) =>
        Open(Spool.Fill(stream, name), options);

    /// <inheritdoc/>
    public override bool MapsNames => true;

    /// <inheritdoc/>
    public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
    {
        int used = 0;
        if (!_finished)
        {
            if (!_started) Start();
            if (_merge is null && _laneSettings is not null && _straightRecords >= _laneSettings.StraightRecords)
                StartLanes(_laneSettings);
            used = _merge is not null ? Merge(_merge) : _layout.BigEndian ? Fill<BigEndianOrder>()
                : Fill<LittleEndianOrder>();
            _straightRecords += used;
            (_bytesReadBefore, _bytesRead) = (_bytesRead, _context.BytesRead);
            Info.LostCount = _layout.Facts.DroppedCount + _kit.Decoder.LostCount + (_merge?.LostCount ?? 0);
            if (_merger.Count == 0) Finish();
        }
        events = _buffer.Records(0, used);
        return used > 0;
    }

    /// <inheritdoc/>
    internal override bool TryUseLanes(int lanes, LaneSettings settings)
    {
        // One stream is decoded by one lane at a time.
        if (_streams.Length is < 2 or > DecodeLanes.StreamsMax) return false;
        // Which formats find no plan any more depends on who comes first.
        if (_layout.Formats.Count > RecordMapper.PlansMax) return false;
        _laneSettings = settings;
        _laneCount = lanes > 2 ? lanes - 1 : lanes;
        return true;
    }

    /// <inheritdoc/>
    internal override bool TryDetach(BlockBuffer next, out DetachedBatch batch)
    {
        batch = new DetachedBatch(_buffer, 0);
        _buffer = next;
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _lanes?.Dispose();
            _kit.Dispose();
            _file.Dispose();
            BlockBuffer.Return(_buffer);
        }
        base.Dispose(disposing);
    }

    private static TraceDatRecording Open(InputFile file, TraceDatOptions options)
    {
        try
        {
            return new TraceDatRecording(file, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Ranges in the order of ranks: by CPU, then by buffer.</summary>
    private static List<(CpuSpan Span, int Buffer)> CollectSpans(TraceDatLayout layout, out long bytes)
    {
        List<(CpuSpan Span, int Buffer)> spans = [];
        bytes = 0;
        for (int buffer = 0; buffer < layout.Buffers.Count; buffer++)
        {
            foreach (CpuSpan span in layout.Buffers[buffer].Cpus)
            {
                spans.Add((span, buffer));
                bytes += span.Size;
            }
        }
        spans.Sort((a, b) => a.Span.Cpu != b.Span.Cpu
            ? a.Span.Cpu.CompareTo(b.Span.Cpu) : a.Buffer.CompareTo(b.Buffer));
        return spans;
    }

    private void FillInfo()
    {
        TraceDatFacts facts = _layout.Facts;
        Info.Format = Info.SourceFormat = $"trace.dat v{_layout.Version}";
        Info.SourceFile = Path.GetFileName(_file.Name);
        Info.SourceBytes = _file.Length;
        Info.Clock = TimeConverter.IsCycles(facts.Clock) && facts.Tsc is not null ? "tsc2nsec" : facts.Clock;
        Info.Kernel = facts.Kernel;
        Info.CpuCount = facts.CpuCount;
        Info.WallOffsetNs = facts.WallOffsetNs;
        Info.LostCount = facts.DroppedCount;
    }

    /// <summary>Fills the batch from its start; the records written, 0 only when all streams have ended.</summary>
    private int Fill<TOrder>() where TOrder : struct, IByteOrder
    {
        int used = 0;
        Span<IrqEvent> batch = _buffer.Records(0, RecordsPerBatch + RecordDecoder.StepRecordsMax);
        while (used < RecordsPerBatch && _merger.Count > 0)
        {
            CpuStream stream = _streams[_merger.Top];
            _merger.RunnerUp(out ulong limitNs, out int rank);
            bool winsTie = _merger.Top < rank;
            if (_kit.Decoder.Run<TOrder, Straight>(stream, batch, RecordsPerBatch, limitNs, winsTie, ref used))
            {
                _merger.UpdateTop(stream.TimeNs);
                continue;
            }
            stream.HasEnded = true;
            _merger.RemoveTop();
        }
        return used;
    }

    /// <summary>As <see cref="Fill"/>, from what lanes decoded.</summary>
    private int Merge(LaneMerge merge)
    {
        int used = 0;
        Span<IrqEvent> batch = _buffer.Records(0, RecordsPerBatch + RecordDecoder.StepRecordsMax);
        while (used < RecordsPerBatch && _merger.Count > 0)
        {
            int top = _merger.Top;
            _merger.RunnerUp(out ulong limitNs, out int rank);
            if (merge.Run(top, batch, RecordsPerBatch, limitNs, winsTie: top < rank, ref used, out ulong nextNs))
                _merger.UpdateTop(nextNs);
            else _merger.RemoveTop();
        }
        return used;
    }

    /// <summary>
    /// From the next batch on lanes decode ahead. Each stream holds a record that was not consumed,
    /// so a lane goes on where the straight loop is.
    /// </summary>
    private void StartLanes(LaneSettings settings)
    {
        var toldIds = new bool[FormatIndex.IdMax + 1];
        _lanes = new DecodeLanes(_streams, _laneCount, settings, _layout.BigEndian, names => new DecoderKit(
            _layout, _options, _addresses, names.Local,
            new DataTools(new ImportReport(), _layout.Decompressor?.Again()), toldIds));
        _merge = new LaneMerge(_lanes, Tables, Report, _kit.Sources, toldIds);
    }

    private void Start()
    {
        if (_layout.BigEndian) Start<BigEndianOrder>();
        else Start<LittleEndianOrder>();
    }

    private void Start<TOrder>() where TOrder : struct, IByteOrder
    {
        _started = true;
        for (int rank = 0; rank < _streams.Length; rank++)
        {
            if (_streams[rank].TryAdvance<TOrder>()) _merger.Add(rank, _streams[rank].TimeNs);
            else _streams[rank].HasEnded = true;
        }
    }

    private void Finish()
    {
        _finished = true;
        RecordTime first = new() { IsKnown = _kit.Decoder.HasTime, TimeNs = _kit.Decoder.FirstTimeNs };
        RecordTime last = first with { TimeNs = _kit.Decoder.LastTimeNs };
        Info.EventCount = _kit.Decoder.EventCount;
        if (_lanes is not null)
        {
            foreach (DecoderKit kit in _lanes.Kits())
            {
                _kit.Sources.AddCounts(kit.Sources);
                Info.EventCount += kit.Decoder.EventCount;
            }

            // By rank: of two at the same time the first has the lower one, and the last the higher.
            foreach (CpuStream stream in _streams)
            {
                if (!stream.FirstTime.IsKnown) continue;
                if (!first.IsKnown || (!_kit.Decoder.HasTime && stream.FirstTime.PeakNs < first.PeakNs))
                    first = stream.FirstTime;
                if (stream.LastTime.PeakNs >= last.PeakNs) last = stream.LastTime;
            }
        }
        Info.RecordCount = _kit.Sources.WriteTo(Info.Sources);
        if (!first.IsKnown) return;
        Info.FirstTimeNs = first.TimeNs;
        Info.LastTimeNs = last.TimeNs;
    }
}
