using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;
using Replay.Formats.Merge;

namespace Replay.Formats.TraceDat;

/// <summary>
/// A trace-cmd file, version 6 or 7: the records of all CPUs and all buffers in the order (time, CPU, buffer, place in
/// the CPU's data), mapped to canonical events.
/// </summary>
/// <remarks>
/// Times are those of the recorded clock in nanoseconds. A clock that counts cycles is converted where the file says
/// how; the offset to wall time is in <see cref="RecordingInfo.WallOffsetNs"/>.
/// </remarks>
public sealed class TraceDatRecording : Recording
{
    /// <summary>Most canonical records in a batch.</summary>
    private const int BatchRecords = 8192;

    /// <summary>Bytes of data that all CPUs together read ahead, and the most that one does.</summary>
    private const int WindowsBytes = 64 << 20;
    private const int WindowMax = 128 * 1024;

    private readonly InputFile _file;
    private readonly TraceDatLayout _layout;
    private readonly DataContext _context;
    private readonly SourceTable _sources;
    private readonly CpuStream[] _streams;
    private readonly CpuMerger _merger;
    private readonly IrqEvent[] _batch = new IrqEvent[BatchRecords + RecordMapper.RecordsMax];
    private readonly RecordDecoder _decoder;
    private readonly long _dataBytes;
    private bool _started;
    private bool _finished;

    private TraceDatRecording(InputFile file, TraceDatOptions options)
    {
        _file = file;
        _layout = TraceDatOpener.Open(file, Report);
        RingBufferSpec ring = _layout.Ring!;
        var addresses = new KernelAddresses(_layout.FetchKallsyms, _layout.FetchPrintk);
        var mapper = new RecordMapper(options.Mapping, Tables, Report, addresses, _layout.BigEndian, ring.LongSize);
        _sources = new SourceTable(_layout.Formats, mapper, options.IgnorePatterns, ring.LongSize);
        int typeOffset = Math.Max(_layout.Formats.TypeOffset, 0);
        _decoder = new RecordDecoder(_sources, mapper, typeOffset);
        List<(CpuSpan Span, int Buffer)> spans = CollectSpans(_layout, out _dataBytes);
        int window = Math.Clamp(WindowsBytes / Math.Max(spans.Count, 1), RingBufferSpec.PageMin, WindowMax);
        // A power of two is a multiple of every page size below it.
        window = 1 << (31 - System.Numerics.BitOperations.LeadingZeroCount((uint)window));
        _context = new DataContext(_layout) { TypeOffset = typeOffset, WindowBytes = window };
        _streams = new CpuStream[spans.Count];
        for (int rank = 0; rank < _streams.Length; rank++)
        {
            BufferLayout buffer = _layout.Buffers[spans[rank].Buffer];
            TimeConverter? converter = TimeConverter.Create(buffer.Clock, _layout.Facts, options.HostTime);
            _streams[rank] = new CpuStream(_context, buffer, spans[rank].Span, converter);
        }
        _merger = new CpuMerger(_streams.Length);
        FillInfo();
    }

    /// <inheritdoc/>
    public override double Progress =>
        _dataBytes == 0 ? 1 : Math.Min(1, (double)_context.BytesRead / _dataBytes);

    /// <summary>True when the first bytes of an input (ten are enough) are those of a trace.dat of any version.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> firstBytes) => firstBytes.StartsWith(TraceDatOpener.Magic);

    /// <summary>
    /// Opens a file, a pipe, or either as a whole-file zstd stream. Throws <see cref="BadInputException"/> when it is not
    /// a trace.dat that can be read.
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
            used = _layout.BigEndian ? Fill<BigEndianOrder>() : Fill<LittleEndianOrder>();
            Info.LostCount = _layout.Facts.DroppedCount + _decoder.LostCount;
            if (_merger.Count == 0) Finish();
        }
        events = _batch.AsSpan(0, used);
        return used > 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _layout.Decompressor?.Dispose();
            _file.Dispose();
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
        spans.Sort((a, b) => a.Span.Cpu != b.Span.Cpu ? a.Span.Cpu.CompareTo(b.Span.Cpu) : a.Buffer.CompareTo(b.Buffer));
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
        if (!_started) Start<TOrder>();
        int used = 0;
        while (used < BatchRecords && _merger.Count > 0)
        {
            CpuStream stream = _streams[_merger.Top];
            _merger.RunnerUp(out ulong limitNs, out int rank);
            bool winsTie = _merger.Top < rank;
            if (_decoder.Run<TOrder>(stream, _batch, BatchRecords, limitNs, winsTie, ref used)) _merger.UpdateTop(stream.TimeNs);
            else _merger.RemoveTop();
        }
        return used;
    }

    private void Start<TOrder>() where TOrder : struct, IByteOrder
    {
        _started = true;
        for (int rank = 0; rank < _streams.Length; rank++)
        {
            if (_streams[rank].TryAdvance<TOrder>()) _merger.Add(rank, _streams[rank].TimeNs);
        }
    }

    private void Finish()
    {
        _finished = true;
        Info.RecordCount = _sources.WriteTo(Info.Sources);
        Info.EventCount = _decoder.EventCount;
        if (!_decoder.HasTime) return;
        Info.FirstTimeNs = _decoder.FirstTimeNs;
        Info.LastTimeNs = _decoder.LastTimeNs;
    }
}
