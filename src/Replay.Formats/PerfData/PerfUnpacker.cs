using System;
using Replay.Formats.Bytes;

namespace Replay.Formats.PerfData;

/// <summary>
/// Makes plain records of compressed ones. They are one zstd stream, flushed at each outer record and ended with
/// the file, so an inner record may begin in one and end in the next.
/// </summary>
internal sealed class PerfUnpacker : IDisposable
{
    private const int BlockBytes = 1 << 18;

    private readonly PerfLayout _layout;
    private readonly Zstd _zstd = new();
    private readonly byte[] _block = new byte[BlockBytes];
    private readonly SpoolWriter _target;
    private int _kept;
    private long _packed;

    private PerfUnpacker(PerfLayout layout)
    {
        _layout = layout;
        _target = new SpoolWriter(layout.File.Name);
    }

    /// <summary>All records of the data, those inside of others unpacked, in a temporary file.</summary>
    /// <exception cref="BadInputException">Too much comes out, or there is no room for it.</exception>
    public static InputFile Unpack(PerfLayout layout)
    {
        using var unpacker = new PerfUnpacker(layout);
        unpacker.Run();
        return unpacker._target.ToFile();
    }

    public void Dispose()
    {
        _zstd.Dispose();
        _target.Dispose();
    }

    private void Run()
    {
        var reader = new PerfRecordReader(_layout.Data, _layout.BigEndian, new ImportReport());
        while (reader.TryNext())
        {
            if (reader.Type is PerfRecord.Compressed or PerfRecord.Compressed2)
            {
                if (!TryUnpack(in reader)) break;
                continue;
            }
            FilePart record = _layout.Data.Slice(reader.Start, reader.End - reader.Start);
            Copy(record);
            Copy(reader.Appended);
        }
        if (_kept > 0)
        {
            _layout.Report.Add(LossSeverity.DataLoss, "compressed records end inside one",
                _layout.Data.FileOffset(_layout.Data.Length),
                "whole records", $"{_kept} bytes of one");
        }
    }

    private bool TryUnpack(in PerfRecordReader reader)
    {
        ReadOnlySpan<byte> packed = reader.Body;
        if (reader.Type == PerfRecord.Compressed2)
        {
            if (packed.Length < 8) return Damaged(in reader, "a length", packed.Length);
            packed = Content2(packed, _layout.BigEndian);
        }
        bool isFull = false;
        while (packed.Length > 0 || isFull)
        {
            if (!_zstd.TryStep(packed, _block.AsSpan(_kept), out int consumed, out int written, out _))
                return Damaged(in reader, "zstd data", packed.Length);
            packed = packed[consumed..];
            _packed += consumed;
            isFull = _kept + written == _block.Length;
            if (consumed == 0 && written == 0) break;
            Keep(_kept + written);
        }
        return true;
    }

    /// <summary>
    /// u64 length, data, zeros up to a multiple of 8. Recorders that compressed in several steps gave the length
    /// of the last one only: then what follows is no zeros.
    /// </summary>
    private static ReadOnlySpan<byte> Content2(ReadOnlySpan<byte> body, bool bigEndian)
    {
        ulong told = PerfAttr.U64(body, bigEndian);
        body = body[8..];
        if (told <= (ulong)body.Length && !body[(int)told..].ContainsAnyExcept((byte)0)) return body[..(int)told];
        return body.TrimEnd((byte)0);
    }

    /// <summary>Writes the whole records at the start of the block and keeps the rest.</summary>
    private void Keep(int length)
    {
        int at = 0;
        while (length - at >= PerfSpec.RecordHeaderBytes)
        {
            ReadOnlySpan<byte> header = _block.AsSpan(at);
            int size = PerfSpec.RecordBytes(header, _layout.BigEndian);
            // What can be no record is left for the reader of the plain data to report.
            if (size < PerfSpec.RecordHeaderBytes) size = length - at;
            if (size > length - at) break;
            at += size;
        }
        _target.AppendUnpacked(_block.AsSpan(0, at), _packed);
        _block.AsSpan(at, length - at).CopyTo(_block);
        _kept = length - at;
    }

    private void Copy(FilePart part)
    {
        Span<byte> buffer = stackalloc byte[4096];
        for (long at = 0; at < part.Length;)
        {
            int read = part.Read(at, buffer);
            if (read == 0) return;
            _target.Append(buffer[..read]);
            at += read;
        }
    }

    private bool Damaged(in PerfRecordReader reader, string expected, int found)
    {
        _layout.Report.Add(LossSeverity.DataLoss,
            "compressed records that cannot be unpacked: what follows them is not read",
            reader.FileOffset, expected, $"{found} bytes that are not");
        return false;
    }
}
