using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Formats.Bytes;

namespace Replay.Formats.Checkpoints;

/// <summary>
/// Checkpoints as they are made, in memory until the replay ends: a few tens of kilobytes each, and bounded.
/// What becomes too much is thinned out: every second one goes, and from then on they are made half as often.
/// </summary>
public sealed class CheckpointBuilder
{
    private readonly List<(Checkpoint Place, byte[] State)> _states = [];
    private readonly List<byte[]> _findings = [];
    private readonly CheckpointDirectory _directory;
    private long _bytes;
    private int _markBytes;
    private bool _marksFull;

    public CheckpointBuilder(CheckpointKey key) => _directory = new CheckpointDirectory { Key = key };

    /// <summary>Goes on where a file ends: all that it holds is taken over.</summary>
    /// <exception cref="Core.Checkpoints.CheckpointException">Something in it is damaged.</exception>
    public CheckpointBuilder(CheckpointKey key, CheckpointFile before)
        : this(key)
    {
        foreach (Chunk chunk in before.Directory.Findings) AddFindings(before.Read(chunk));
        foreach (Checkpoint each in before.Directory.Checkpoints)
        {
            byte[] state = before.Read(each.State);
            _states.Add((each, state));
            _bytes += state.Length;
        }
        foreach (CheckpointMark mark in before.Directory.Marks) AddMark(mark.Event, mark.Text);
        MarksCovered = before.Directory.MarksCovered;
        if (MarksCovered < before.Directory.Covered) _marksFull = true;
        NewCount = 0;
    }

    /// <summary>Checkpoints added, those taken over not counted.</summary>
    public int NewCount { get; private set; }

    /// <summary>Times that half of them were left out.</summary>
    public int Thinnings { get; private set; }

    /// <summary>True when even one state is more than may be kept: there is nothing to write.</summary>
    public bool IsTooMuch { get; private set; }

    private long MarksCovered { get => _directory.MarksCovered; set => _directory.MarksCovered = value; }

    /// <summary>
    /// Adds the state after a number of events, in place of one after as many: at the recording's end more is known
    /// of it than after its last batch. Findings that belong before it were added before.
    /// </summary>
    public void Add(long events, ulong maxTimeNs, ReadOnlySpan<byte> state)
    {
        if (IsTooMuch) return;
        if (_states.Count > 0 && _states[^1].Place.Events > events) return;
        if (_states.Count > 0 && _states[^1].Place.Events == events)
        {
            _bytes -= _states[^1].State.Length;
            _states.RemoveAt(_states.Count - 1);
        }
        _states.Add((new Checkpoint(events, maxTimeNs, _findings.Count, default), state.ToArray()));
        _bytes += state.Length;
        NewCount++;
        while (!IsTooMuch && (_bytes > CheckpointSpec.ChunkBytesMax || _states.Count > CheckpointSpec.CheckpointsMax))
            Thin();
    }

    /// <summary>Adds findings that came after those added before.</summary>
    public void AddFindings(ReadOnlySpan<byte> findings)
    {
        _findings.Add(findings.ToArray());
        _bytes += findings.Length;
    }

    /// <summary>Adds a marker; past a limit they are looked for in the recording again.</summary>
    public void AddMark(long number, string text)
    {
        _markBytes += Encoding.UTF8.GetByteCount(text);
        _marksFull |= _directory.Marks.Count == CheckpointSpec.MarksMax || _markBytes > CheckpointSpec.MarkBytesMax;
        if (!_marksFull) _directory.Marks.Add(new CheckpointMark(number, text));
    }

    /// <summary>Says up to where the recording was replayed.</summary>
    public void Cover(long events, bool isWhole)
    {
        _directory.Covered = events;
        _directory.IsWhole = isWhole;
        if (!_marksFull) MarksCovered = events;
        else if (_directory.Marks.Count > 0) MarksCovered = Math.Max(MarksCovered, _directory.Marks[^1].Event + 1);
    }

    /// <summary>Writes the whole file.</summary>
    public void Write(Stream stream)
    {
        Span<byte> magic = stackalloc byte[CheckpointSpec.MagicBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(magic, CheckpointSpec.FileMagic);
        stream.Write(magic);
        long offset = magic.Length;
        _directory.Findings.Clear();
        _directory.Checkpoints.Clear();
        foreach (byte[] findings in _findings) _directory.Findings.Add(WriteChunk(stream, findings, ref offset));
        foreach ((Checkpoint place, byte[] state) in _states)
            _directory.Checkpoints.Add(place with { State = WriteChunk(stream, state, ref offset) });
        WriteTrailer(stream, WriteChunk(stream, DirectoryCodec.Write(_directory), ref offset));
    }

    private static Chunk WriteChunk(Stream stream, byte[] bytes, ref long offset)
    {
        var chunk = new Chunk(offset, bytes.Length, Crc32C.Compute(bytes));
        stream.Write(bytes);
        offset += bytes.Length;
        return chunk;
    }

    private static void WriteTrailer(Stream stream, Chunk directory)
    {
        Span<byte> trailer = stackalloc byte[CheckpointSpec.TrailerBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(trailer, CheckpointSpec.TrailerMagic);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[8..], directory.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[16..], directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[20..], directory.Crc);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[24..], CheckpointSpec.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[28..], Crc32C.Compute(trailer[..28]));
        stream.Write(trailer);
    }

    // The newest stays: a replay that goes on from this file begins there.
    private void Thin()
    {
        if (_states.Count == 1)
        {
            IsTooMuch = true;
            return;
        }
        Thinnings++;
        int kept = 0;
        for (int i = (_states.Count - 1) % 2; i < _states.Count; i += 2) _states[kept++] = _states[i];
        _states.RemoveRange(kept, _states.Count - kept);
        _bytes = 0;
        foreach (byte[] findings in _findings) _bytes += findings.Length;
        foreach ((_, byte[] state) in _states) _bytes += state.Length;
    }
}
