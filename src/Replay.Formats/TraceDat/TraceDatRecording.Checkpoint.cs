using System;
using System.Buffers;
using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Formats.Bytes;
using Replay.Formats.Mapping;

namespace Replay.Formats.TraceDat;

/// <content>What checkpoints beside a file need: which file it is, and a place between two batches.</content>
/// <remarks>
/// A place is that of an undivided reading: for each CPU of each buffer the pages and the record at hand,
/// with the event numbers met so far. Lanes have read on from where the batch given out ends, and each knows names
/// by numbers of its own; so whoever wants to save places has the recording read undivided, on a lane of its own.
/// From a saved place on any number of lanes may go.
/// </remarks>
public sealed partial class TraceDatRecording
{
    /// <summary>Pieces of the CPUs' data that go into the digest, and the bytes of each.</summary>
    private const int SamplesInDigest = 64;
    private const int SampleBytes = 4096;

    /// <summary>Bytes outside the CPUs' data that go into the digest; real files have 5 to 20 MB.</summary>
    private const long OutsideBytesMax = 64 << 20;

    /// <summary>Bytes that a usual record takes, plain and packed.</summary>
    private const int BytesPerEvent = 32;
    private const int PackedBytesPerEvent = 4;

    /// <summary>Records of a usual recording of which one becomes an event, with the room that pages leave.</summary>
    private const int RecordsPerEvent = 3;

    // Bytes read of the CPUs' data up to the batch read last and up to the one before it.
    private long _bytesRead;
    private long _bytesReadBefore;

    /// <inheritdoc/>
    public override long EventsExpected => _finished ? Info.EventCount : WorkOf(_dataBytes) / RecordsPerEvent;

    /// <inheritdoc/>
    /// <remarks>Most records of a file may become no event, and are read all the same.</remarks>
    public override BatchFacts LastBatch => new(null, true, WorkOf(_bytesRead) - WorkOf(_bytesReadBefore));

    /// <inheritdoc/>
    /// <remarks>Nothing is read twice, so what nobody names cannot be gone back to.</remarks>
    public override RecordingIdentity? Identify()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_file.IsCopy) return null;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            List<CpuSpan> spans = SpansByOffset();
            ulong digest = ((ulong)OutsideCrc(spans, buffer) << 32) | SamplesCrc(spans, buffer.AsSpan(0, SampleBytes));
            return new RecordingIdentity(_file.Length, _file.ModifiedTicks, digest, DescribeReading());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public override void NotePlaces()
    {
        _laneSettings = null;
        _context.SumsUp = true;
    }

    /// <inheritdoc/>
    public override long EventsRead => _kit.Decoder.EventCount;

    /// <inheritdoc/>
    public override bool IsUndamagedBefore()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            return Array.TrueForAll(_streams, stream => stream.IsUnchangedBefore(buffer));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    internal override void TransferPlace(StateArchive archive)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_lanes is not null)
            throw new InvalidOperationException("lanes have read on: say NotePlaces before the first batch");
        archive.Section("trace.dat", 1);
        _started = archive.Value(_started);
        _straightRecords = archive.Value(_straightRecords);
        bool isFinished = archive.Value(_finished);
        int streams = archive.Count(_streams.Length, TraceDatLayout.SpansMax);
        if (streams != _streams.Length)
            throw new CheckpointException($"expected {_streams.Length} ranges of CPU data, found {streams}");
        foreach (CpuStream stream in _streams) stream.Transfer(archive, _started);
        _kit.Decoder.Transfer(archive);
        _kit.Sources.Transfer(archive);
        _kit.Mapper.Transfer(archive);
        if (archive.IsLoading) GoOn(isFinished);
    }

    private void GoOn(bool isFinished)
    {
        _bytesRead = _bytesReadBefore = _context.BytesRead;
        for (int rank = 0; _started && rank < _streams.Length; rank++)
        {
            if (!_streams[rank].HasEnded) _merger.Add(rank, _streams[rank].TimeNs);
        }
        if (isFinished != (_started && _merger.Count == 0))
            throw new CheckpointException(
                $"{_merger.Count} CPUs' data goes on, and that is said to be {(isFinished ? "" : "not ")}the end");
        Info.LostCount = _layout.Facts.DroppedCount + _kit.Decoder.LostCount;
        if (isFinished) Finish();
    }

    private long WorkOf(long bytes) =>
        bytes / (_layout.Buffers.Exists(static buffer => buffer.Compressed) ? PackedBytesPerEvent : BytesPerEvent);

    private List<CpuSpan> SpansByOffset()
    {
        List<CpuSpan> spans = [];
        foreach (BufferLayout buffer in _layout.Buffers) spans.AddRange(buffer.Cpus);
        spans.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        return spans;
    }

    /// <summary>
    /// All that is not CPUs' data: header, formats, options, symbols. It says where everything else is.
    /// </summary>
    private uint OutsideCrc(List<CpuSpan> spans, byte[] buffer)
    {
        uint crc = 0;
        long at = 0, left = OutsideBytesMax;
        for (int i = 0; i <= spans.Count; i++)
        {
            long end = Math.Min(i < spans.Count ? spans[i].Offset : _file.Length, at + left);
            left -= Math.Max(0, end - at);
            while (at < end)
            {
                int read = _file.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)));
                if (read == 0) break;
                crc = Crc32C.Append(crc, buffer.AsSpan(0, read));
                at += read;
            }
            if (i < spans.Count) at = spans[i].Offset + spans[i].Size;
        }
        return crc;
    }

    /// <summary>Pieces at equal distances over all data, the first and the last bytes of it among them.</summary>
    private uint SamplesCrc(List<CpuSpan> spans, Span<byte> sample)
    {
        uint crc = 0;
        long before = 0;
        int number = 0;
        long step = Math.Max(1, (_dataBytes - SampleBytes) / (SamplesInDigest - 1));
        foreach (CpuSpan span in spans)
        {
            for (; number < SamplesInDigest && (number * step) - before < span.Size; number++)
                crc = Crc32C.Append(crc, sample[.._file.Read(span.Offset + (number * step) - before, sample)]);
            before += span.Size;
        }
        return crc;
    }

    private string DescribeReading()
    {
        List<string> parts = [];
        if (_options.Mapping.Crc != MappingTable.BuiltIn.Crc) parts.Add($"map {_options.Mapping.Crc:x8}");
        if (_options.HostTime) parts.Add("host time");
        foreach (string pattern in _options.IgnorePatterns) parts.Add("ignore " + pattern);
        return string.Join(", ", parts);
    }
}
