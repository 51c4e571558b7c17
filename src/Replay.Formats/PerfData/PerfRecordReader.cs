using System;
using System.Globalization;
using Replay.Formats.Bytes;

namespace Replay.Formats.PerfData;

/// <summary>
/// Walks the records of a perf.data one after the other. A record that cannot be one ends the walk, since nothing tells
/// where the next begins; that is reported.
/// </summary>
internal ref struct PerfRecordReader
{
    private const string Impossible = "record of impossible length: what follows it is not read";
    private const int ShownBytes = 32;

    private readonly PartReader _reader;
    private readonly FilePart _part;
    private readonly bool _bigEndian;
    private readonly ImportReport _report;

    public PerfRecordReader(FilePart part, bool bigEndian, ImportReport report)
    {
        _part = part;
        _reader = new PartReader(part, bigEndian);
        _bigEndian = bigEndian;
        _report = report;
    }

    /// <summary>Type of the record at hand.</summary>
    public PerfRecord Type { get; private set; }

    /// <summary>The record at hand without its header. Valid until the next one.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>
    /// Where the record at hand begins and ends in the part; what was appended to it comes behind its end.
    /// </summary>
    public long Start { get; private set; }
    public long End { get; private set; }

    /// <summary>Data behind the record at hand that its own length, of 16 bits, does not count.</summary>
    public FilePart Appended { get; private set; } = FilePart.Empty;

    /// <summary>True when it had any, be it of no bytes.</summary>
    public readonly bool HasAppended => Type is PerfRecord.TracingData or PerfRecord.AuxTrace;

    public readonly long FileOffset => _part.FileOffset(Start);

    /// <summary>Records behind the one at hand that are in memory already, the last one perhaps cut.</summary>
    public readonly ReadOnlySpan<byte> Ahead => _reader.Buffered;

    /// <summary>Moves over whole records of <see cref="Ahead"/>, as if the last of them had been the one at hand.</summary>
    public void Pass(int bytes)
    {
        _reader.TrySkip((ulong)bytes);
        End = _reader.Position;
    }

    public bool TryNext()
    {
        if (_reader.Remaining == 0) return false;
        Start = _reader.Position;
        Appended = FilePart.Empty;
        if (!_reader.TryPeek(PerfSpec.RecordHeaderBytes, out ReadOnlySpan<byte> header))
            return Stop("record header cut", 0, 0);
        Type = (PerfRecord)PerfAttr.U32(header, _bigEndian);
        int size = PerfSpec.RecordBytes(header, _bigEndian);
        if (size < PerfSpec.RecordHeaderBytes || size > _reader.Remaining) return Stop(Impossible, (uint)Type, size);
        _reader.TryPeek(size, out ReadOnlySpan<byte> record);
        if (record.Length < size) return Stop(Impossible, (uint)Type, size);
        Body = record[PerfSpec.RecordHeaderBytes..];
        _reader.TrySkip((ulong)size);
        End = _reader.Position;
        return !HasAppended || TryTakeAppended();
    }

    private bool TryTakeAppended()
    {
        ulong length = 0;
        if (Type == PerfRecord.TracingData && Body.Length >= 4)
            length = ((ulong)PerfAttr.U32(Body, _bigEndian) + 7) & ~7UL;
        else if (Type == PerfRecord.AuxTrace && Body.Length >= 8) length = PerfAttr.U64(Body, _bigEndian);
        // The body lies in the reader's buffer, which stays as it is: taking a part reads nothing.
        if (_reader.TryTakePart(length, out FilePart part))
        {
            Appended = part;
            return true;
        }
        return Stop("data behind a record cut by the end of the file", (uint)Type,
            (long)Math.Min(length, long.MaxValue));
    }

    /// <summary>perf's own words behind the last record come from a shell that sent both into one pipe.</summary>
    private readonly bool Stop(string what, uint type, long size)
    {
        Span<byte> shown = stackalloc byte[ShownBytes];
        shown = shown[.._part.Read(Start, shown)];
        bool isText = type >= (uint)PerfRecord.Absurd && !shown.ContainsAnyExceptInRange((byte)'\t', (byte)'~');
        _report.Add(isText ? LossSeverity.Note : LossSeverity.DataLoss, isText ? "text behind the last record" : what,
            _part.FileOffset(Start), "a record",
            isText ? TraceSniffer.Describe(shown) : string.Create(CultureInfo.InvariantCulture,
                $"type {type}, {size} bytes, where {_part.Length - Start} are left"));
        return false;
    }
}
