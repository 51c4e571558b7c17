using System;
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
    private readonly SourceTable _sources;
    private readonly RecordMapper _mapper;
    private readonly int _typeOffset;

    /// <param name="sources">What each event number means; counts its records.</param>
    /// <param name="mapper">Makes events of records.</param>
    /// <param name="typeOffset">Offset of the 2-byte event number in each record.</param>
    public RecordDecoder(SourceTable sources, RecordMapper mapper, int typeOffset)
    {
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
    /// Consumes records of one stream while they come before the runner-up's and the batch has room. False when the
    /// stream has ended.
    /// </summary>
    /// <param name="stream">Holds a record that comes next in the order of all streams.</param>
    /// <param name="batch">Where records go; <paramref name="usedSoFar"/> of it are used.</param>
    /// <param name="full">Records at which the batch is full; one step's more must fit behind them.</param>
    /// <param name="limitNs">Time of the runner-up.</param>
    /// <param name="winsTie">True when the stream goes before the runner-up at the same time.</param>
    /// <param name="usedSoFar">Records in the batch.</param>
    public bool Run<TOrder>(CpuStream stream, Span<IrqEvent> batch, int full, ulong limitNs, bool winsTie, ref int usedSoFar)
        where TOrder : struct, IByteOrder
    {
        int used = usedSoFar;
        int typeOffset = _typeOffset;
        bool isConverted = stream.IsConverted;
        bool isSeen = stream.IsSeen;
        SourceSlot[] slots = _sources.Slots;
        ulong lastTimeNs = LastTimeNs;
        bool more = true;
        while (true)
        {
            if (stream.HasLoss)
            {
                EmitLoss(stream, batch, ref used);
                if (stream.RecordLength < 0)
                {
                    more = false;
                    break;
                }
                if (used >= full) break;
            }
            ReadOnlySpan<byte> data = stream.Data;
            int end = stream.End;
            int next = stream.Next;
            int start = stream.RecordStart;
            int length = stream.RecordLength;
            ulong clock = stream.Clock;
            ulong timeNs = stream.TimeNs;
            bool advanced;
            // Records of one page; the stream's own decoder does everything but plain data.
            while (true)
            {
                int id = TOrder.ReadUInt16(data[(start + typeOffset)..]);
                if ((uint)id >= (uint)slots.Length || slots[id].Plan == SourceSlot.Unresolved)
                {
                    _sources.Resolve(id);
                    slots = _sources.Slots;
                }
                ref SourceSlot slot = ref slots[id];
                if (slot.Plan != SourceSlot.Ignored)
                {
                    slot.Count++;
                    lastTimeNs = timeNs;
                    if (!HasTime) SetFirstTime(timeNs);
                    if (slot.Plan > 0)
                    {
                        int written = _mapper.Map(slot.Plan - 1, data.Slice(start, length), timeNs, stream.Cpu,
                            batch[used..], stream.FileOffset(start));
                        EventCount += written <= 1 ? written : CountEvents(batch.Slice(used, written));
                        used += written;
                        isSeen = true;
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
            if (!advanced && !stream.TryAdvance<TOrder>())
            {
                more = false;
                break;
            }
            if (stream.TimeNs > limitNs || (stream.TimeNs == limitNs && !winsTie) || used >= full) break;
        }
        stream.IsSeen = isSeen;
        LastTimeNs = lastTimeNs;
        usedSoFar = used;
        return more;
    }

    private void SetFirstTime(ulong timeNs)
    {
        HasTime = true;
        FirstTimeNs = timeNs;
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
