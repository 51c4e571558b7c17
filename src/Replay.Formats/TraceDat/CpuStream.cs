using System;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

// page    timestamp u64 · commit u32/u64 (low 27 bits used bytes, 31 records lost before, 30 their number follows)
//         · data
// record  u32 type_len:5 time_delta:27 · then by type_len:
//         1-28 data of 4 x type_len bytes      0 u32 length (itself included), data
//         29 padding                            30 u32 high part of the delta      31 u32 high part of an absolute time
// (kernel/trace/ring_buffer.c and include/linux/ring_buffer.h, 2.6.32 to 6.12)

/// <summary>
/// Walks the records of one CPU of one buffer. Holds one record that is decoded and not yet consumed, since merging
/// needs its time. The fields are public on purpose: the record loop keeps them in locals while it runs ahead.
/// </summary>
internal sealed partial class CpuStream
{
    private const uint CommitLost = 1u << 31;
    private const uint CommitLostCount = 1u << 30;
    private const ulong TimeTopBits = 0xF800_0000_0000_0000;
    private const int StampBits = 59;
    private const ulong LossMax = 1UL << 40;

    private readonly DataContext _context;
    private readonly PageSource _source;
    private readonly int _pageSize;
    private readonly TimeConverter? _converter;
    private int _pageEnd;

    public CpuStream(DataContext context, CpuSpan span, PageSource source, int pageSize, TimeConverter? converter)
    {
        _context = context;
        _source = source;
        _pageSize = pageSize;
        _converter = converter;
        Cpu = (ushort)span.Cpu;
        IsConverted = converter is not null;
    }

    public ushort Cpu { get; }

    /// <summary>Report, buffers and decompressor of the lane that reads now.</summary>
    public DataTools Tools
    {
        get => _source.Tools;
        set => _source.Tools = value;
    }

    /// <summary>True when <see cref="TimeNs"/> differs from <see cref="Clock"/>.</summary>
    public bool IsConverted { get; }

    /// <summary>Pages at hand.</summary>
    public byte[] Data = [];

    /// <summary>Position behind the record at hand: the next record's header.</summary>
    public int Next;

    /// <summary>End of the used bytes of the page at hand.</summary>
    public int End;

    /// <summary>Running time of the recording's clock, at the record at hand.</summary>
    public ulong Clock;

    /// <summary>Position of the record at hand.</summary>
    public int RecordStart;

    /// <summary>Bytes of the record at hand; -1 when the data ended and only a loss is left to tell.</summary>
    public int RecordLength;

    /// <summary>Time of the record at hand.</summary>
    public ulong TimeNs;

    /// <summary>True when records are missing before the record at hand.</summary>
    public bool HasLoss;

    /// <summary>True once a record of this stream has shown that its CPU is online.</summary>
    public bool IsSeen;

    /// <summary>True when all records were consumed.</summary>
    public bool HasEnded;

    /// <summary>Pages begun so far.</summary>
    public long PageCount;

    /// <summary>
    /// Latest time of the records consumed so far, in lanes. Whatever comes before it in the CPU's data comes before it
    /// in the order of all streams too, so a record's place there is that of the latest time up to it.
    /// </summary>
    public ulong PeakNs;

    /// <summary>Time and place of the first and of the last record, read by lanes, that is not left out.</summary>
    public RecordTime FirstTime;
    public RecordTime LastTime;

    /// <summary>How many, 0 = unknown.</summary>
    public ulong LossCount;

    /// <summary>Time of the CPU's clock as canonical time.</summary>
    public ulong Convert(ulong clock) => _converter is null ? clock : _converter.ToNs(clock, Cpu);

    /// <summary>Place in the file of the record at hand, for messages.</summary>
    public long FileOffset(int position) => _source.FileOffset(position);

    /// <summary>Decodes the next record, through pages and damage; false at the end of the CPU's data.</summary>
    public bool TryAdvance<TOrder>() where TOrder : struct, IByteOrder
    {
        while (true)
        {
            if (Next + 4 > End)
            {
                if (Next < End)
                    Skip(Next, "bytes after the last record of a page", "a record header", "fewer than 4 bytes");
                if (TryNextPage<TOrder>()) continue;
                return TryEndWithLoss();
            }
            TOrder.SplitEventHeader(TOrder.ReadUInt32(Data.AsSpan(Next)), out uint type, out uint delta);
            uint word = 0;
            bool hasWord = type is 0 or >= RingBufferSpec.Padding;
            if (hasWord)
            {
                if (type == RingBufferSpec.Padding && delta == 0)
                {
                    Next = End;
                    continue;
                }
                if (Next + 8 > End)
                {
                    Skip(Next, "record header cut by the end of its page", "8 bytes", "4");
                    continue;
                }
                word = TOrder.ReadUInt32(Data.AsSpan(Next + 4));
            }
            switch (type)
            {
                case RingBufferSpec.Padding:
                    // A discarded record: its delta counts all the same.
                    if (word < 4 || word > (uint)(End - Next - 4))
                    {
                        Skip(Next, "padding of impossible length", "4 to the page's end", $"{word}");
                        continue;
                    }
                    Clock += delta;
                    Next += 4 + (int)word;
                    continue;
                case RingBufferSpec.TimeExtend:
                    MoveClock(Clock + delta + ((ulong)word << RingBufferSpec.DeltaBits));
                    Next += 8;
                    continue;
                case RingBufferSpec.TimeStamp:
                    MoveClock(Complete(delta + ((ulong)word << RingBufferSpec.DeltaBits), Clock));
                    Next += 8;
                    continue;
            }
            int start = hasWord ? Next + 8 : Next + 4;
            long length = !hasWord ? type * 4 : word < 4 ? -1 : ((long)word - 4 + 3) & ~3L;
            if (length < 0 || length > End - start)
            {
                Skip(Next, "record of impossible length", $"0 to {End - start} bytes", $"{length}");
                continue;
            }
            Clock += delta;
            Next = start + (int)length;
            if (length < _context.TypeOffset + 2)
            {
                AddDamage(start, "record too short for its event number",
                    $"{_context.TypeOffset + 2} bytes", $"{length}");
                continue;
            }
            RecordStart = start;
            RecordLength = (int)length;
            TimeNs = Convert(Clock);
            return true;
        }
    }

    /// <summary>
    /// Records keep only 59 bits of an absolute time; the top ones come from the last full time (rb_fix_abs_ts).
    /// </summary>
    private static ulong Complete(ulong stamp, ulong last)
    {
        ulong top = last & TimeTopBits;
        if (top == 0) return stamp;
        stamp |= top;
        return stamp < last ? stamp + (1UL << StampBits) : stamp;
    }

    private void MoveClock(ulong clock)
    {
        if (clock < Clock) ReportBackwards(Next, clock);
        Clock = clock;
    }

    private bool TryNextPage<TOrder>() where TOrder : struct, IByteOrder
    {
        RingBufferSpec ring = _context.Ring;
        while (true)
        {
            if (_pageEnd >= _source.Length)
            {
                bool filled = _source.TryFill();
                Data = _source.Buffer;
                Next = End = _pageEnd = 0;
                if (_source.HasGap) AddLoss(0);
                _source.HasGap = false;
                if (!filled) return false;
            }
            PageCount++;
            int page = _pageEnd;
            int size = Math.Min(_pageSize, _source.Length - page);
            _pageEnd = page + size;
            Next = End = _pageEnd;
            if (size < ring.DataOffset)
            {
                AddDamage(page, "page cut by the end of the data", $"{_pageSize} bytes", $"{size}");
                continue;
            }
            ulong time = TOrder.ReadUInt64(Data.AsSpan(page + ring.TimestampOffset));
            ReadOnlySpan<byte> commitBytes = Data.AsSpan(page + ring.CommitOffset);
            ulong commit = ring.LongSize == 8 ? TOrder.ReadUInt64(commitBytes) : TOrder.ReadUInt32(commitBytes);
            ulong used = commit & ~(ulong)(CommitLost | CommitLostCount);
            int room = _pageSize - ring.DataOffset;
            if (used > (ulong)room)
            {
                AddDamage(page, "page with more used bytes than it has", $"at most {room}", $"{used}");
                continue;
            }
            int data = page + ring.DataOffset;
            if ((commit & CommitLost) != 0) ReadLoss<TOrder>(commit, data + (int)used);
            if (used > (ulong)(size - ring.DataOffset))
            {
                AddDamage(page, "page cut by the end of the data", $"{_pageSize} bytes", $"{size}");
                used = (ulong)(size - ring.DataOffset);
            }
            if (used == 0) continue;
            if (time < Clock) ReportBackwards(page, time);
            Clock = time;
            Next = data;
            End = data + (int)used;
            return true;
        }
    }

    /// <summary>
    /// The number of lost records, where the kernel had room to store it, is a long behind the used bytes.
    /// </summary>
    private void ReadLoss<TOrder>(ulong commit, int at) where TOrder : struct, IByteOrder
    {
        ulong count = 0;
        int longSize = _context.Ring.LongSize;
        if ((commit & CommitLostCount) != 0 && at + longSize <= _pageEnd)
            count = longSize == 8 ? TOrder.ReadUInt64(Data.AsSpan(at)) : TOrder.ReadUInt32(Data.AsSpan(at));
        // No ring buffer holds more: damage in the count must not become a number in a result.
        if (count > LossMax) count = 0;
        AddLoss(count);
        // The recorder's loss is no damage of the file: it is counted as lost records, and said louder than this.
        const string What = "recorder lost records (missed events)";
        if (!_source.Tools.Report.Seen(What))
        {
            _source.Tools.Report.Add(LossSeverity.Warning, What, FileOffset(at), "none lost",
                count == 0 ? $"an unknown number on CPU {Cpu}" : $"{count} on CPU {Cpu}");
        }
    }

    private void AddLoss(ulong count)
    {
        LossCount = !HasLoss ? count : LossCount == 0 || count == 0 ? 0 : LossCount + count;
        HasLoss = true;
    }

    /// <summary>
    /// At the end of the data a loss may be left that no record follows; it is given at the last time.
    /// </summary>
    private bool TryEndWithLoss()
    {
        Data = [];
        Next = End = 0;
        if (!HasLoss) return false;
        RecordLength = -1;
        TimeNs = Convert(Clock);
        return true;
    }

    /// <summary>Damage from <paramref name="position"/> to the end of the page.</summary>
    private void Skip(int position, string what, string expected, string found)
    {
        AddDamage(position, what, expected, found);
        Next = End;
    }

    private void AddDamage(int position, string what, string expected, string found)
    {
        AddLoss(0);
        if (!_source.Tools.Report.Seen(what))
        {
            _source.Tools.Report.Add(
                LossSeverity.DataLoss, what, FileOffset(position), expected, $"{found} on CPU {Cpu}");
        }
    }

    private void ReportBackwards(int position, ulong time)
    {
        const string What = "time goes backwards inside a CPU's data (order of the data kept)";
        if (!_source.Tools.Report.Seen(What))
        {
            _source.Tools.Report.Add(
                LossSeverity.Warning, What, FileOffset(position), $"at least {Clock} on CPU {Cpu}", $"{time}");
        }
    }
}

/// <summary>
/// A record's time, and the latest time of its CPU up to it, by which its place among all streams goes.
/// </summary>
internal struct RecordTime
{
    public bool IsKnown;
    public ulong TimeNs;
    public ulong PeakNs;
}
