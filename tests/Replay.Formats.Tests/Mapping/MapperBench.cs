using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;

namespace Replay.Formats.Tests.Mapping;

/// <summary>A mapper over one format, records made field by field, and the event as "operand=value" words.</summary>
internal sealed class MapperBench : IAddressNames
{
    private readonly IrqEvent[] _output = new IrqEvent[RecordMapper.RecordsMax];
    private readonly RecordMapper _mapper;

    public MapperBench(EventFormat format, MappingTable? table = null, bool bigEndian = false, int longSize = 8)
    {
        Format = format;
        BigEndian = bigEndian;
        _mapper = new RecordMapper(table ?? MappingTable.BuiltIn, Tables, Report, this, bigEndian, longSize);
        Plan = _mapper.AddFormat(format);
    }

    public EventTables Tables { get; } = new();

    public ImportReport Report { get; } = new();

    public EventFormat Format { get; }

    public bool BigEndian { get; }

    public int Plan { get; }

    public RecordMapper Mapper => _mapper;

    public Dictionary<ulong, string> Symbols { get; } = [];

    public Dictionary<ulong, string> Texts { get; } = [];

    public string? FindSymbol(ulong address) => Symbols.GetValueOrDefault(address);

    public string? FindText(ulong address) => Texts.GetValueOrDefault(address);

    /// <summary>
    /// A record of the format: integers as long, texts as string or byte[] (appended for locations), arrays as uint[].
    /// </summary>
    public byte[] Record(params (string Field, object Value)[] values)
    {
        int length = 8;
        foreach (FieldFormat field in Format.Fields) length = Math.Max(length, field.Offset + field.Size);
        List<byte> record = [.. new byte[length]];
        foreach ((string name, object value) in values)
        {
            FieldFormat field = Format.FindField(name) ?? throw new ArgumentException(name);
            switch (value)
            {
                case long number:
                    Put(record, field.Offset, field.Size, number);
                    break;
                case uint[] elements:
                    for (int i = 0; i < elements.Length; i++) Put(record, field.Offset + (i * 4), 4, elements[i]);
                    break;
                default:
                    byte[] text = value is string s ? [.. Encoding.UTF8.GetBytes(s), 0] : (byte[])value;
                    if (field.Storage is FieldStorage.DataLoc or FieldStorage.RelLoc)
                    {
                        int from = field.Storage == FieldStorage.DataLoc ? 0 : field.Offset + field.Size;
                        Put(record, field.Offset, field.Size, record.Count - from + ((long)text.Length << 16));
                        record.AddRange(text);
                    }
                    else if (field.Size == 0) record.AddRange(text);
                    else for (int i = 0; i < text.Length; i++) record[field.Offset + i] = text[i];
                    break;
            }
        }
        return [.. record];
    }

    /// <summary>
    /// Maps one record and prints the event: kind, then every operand in schema order; null when damaged.
    /// </summary>
    public string? Map(byte[] record, long offset = 1000)
    {
        Array.Fill(_output, new IrqEvent { TimeNs = ulong.MaxValue, A = ulong.MaxValue, B = ulong.MaxValue });
        int count = _mapper.Map(Plan, record, 5_000_000_001, 3, _output, offset);
        if (count == 0) return null;
        EventKindInfo kind = EventSchema.Find(_output[0].Kind)!;
        for (int i = 0; i < count; i++)
        {
            if (_output[i].TimeNs != 5_000_000_001 || _output[i].Cpu != 3) return "wrong time or CPU";
            if (i > 0 && _output[i].Kind != EventKind.Extension) return "no extension";
        }
        if (count != EventSchema.RecordCount(_output[0])) return $"{count} records";
        if (kind.IsText)
        {
            Span<byte> text = new byte[EventText.LengthMax];
            return kind.Name + " \"" + Encoding.UTF8.GetString(text[..EventText.Read(_output, text)]) + "\"";
        }
        if (!kind.UsesIrq && _output[0].Irq != IrqEvent.NoIrq) return "an irq where there is none";
        var line = new StringBuilder(kind.Name);
        foreach (EventOperand operand in kind.Operands)
        {
            ulong value = operand.Get(_output[0], _output[1]);
            line.Append(' ').Append(operand.Name).Append('=').Append(operand.Format switch
            {
                OperandFormat.Signed => $"{(int)value}",
                OperandFormat.Hex => $"0x{value:x}",
                OperandFormat.Name => Tables.Names[(int)value],
                OperandFormat.Device => Tables.Devices[(int)value],
                OperandFormat.Symbol => operand.Symbols[value],
                _ => $"{value}",
            });
        }
        return line.ToString();
    }

    private void Put(List<byte> record, int offset, int size, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        bytes = bytes[..size];
        if (BigEndian) bytes.Reverse();
        for (int i = 0; i < size; i++) record[offset + i] = bytes[i];
    }
}
