using System;
using System.Collections.Generic;
using System.Globalization;

namespace Replay.Formats.PerfData;

/// <summary>A range of the data whose samples are of one stream.</summary>
internal readonly record struct PerfSegment(long Start, long End);

/// <summary>Records of one CPU whose times do not fall.</summary>
internal sealed class PerfStreamPlan(ushort cpu, int number)
{
    public ushort Cpu { get; } = cpu;

    /// <summary>Among those of its CPU.</summary>
    public int Number { get; } = number;

    public ulong LastNs { get; set; }

    public List<PerfSegment> Segments { get; } = [];
}

/// <summary>
/// perf writes what each CPU's buffer holds in turn, so a file's order is none of time. One walk over all
/// records divides them into streams that rise, at best one a CPU, to be merged like those of a trace.dat:
/// nothing has to be sorted or kept in memory but where each stream's pieces lie.
/// </summary>
internal sealed class PerfIndex
{
    /// <summary>Most streams of a CPU; buffers of threads instead of CPUs give it one each.</summary>
    private const int StreamsOfCpuMax = 256;

    /// <summary>Most pieces; perf takes from a buffer what fills up between two turns, not single records.</summary>
    private const int SegmentsMax = 1 << 24;

    private const string NotPlaced = "samples without time or CPU, "
        + "from which nothing follows (perf record -a keeps both)";

    private readonly PerfLayout _layout;
    private readonly PerfHeaderReader _header;
    private List<PerfStreamPlan>?[] _ofCpu = new List<PerfStreamPlan>?[8];
    private PerfStreamPlan? _last;
    private bool _mayGrow;
    private int _segments;

    public PerfIndex(PerfLayout layout, PerfHeaderReader header)
    {
        _layout = layout;
        _header = header;
    }

    /// <summary>Times of the earliest and the latest sample, whatever it is of.</summary>
    public ulong FirstNs { get; private set; } = ulong.MaxValue;
    public ulong LastNs { get; private set; }

    /// <summary>Lost records of no known CPU, which become no event.</summary>
    public long LostCount { get; private set; }

    /// <summary>In the order of ranks: by CPU, then as they began.</summary>
    public List<PerfStreamPlan> Streams()
    {
        List<PerfStreamPlan> all = [];
        foreach (List<PerfStreamPlan>? plans in _ofCpu) all.AddRange(plans ?? []);
        return all;
    }

    /// <summary>Walks all records; false, and nothing is to be used, at the first that is compressed.</summary>
    public bool TryBuild()
    {
        var reader = new PerfRecordReader(_layout.Data, _layout.BigEndian, _layout.Report);
        while (reader.TryNext())
        {
            switch (reader.Type)
            {
                case PerfRecord.Sample or PerfRecord.Lost or PerfRecord.LostSamples:
                    Place(in reader);
                    if (_mayGrow && !_layout.BigEndian && _layout.Shape is { } shape) Follow(ref reader, shape);
                    break;
                case PerfRecord.Compressed or PerfRecord.Compressed2: return false;
                case PerfRecord.Attr when _layout.IsPipe: AddAttr(in reader); break;
                case PerfRecord.TracingData: _header.ReadTracing(reader.Appended); break;
                case PerfRecord.Feature: AddFeature(in reader); break;
                case PerfRecord.EventUpdate: Rename(reader.Body); break;
            }
            // What lies behind a record is no record: a piece must not reach over it.
            if (reader.HasAppended) _mayGrow = false;
        }
        return true;
    }

    private void Place(in PerfRecordReader reader)
    {
        bool isSample = reader.Type == PerfRecord.Sample;
        var place = PerfPlace.Of(_layout, reader.Body, isSample);
        if (isSample && place.Attr is { } attr) attr.Count++;
        switch (place.State)
        {
            case PlaceState.UnknownEvent:
                AddDamage(reader.FileOffset, "sample of an event that is not described", "a number of one", place.Id);
                return;
            case PlaceState.Cut:
                AddDamage(reader.FileOffset, "sample shorter than its fields",
                    "all fields of its event", (ulong)reader.Body.Length);
                return;
            case PlaceState.Nowhere when isSample:
                if (!_layout.Report.Seen(NotPlaced))
                    _layout.Report.Add(place.Attr!.IsTracepoint ? LossSeverity.DataLoss : LossSeverity.Note, NotPlaced,
                        reader.FileOffset, "both", place.Attr.Name);
                return;
            case PlaceState.Nowhere:
                ulong lost = PerfPlace.LostOf(reader.Type, reader.Body, _layout.BigEndian);
                LostCount += lost == 0 ? 1 : (long)lost;
                return;
        }
        if (isSample)
        {
            FirstNs = Math.Min(FirstNs, place.TimeNs);
            LastNs = Math.Max(LastNs, place.TimeNs);
            // Others than tracepoints are counted, and that was it.
            if (!place.Attr!.IsTracepoint || !place.Attr.HasRaw) return;
        }
        PerfStreamPlan stream = Find(place.Cpu, place.TimeNs, reader.FileOffset);
        if (ReferenceEquals(stream, _last) && _mayGrow)
        {
            stream.Segments[^1] = stream.Segments[^1] with { End = reader.End };
            return;
        }
        if (++_segments > SegmentsMax)
        {
            throw BadInputException.At(_layout.File.Name, reader.FileOffset,
                $"CPUs that change at most {SegmentsMax} times in the file's order",
                "more: 'perf inject' or a shorter recording");
        }
        stream.Segments.Add(new PerfSegment(reader.Start, reader.End));
        _last = stream;
        _mayGrow = true;
    }

    /// <summary>
    /// Passes over samples that go on where the last one ended, as nearly all do: of the same CPU, later, of tracepoints.
    /// What <see cref="Place"/> would do with each of them, without looking for its stream.
    /// </summary>
    private void Follow(ref PerfRecordReader reader, SampleShape shape)
    {
        PerfStreamPlan stream = _last!;
        if (_ofCpu[stream.Cpu]!.Count > 1) return;
        ReadOnlySpan<byte> ahead = reader.Ahead;
        ulong last = stream.LastNs;
        int at = 0;
        while (ahead.Length - at >= PerfSpec.RecordHeaderBytes + shape.Bytes)
        {
            ReadOnlySpan<byte> record = ahead[at..];
            int size = PerfSpec.RecordBytes(record, bigEndian: false);
            if ((PerfRecord)PerfAttr.U32(record, false) != PerfRecord.Sample
                || size < PerfSpec.RecordHeaderBytes + shape.Bytes || size > record.Length)
                break;
            ReadOnlySpan<byte> body = record[PerfSpec.RecordHeaderBytes..size];
            ulong timeNs = PerfAttr.U64(body[shape.TimeOffset..], false);
            int number = _layout.FindAttr(PerfAttr.U64(body[shape.IdOffset..], false));
            if (number < 0 || timeNs < last || PerfAttr.U32(body[shape.CpuOffset..], false) != stream.Cpu) break;
            PerfAttr attr = _layout.Attrs[number];
            if (body.Length < attr.FixedBytes || !attr.IsTracepoint || !attr.HasRaw) break;
            if (at == 0) FirstNs = Math.Min(FirstNs, timeNs);
            attr.Count++;
            last = timeNs;
            at += size;
        }
        if (at == 0) return;
        reader.Pass(at);
        stream.Segments[^1] = stream.Segments[^1] with { End = reader.End };
        stream.LastNs = last;
        LastNs = Math.Max(LastNs, last);
    }

    /// <summary>
    /// The stream of the CPU that this time continues: of those that ended before it the one that ended last,
    /// so that there are as few as can be.
    /// </summary>
    private PerfStreamPlan Find(ushort cpu, ulong timeNs, long fileOffset)
    {
        if (_last is { } last && last.Cpu == cpu && timeNs >= last.LastNs && _ofCpu[cpu]!.Count == 1)
        {
            last.LastNs = timeNs;
            return last;
        }
        if (cpu >= _ofCpu.Length) Array.Resize(ref _ofCpu, Math.Max(cpu + 1, _ofCpu.Length * 2));
        List<PerfStreamPlan> plans = _ofCpu[cpu] ??= [];
        PerfStreamPlan? best = null;
        foreach (PerfStreamPlan plan in plans)
        {
            if (plan.LastNs <= timeNs && (best is null || plan.LastNs > best.LastNs)) best = plan;
        }
        if (best is null && plans.Count < StreamsOfCpuMax) plans.Add(best = new PerfStreamPlan(cpu, plans.Count));
        if (best is null)
        {
            best = plans[^1];
            const string What = "times of a CPU that go back too often to be put in order (order of the data kept)";
            if (!_layout.Report.Seen(What))
                _layout.Report.Add(LossSeverity.Warning, What, fileOffset,
                    $"at least {best.LastNs} ns on CPU {cpu}", $"{timeNs} ns");
        }
        best.LastNs = Math.Max(best.LastNs, timeNs);
        return best;
    }

    private void AddAttr(in PerfRecordReader reader)
    {
        if (!_header.TryAddAttr(reader.Body))
            AddDamage(reader.FileOffset, "description of an event that cannot be read",
                "an attribute and its sample numbers", (ulong)reader.Body.Length);
    }

    private void AddFeature(in PerfRecordReader reader)
    {
        if (reader.Body.Length < 8) return;
        ulong feature = PerfAttr.U64(reader.Body, _layout.BigEndian);
        if (feature >= PerfSpec.FeatureBits) return;
        const int Behind = PerfSpec.RecordHeaderBytes + 8;
        _header.ReadFeature((int)feature,
            _layout.Data.Slice(reader.Start + Behind, reader.End - reader.Start - Behind));
    }

    // u64 what (2: name) · u64 sample number · text
    private void Rename(ReadOnlySpan<byte> body)
    {
        const ulong Name = 2;
        if (body.Length < 16 || PerfAttr.U64(body, _layout.BigEndian) != Name) return;
        int attr = _layout.FindAttr(PerfAttr.U64(body[8..], _layout.BigEndian));
        int end = body[16..].IndexOf((byte)0);
        if (attr >= 0 && end > 0) _layout.Attrs[attr].Name = System.Text.Encoding.UTF8.GetString(body.Slice(16, end));
    }

    private void AddDamage(long fileOffset, string what, string expected, ulong found)
    {
        if (!_layout.Report.Seen(what))
            _layout.Report.Add(LossSeverity.DataLoss, what, fileOffset, expected,
                found.ToString(CultureInfo.InvariantCulture));
    }
}
