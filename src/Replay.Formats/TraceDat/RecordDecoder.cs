using System;
using System.Threading;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Mapping;

namespace Replay.Formats.TraceDat;

/// <summary>
/// The loop over raw records: those of one stream become events until another stream's turn comes. Knows nothing of the
/// other streams but the time of the next one.
/// </summary>
internal sealed class RecordDecoder
{
    /// <summary>
    /// Most records that one step adds to a batch: those of one recorded event, and a loss before it.
    /// </summary>
    public const int StepRecordsMax = RecordMapper.RecordsMax + 1;

    /// <summary>
    /// Pages after which a lane hands over what it has, be it nothing: the merge must not wait for a quiet CPU.
    /// </summary>
    private const int PagesPerRun = 64;

    private readonly SourceTable _sources;
    private readonly RecordMapper _mapper;
    private readonly int _typeOffset;
    private readonly ImportReport _report;

    /// <param name="sources">What each event number means; counts its records.</param>
    /// <param name="mapper">Makes events of records.</param>
    /// <param name="typeOffset">Offset of the 2-byte event number in each record.</param>
    /// <param name="report">Where the mapper reports damage; looked at in lanes only.</param>
    public RecordDecoder(SourceTable sources, RecordMapper mapper, int typeOffset, ImportReport report)
    {
        _report = report;
        _sources = sources;
        _mapper = mapper;
        _typeOffset = typeOffset;
    }

    /// <summary>Events made so far.</summary>
    public long EventCount { get; private set; }

    /// <summary>Records that the recorder lost, those of unknown number counted 1.</summary>
    public long LostCount { get; private set; }

    /// <summary>True once a record was met that is not left out.</summary>
    public bool HasTime { get; private set; }

    /// <summary>Time of the first record that is not left out.</summary>
    public ulong FirstTimeNs { get; private set; }

    /// <summary>Time of the last record that is not left out.</summary>
    public ulong LastTimeNs { get; private set; }

    /// <summary>
    /// In a lane: the event number of the run's last record, where something is wrong with its format that
    /// the merge has not told yet; else -1.
    /// </summary>
    public int UntoldId { get; private set; }

    /// <summary>
    /// In a lane: the numbers whose formats the merge has told about; written by the merge (release).
    /// </summary>
    public bool[] ToldIds { get; init; } = [];

    /// <summary>In a lane: when the run's first event may be taken (<see cref="CpuStream.PeakNs"/> there).</summary>
    public ulong FloorNs { get; private set; }

    /// <summary>
    /// In a lane: true when the last record of the run became an event, so that what it brought belongs to that.
    /// </summary>
    public bool EndsAtEvent { get; private set; }

    /// <summary>Saves or restores the counts.</summary>
    public void Transfer(StateArchive archive)
    {
        EventCount = archive.Value(EventCount);
        LostCount = archive.Value(LostCount);
        HasTime = archive.Value(HasTime);
        FirstTimeNs = archive.Value(FirstTimeNs);
        LastTimeNs = archive.Value(LastTimeNs);
    }

    /// <summary>
    /// Consumes records of one stream while they come before the runner-up's and the batch has room. False when the
    /// stream has ended.
    /// </summary>
    /// <param name="stream">Holds a record that comes next in the order of all streams.</param>
    /// <param name="batch">Where records go; <paramref name="usedSoFar"/> of it are used.</param>
    /// <param name="full">Records at which the batch is full; one step's more must fit behind them.</param>
    /// <param name="limitNs">Time of the runner-up.</param>
    /// <param name="winsTie">True when the stream goes before the runner-up at the same time.</param>
    /// <param name="usedSoFar">Records in the batch.</param>
    public bool Run<TOrder, TMode>(
        CpuStream stream, Span<IrqEvent> batch, int full, ulong limitNs, bool winsTie, ref int usedSoFar)
        where TOrder : struct, IByteOrder
        where TMode : struct, IDecodeMode
    {
        int used = usedSoFar;
        int typeOffset = _typeOffset;
        bool isConverted = stream.IsConverted;
        bool isSeen = stream.IsSeen;
        SourceSlot[] slots = _sources.Slots;
        ulong lastTimeNs = LastTimeNs;
        bool more = true;
        // In a lane: the latest time of the CPU, the one up to which the run's events tell it, and where
        // the last record's are.
        ulong peak = 0, eventPeak = 0, lastPeak = 0;
        long pages = 0;
        int usedBefore = used;
        if (TMode.IsLane)
        {
            peak = stream.PeakNs;
            lastPeak = stream.LastTime.PeakNs;
            lastTimeNs = stream.LastTime.TimeNs;
            pages = stream.PageCount + PagesPerRun;
            UntoldId = -1;
            FloorNs = peak;
        }
        while (true)
        {
            if (stream.HasLoss)
            {
                if (TMode.IsLane)
                {
                    peak = Math.Max(peak, stream.TimeNs);
                    if (!Follows(stream.TimeNs, peak, used, ref eventPeak)) break;
                    usedBefore = used;
                }
                EmitLoss(stream, batch, ref used);
                if (stream.RecordLength < 0)
                {
                    more = false;
                    break;
                }
                if (TMode.IsLane || used >= full) break;
            }
            ReadOnlySpan<byte> data = stream.Data;
            int end = stream.End;
            int next = stream.Next;
            int start = stream.RecordStart;
            int length = stream.RecordLength;
            ulong clock = stream.Clock;
            ulong timeNs = stream.TimeNs;
            bool advanced = false, parts = false;
            // Records of one page; the stream's own decoder does everything but plain data.
            while (true)
            {
                int id = TOrder.ReadUInt16(data[(start + typeOffset)..]);
                if ((uint)id >= (uint)slots.Length || slots[id].Plan == SourceSlot.Unresolved)
                {
                    if (TMode.IsLane) _sources.ResolveAhead(id);
                    else _sources.Resolve(id);
                    slots = _sources.Slots;
                }
                ref SourceSlot slot = ref slots[id];
                int plan = slot.Plan;
                if (TMode.IsLane)
                {
                    usedBefore = used;
                    if (timeNs >= peak) peak = timeNs;
                    if (plan <= SourceSlot.Ignored - 1)
                    {
                        plan += SourceSlot.Untold;
                        if (IsTold(id)) slot.Plan = plan;
                        else full = 0;
                    }
                }
                if (plan != SourceSlot.Ignored)
                {
                    if (TMode.IsLane && (plan > 0 || !isSeen) && !Follows(timeNs, peak, used, ref eventPeak))
                    {
                        parts = true;
                        break;
                    }
                    slot.Count++;
                    lastTimeNs = timeNs;
                    if (TMode.IsLane) lastPeak = peak;
                    if (TMode.IsLane ? !stream.FirstTime.IsKnown : !HasTime) SetFirstTime<TMode>(stream, timeNs, peak);
                    if (plan > 0)
                    {
                        int written = _mapper.Map(plan - 1, data.Slice(start, length), timeNs, stream.Cpu,
                            batch[used..], stream.FileOffset(start));
                        EventCount += written <= 1 ? written : CountEvents(batch.Slice(used, written));
                        used += written;
                        isSeen = true;
                        if (TMode.IsLane && _report.Entries.Count > 0) full = 0;
                    }
                    else if (!isSeen)
                    {
                        isSeen = true;
                        EmitSeen(stream.Cpu, timeNs, batch, ref used);
                    }
                }
                advanced = false;
                if (next + 4 > end) break;
                TOrder.SplitEventHeader(TOrder.ReadUInt32(data[next..]), out uint type, out uint delta);
                int bytes = (int)(type * 4);
                if (type - 1 >= RingBufferSpec.Padding - 1 || next + 4 + bytes > end || bytes < typeOffset + 2) break;
                start = next + 4;
                length = bytes;
                next = start + bytes;
                clock += delta;
                timeNs = isConverted ? stream.Convert(clock) : clock;
                advanced = true;
                if (timeNs > limitNs || (timeNs == limitNs && !winsTie) || used >= full) break;
            }
            stream.Next = next;
            stream.RecordStart = start;
            stream.RecordLength = length;
            stream.Clock = clock;
            stream.TimeNs = timeNs;
            if (parts) break;
            if (!advanced && !stream.TryAdvance<TOrder>())
            {
                more = false;
                break;
            }
            if (stream.TimeNs > limitNs || (stream.TimeNs == limitNs && !winsTie) || used >= full) break;
            if (TMode.IsLane && !advanced && (_report.Entries.Count > 0 || stream.PageCount > pages)) break;
        }
        stream.IsSeen = isSeen;
        if (TMode.IsLane)
        {
            stream.PeakNs = peak;
            stream.LastTime.TimeNs = lastTimeNs;
            stream.LastTime.PeakNs = lastPeak;
            EndsAtEvent = used > usedBefore;
        }
        else
        {
            LastTimeNs = lastTimeNs;
        }
        usedSoFar = used;
        return more;
    }

    private void SetFirstTime<TMode>(CpuStream stream, ulong timeNs, ulong peak)
        where TMode : struct, IDecodeMode
    {
        if (TMode.IsLane)
        {
            stream.FirstTime = new RecordTime { IsKnown = true, TimeNs = timeNs, PeakNs = peak };
            return;
        }
        HasTime = true;
        FirstTimeNs = timeNs;
    }

    private bool IsTold(int id)
    {
        if (Volatile.Read(ref ToldIds[id])) return true;
        UntoldId = id;
        return false;
    }

    /// <summary>
    /// True when the place of an event among all streams follows from the run's floor and the times of its events.
    /// Where the time went back behind that of a record that became no event, it does not:
    /// the event begins another run.
    /// </summary>
    private bool Follows(ulong timeNs, ulong peak, int used, ref ulong eventPeak)
    {
        if (used == 0) FloorNs = eventPeak = peak;
        else if (timeNs >= peak) eventPeak = peak;
        return eventPeak >= peak;
    }

    /// <summary>
    /// A CPU's first record becomes no event of its own: it still tells that the CPU is online, since no other records.
    /// </summary>
    private void EmitSeen(ushort cpu, ulong timeNs, Span<IrqEvent> batch, ref int used)
    {
        ref IrqEvent seen = ref batch[used++];
        seen = default;
        seen.TimeNs = timeNs;
        seen.Cpu = cpu;
        seen.Kind = EventKind.CpuSeen;
        seen.Irq = IrqEvent.NoIrq;
        EventCount++;
    }

    private void EmitLoss(CpuStream stream, Span<IrqEvent> batch, ref int used)
    {
        ref IrqEvent loss = ref batch[used++];
        loss = default;
        loss.TimeNs = stream.TimeNs;
        loss.Cpu = stream.Cpu;
        loss.Kind = EventKind.Loss;
        loss.Irq = IrqEvent.NoIrq;
        loss.A = stream.LossCount;
        EventCount++;
        LostCount += stream.LossCount == 0 ? 1 : (long)stream.LossCount;
        stream.HasLoss = false;
        stream.LossCount = 0;
    }

    private static int CountEvents(ReadOnlySpan<IrqEvent> records)
    {
        int count = 0;
        foreach (ref readonly IrqEvent record in records)
        {
            if (record.Kind != EventKind.Extension) count++;
        }
        return count;
    }
}
