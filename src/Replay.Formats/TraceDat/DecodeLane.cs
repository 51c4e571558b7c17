using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

/// <summary>
/// One thread's part in decoding: makes chunks of whichever stream it is given, with tools of its own.
/// </summary>
internal sealed class DecodeLane : IDisposable
{
    private readonly Func<LaneNames, DecoderKit> _makeKit;
    private readonly List<DecoderKit> _kits = [];
    private readonly bool _bigEndian;
    private readonly int _chunkRecords;
    private DecoderKit _kit;
    private LaneNames _names = new();

    /// <param name="makeKit">Makes a decoder with a report of its own that puts names into these tables.</param>
    /// <param name="bigEndian">Byte order of the file.</param>
    /// <param name="chunkRecords">Records at which a chunk is full.</param>
    public DecodeLane(Func<LaneNames, DecoderKit> makeKit, bool bigEndian, int chunkRecords)
    {
        _makeKit = makeKit;
        _bigEndian = bigEndian;
        _chunkRecords = chunkRecords;
        _kit = makeKit(_names);
        _kits.Add(_kit);
    }

    /// <summary>Everything that this lane decoded with, for the sums at the end.</summary>
    public IReadOnlyList<DecoderKit> Kits => _kits;

    /// <summary>Decodes the next run of a stream that no other lane touches meanwhile.</summary>
    public void Decode(CpuStream stream, EventChunk chunk)
    {
        if (_names.IsNearlyFull) Renew();
        stream.Tools = _kit.Tools;
        RecordDecoder decoder = _kit.Decoder;
        long lost = decoder.LostCount;
        int used = 0;
        chunk.Names = _names;
        chunk.Failure = null;
        try
        {
            chunk.IsLast = !(_bigEndian
                ? Run<BigEndianOrder>(stream, chunk, ref used) : Run<LittleEndianOrder>(stream, chunk, ref used));
        }
#pragma warning disable CA1031 // Whatever it is, it is the caller's to handle, as if there were no lane.
        catch (Exception e)
#pragma warning restore CA1031
        {
            chunk.Failure = ExceptionDispatchInfo.Capture(e);
            chunk.IsLast = true;
        }
        chunk.Count = used;
        chunk.FloorNs = decoder.FloorNs;
        chunk.PeakNs = stream.PeakNs;
        chunk.UntoldId = decoder.UntoldId;
        chunk.EndsAtEvent = decoder.EndsAtEvent;
        chunk.LostCount = decoder.LostCount - lost;
        chunk.Damage.Clear();
        _kit.Tools.Report.MoveTo(chunk.Damage);
    }

    public void Dispose()
    {
        foreach (DecoderKit kit in _kits) kit.Dispose();
    }

    private bool Run<TOrder>(CpuStream stream, EventChunk chunk, ref int used) where TOrder : struct, IByteOrder =>
        _kit.Decoder.Run<TOrder, Ahead>(stream, chunk.Records, _chunkRecords, ulong.MaxValue, winsTie: true, ref used);

    // Only a recording with tens of thousands of names comes here: the lane forgets them all and numbers anew,
    // before its tables overflow where the recording's own might not.
    private void Renew()
    {
        _names = new LaneNames();
        _kit = _makeKit(_names);
        _kits.Add(_kit);
    }
}
