using System;
using System.Collections.Generic;
using System.Threading;
using Replay.Core.Events;
using Replay.Formats.Lanes;

namespace Replay.Formats.TraceDat;

// lane 1 … n-1   takes the stream that is decoded least far and has room, decodes a chunk, puts it into its ring
// lane 0         the caller: merges the chunks of all rings by time. Where it finds a ring empty it decodes like the
//                others instead of waiting, so that no lane is idle and the division needs no plan.

/// <summary>Lanes that decode the CPUs' data ahead of the merge.</summary>
internal sealed class DecodeLanes : IDisposable
{
    /// <summary>Streams past which there is nothing to gain: each would have crumbs of memory.</summary>
    public const int StreamsMax = 1024;

    /// <summary>Bytes of all chunks together.</summary>
    private const int ChunkBytesTotal = 16 << 20;
    private const int ChunkRecordsMin = 128;
    private const int ChunkRecordsMax = 4096;

    private readonly LaneStream[] _streams;
    private readonly DecodeLane[] _lanes;
    private readonly Thread[] _threads;
    private readonly LaneGate _decoders = new();
    private readonly LaneGate _merge = new();
    private readonly LaneHook? _hook;
    private bool _stopped;

    /// <param name="streams">All of them, by rank; those that have not ended hold a record that
    /// was not consumed.</param>
    /// <param name="lanes">Lanes in all, the caller's included.</param>
    /// <param name="settings">Depth of the rings, and odd schedules.</param>
    /// <param name="bigEndian">Byte order of the file.</param>
    /// <param name="makeKit">Makes what a lane decodes with.</param>
    public DecodeLanes(CpuStream[] streams, int lanes, LaneSettings settings, bool bigEndian,
        Func<LaneNames, DecoderKit> makeKit)
    {
        int records = Math.Clamp(
            ChunkBytesTotal / IrqEvent.SizeBytes / Math.Max(1, streams.Length * settings.Depth),
            ChunkRecordsMin, ChunkRecordsMax);
        _hook = settings.Hook;
        _streams = new LaneStream[streams.Length];
        for (int rank = 0; rank < streams.Length; rank++)
        {
            var ring = new LaneRing<EventChunk>(
                settings.Depth, () => new EventChunk { Records = new IrqEvent[records + RecordDecoder.StepRecordsMax] },
                _decoders, _merge, _hook);
            _streams[rank] = new LaneStream(streams[rank], ring);
        }
        _lanes = new DecodeLane[lanes];
        for (int i = 0; i < lanes; i++) _lanes[i] = new DecodeLane(makeKit, bigEndian, records);
        _threads = new Thread[lanes - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            DecodeLane lane = _lanes[i + 1];
            _threads[i] = new Thread(() => Work(lane)) { IsBackground = true, Name = "irqreplay decoder" };
            _threads[i].Start();
        }
    }

    /// <summary>Streams by rank, for the merge.</summary>
    public ReadOnlySpan<LaneStream> Streams => _streams;

    /// <summary>All that was decoded with. Complete when the merge has come to the end of all streams.</summary>
    public IEnumerable<DecoderKit> Kits()
    {
        foreach (DecodeLane lane in _lanes)
        {
            foreach (DecoderKit kit in lane.Kits) yield return kit;
        }
    }

    /// <summary>Merge: the stream's next chunk, which there is. The one before is given back.</summary>
    public EventChunk Next(LaneStream stream)
    {
        if (stream.Chunk is not null) stream.Ring.Release();
        var spin = new SpinWait();
        EventChunk chunk;
        while (!stream.Ring.TryTake(out chunk))
        {
            if (Decode(stream, _lanes[0]) || DecodeFurthestBehind(_lanes[0])) continue;
            if (!spin.NextSpinWillYield)
            {
                spin.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            int version = _merge.Prepare();
            if (stream.Ring.HasFilled || !stream.IsClaimed) _merge.Cancel();
            else _merge.Wait(version);
        }
        stream.Chunk = chunk;
        stream.At = 0;
        stream.PeakNs = Math.Max(stream.PeakNs, chunk.FloorNs);
        return chunk;
    }

    /// <summary>Ends all lanes; what they are decoding is thrown away.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _stopped, true);
        _decoders.Wake();
        foreach (Thread thread in _threads) thread.Join();
        foreach (DecodeLane lane in _lanes) lane.Dispose();
    }

    private void Work(DecodeLane lane)
    {
        var spin = new SpinWait();
        while (!Volatile.Read(ref _stopped))
        {
            if (DecodeFurthestBehind(lane))
            {
                spin.Reset();
                continue;
            }
            if (!spin.NextSpinWillYield)
            {
                spin.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            int version = _decoders.Prepare();
            if (Volatile.Read(ref _stopped) || FindFurthestBehind() is not null) _decoders.Cancel();
            else _decoders.Wait(version);
        }
    }

    private bool DecodeFurthestBehind(DecodeLane lane) => FindFurthestBehind() is { } stream && Decode(stream, lane);

    private bool Decode(LaneStream stream, DecodeLane lane)
    {
        _hook?.Invoke(LaneStep.Decode);
        if (!stream.TryDecode(lane)) return false;

        // The stream is free again, and this lane may go elsewhere.
        _decoders.Wake();
        return true;
    }

    private LaneStream? FindFurthestBehind()
    {
        LaneStream? found = null;
        ulong least = ulong.MaxValue;
        foreach (LaneStream stream in _streams)
        {
            if (stream.IsClaimed || stream.HasEnded || !stream.Ring.HasRoom) continue;
            if (found is not null && stream.DecodedNs >= least) continue;
            found = stream;
            least = stream.DecodedNs;
        }
        return found;
    }
}
