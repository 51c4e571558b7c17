using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Replay.Core.Events;

namespace Replay.Formats.Text;

// One line, as written for every kind by the same loop over the operands of its row:
// 0.365192000 0 vector_alloc irq=24 vector=33 reserved=1 ret=0
// 0.365193000 1 handler_entry irq=24 name=nvme0q1 # 17

/// <summary>
/// Writes events as the text form: <see cref="WriteHeader(RecordingInfo)"/>, <see cref="Write"/> for each batch, then
/// <see cref="WriteEnd"/>. The same events and facts give the same bytes, whatever the batches and the format that they
/// were read from.
/// </summary>
/// <remarks>Not for several threads. Dispose gives the buffer back and leaves the stream open.</remarks>
public sealed class EventTextWriter : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    // Everything of a line but names and texts fits: time, CPU, kind, twelve keys and numbers, the event's number.
    private const int FixedBytesMax = 1024;

    private readonly Stream? _stream;
    private readonly IBufferWriter<byte>? _writer;
    private readonly TextFactWriter _facts = new();
    private readonly TextTally _tally = new();
    private readonly byte[] _text = new byte[EventText.LengthMax];
    private EncodedNames _names;
    private EncodedNames _devices;
    private EventTables? _tables;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _length;

    public EventTextWriter(Stream stream) => _stream = stream;

    public EventTextWriter(IBufferWriter<byte> writer) => _writer = writer;

    /// <summary>True appends each event's number as a comment: <c># 17</c>.</summary>
    public bool WithNumbers { get; init; }

    /// <summary>Number of the next event, from 0; a caller that leaves events out sets it before each call.</summary>
    public long NextNumber { get; set; }

    /// <summary>Events written so far.</summary>
    public long EventCount => _tally.EventCount;

    /// <summary>Writes the first line and the facts that the recording knows from its opening.</summary>
    public void WriteHeader(RecordingInfo info) => WriteHeader(info, TextSpec.FirstLine + "\n");

    /// <summary>
    /// The same for one machine of several: the line that names it, and before the first one how many there are.
    /// </summary>
    public void WriteHeader(RecordingInfo info, IReadOnlyList<string> machines, int index) =>
        WriteHeader(info, TextMachines.Heading(machines, index));

    /// <summary>The same with other first lines, line ends included.</summary>
    internal void WriteHeader(RecordingInfo info, string heading) => WriteCold(_facts.WriteTop(info, heading));

    /// <summary>
    /// Writes one line for each event of <paramref name="events"/>; an event must not be parted from its extension
    /// records. A missing extension reads as zero; a record that no event accounts for becomes a comment.
    /// </summary>
    public void Write(ReadOnlySpan<IrqEvent> events, EventTables tables)
    {
        if (!ReferenceEquals(tables, _tables))
        {
            _tables = tables;
            _names = new EncodedNames(tables.Names);
            _devices = new EncodedNames(tables.Devices);
        }
        int index = 0;
        while (index < events.Length)
        {
            if (_buffer.Length - _length < FixedBytesMax) FlushBuffer();
            index += WriteOne(events[index..]);
        }
    }

    /// <summary>Writes the facts that only the whole recording gives, closes the text and flushes.</summary>
    public void WriteEnd(RecordingInfo info, ImportReport report)
    {
        WriteCold(_facts.WriteEnd(info, report, _tally));
        Flush();
    }

    /// <summary>Hands everything written so far to the stream or buffer writer.</summary>
    public void Flush()
    {
        FlushBuffer();
        _stream?.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        FlushBuffer();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private int WriteOne(ReadOnlySpan<IrqEvent> events)
    {
        ref readonly IrqEvent record = ref events[0];
        TextKind? kind = TextKind.Find(record.Kind);
        if (kind is null && record.Kind is EventKind.Invalid or EventKind.Extension) return WriteStray(record);

        int extensions = CountExtensions(events, kind, record);
        IrqEvent extension = extensions > 0 ? events[1] : default;
        byte[] buffer = _buffer;
        int at = _length;
        at += TextNumber.WriteTime(record.TimeNs, buffer.AsSpan(at));
        buffer[at++] = (byte)' ';
        at += TextNumber.WriteDecimal(record.Cpu, buffer.AsSpan(at));
        if (kind is null) at = WriteRaw(events[..(extensions + 1)], at);
        else
        {
            at = Put(kind.NameWithBlank, buffer, at);
            foreach (ref readonly TextOperand operand in kind.Operands.AsSpan())
            {
                at = Put(operand.KeyWithBlank, buffer, at);
                ulong value = (SlotOf(operand.Slot, record, extension) >> operand.Shift) & operand.Mask;
                at = operand.Format switch
                {
                    OperandFormat.Decimal => WriteDecimal(operand, value, at),
                    OperandFormat.Hex => at + TextNumber.WriteHex(value, buffer.AsSpan(at)),
                    OperandFormat.Signed => WriteSigned(operand, value, at),
                    OperandFormat.Name => PutLong(_names.Get((int)value), at),
                    OperandFormat.Device => PutLong(_devices.Get((int)value), at),
                    OperandFormat.Symbol => WriteSymbol(operand, value, at),
                    _ => WriteText(events[..(extensions + 1)], at),
                };
            }
        }
        if (WithNumbers) at = WriteNumber(at);
        _buffer[at++] = (byte)'\n';
        _length = at;
        _tally.Add(record);
        NextNumber++;
        return extensions + 1;
    }

    private static int CountExtensions(ReadOnlySpan<IrqEvent> events, TextKind? kind, in IrqEvent record)
    {
        int most = kind is null ? TextSpec.ExtensionsMax
            : kind.Info.IsText ? EventText.RecordCount(record.Irq) - 1
            : kind.Info.HasExtension ? 1 : 0;
        int count = 0;
        while (count < most && count + 1 < events.Length && events[count + 1].Kind == EventKind.Extension) count++;
        return count;
    }

    private static ulong SlotOf(OperandSlot slot, in IrqEvent record, in IrqEvent extension) => slot switch
    {
        OperandSlot.Irq => record.Irq,
        OperandSlot.Vector => record.Vector,
        OperandSlot.A => record.A,
        OperandSlot.B => record.B,
        OperandSlot.ExtensionA => extension.A,
        _ => extension.B,
    };

    private int WriteDecimal(in TextOperand operand, ulong value, int at) =>
        operand.IsIrq && value == IrqEvent.NoIrq
            ? Put("none"u8, _buffer, at)
            : at + TextNumber.WriteDecimal(value, _buffer.AsSpan(at));

    private int WriteSigned(in TextOperand operand, ulong value, int at)
    {
        if (value >> (operand.Width - 1) != 0)
        {
            _buffer[at++] = (byte)'-';
            value = (0 - value) & operand.Mask;
        }
        return at + TextNumber.WriteDecimal(value, _buffer.AsSpan(at));
    }

    private int WriteSymbol(in TextOperand operand, ulong value, int at)
    {
        if (value < (ulong)operand.Symbols.Length && operand.Symbols[value].Length > 0)
        {
            return Put(operand.Symbols[value], _buffer, at);
        }
        return at + TextNumber.WriteDecimal(value, _buffer.AsSpan(at));
    }

    private int WriteText(ReadOnlySpan<IrqEvent> records, int at)
    {
        int length = EventText.Read(records, _text);
        at = EnsureLong(TextQuoting.QuotedBytesMax(length), at);
        return at + TextQuoting.Quote(_text.AsSpan(0, length), _buffer.AsSpan(at));
    }

    private int WriteRaw(ReadOnlySpan<IrqEvent> records, int at)
    {
        at = EnsureLong(records.Length * 64, at);
        var text = new StringBuilder();
        ref readonly IrqEvent record = ref records[0];
        text.Append(' ').Append(TextSpec.UnknownKindPrefix).Append((byte)record.Kind).Append(" irq=");
        if (record.Irq == IrqEvent.NoIrq) text.Append(TextSpec.None);
        else text.Append(record.Irq);
        text.Append(" vector=").Append(record.Vector);
        for (int i = 0; i < records.Length; i++)
        {
            string suffix = i == 0 ? "" : i.ToString(CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture,
                $" a{suffix}=0x{records[i].A:x} b{suffix}=0x{records[i].B:x}");
        }
        return at + Encoding.ASCII.GetBytes(text.ToString(), _buffer.AsSpan(at));
    }

    private int WriteStray(in IrqEvent record)
    {
        string what = record.Kind == EventKind.Extension ? "extension record without its event" : "record of no kind";
        WriteCold(string.Create(CultureInfo.InvariantCulture,
            $"# {what}: a=0x{record.A:x} b=0x{record.B:x}\n"));
        return 1;
    }

    private int WriteNumber(int at)
    {
        at = Put(" # "u8, _buffer, at);
        return at + TextNumber.WriteDecimal((ulong)NextNumber, _buffer.AsSpan(at));
    }

    private static int Put(ReadOnlySpan<byte> bytes, byte[] buffer, int at)
    {
        bytes.CopyTo(buffer.AsSpan(at));
        return at + bytes.Length;
    }

    private int PutLong(ReadOnlySpan<byte> bytes, int at)
    {
        at = EnsureLong(bytes.Length, at);
        bytes.CopyTo(_buffer.AsSpan(at));
        return at + bytes.Length;
    }

    // Names and texts may be long: the line so far goes out when one does not fit beside the rest of the line.
    private int EnsureLong(int length, int at)
    {
        if (_buffer.Length - at >= length + FixedBytesMax) return at;
        _length = at;
        FlushBuffer();
        return 0;
    }

    private void WriteCold(string text)
    {
        FlushBuffer();
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        if (_stream is not null) _stream.Write(utf8);
        else _writer!.Write(utf8);
    }

    private void FlushBuffer()
    {
        if (_length == 0) return;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, _length);
        // Emptied first: when the other end of a pipe is gone, Dispose must not fail a second time.
        _length = 0;
        if (_stream is not null) _stream.Write(bytes);
        else _writer!.Write(bytes);
    }

    /// <summary>Names of one table as they are written, made at their first use.</summary>
    private struct EncodedNames(NameTable table)
    {
        private static readonly byte[] Unknown = "\"?\""u8.ToArray();

        private byte[]?[] _byIndex = new byte[]?[64];

        public ReadOnlySpan<byte> Get(int index) =>
            (uint)index < (uint)_byIndex.Length && _byIndex[index] is { } known ? known : Make(index);

        private byte[] Make(int index)
        {
            // An index past the end of the table may get its name later, so what stands for it is not kept.
            if (index >= table.Count) return Unknown;
            byte[] encoded = TextQuoting.Encode(table[index], TextSpec.NameBytesMax);
            if (index >= _byIndex.Length) Array.Resize(ref _byIndex, Math.Max(index + 1, _byIndex.Length * 2));
            _byIndex[index] = encoded;
            return encoded;
        }
    }
}
