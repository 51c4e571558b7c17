using System;
using System.IO;
using System.Text;
using System.Text.Json;
using Replay.Core.Events;

namespace Replay.Cli.Output;

/// <summary>
/// The JSON of <c>events</c>: <c>{schema, events: [{event, timeNs, cpu, kind, operands: {…}}]}</c>.
/// Numbers stay numbers, bit patterns are hex strings, names are text. Written as it is read, so its size has no limit.
/// </summary>
internal sealed class EventsJson : IDisposable
{
    private const int FlushBytes = 64 * 1024;

    private readonly Stream _output;
    private readonly Utf8JsonWriter _json;

    public EventsJson(Stream output)
    {
        _output = output;
        _json = JsonOutput.Start(output);
        _json.WriteStartObject();
        _json.WriteNumber("schema", JsonOutput.Schema);
        _json.WriteStartArray("events");
    }

    /// <summary>Whose the events are, where there are several machines: a member of each.</summary>
    public string? Machine { get; set; }

    /// <param name="number">Number of the event in the recording.</param>
    /// <param name="records">The event and its extension records.</param>
    /// <param name="tables">Names that it refers to.</param>
    public void Write(long number, ReadOnlySpan<IrqEvent> records, EventTables tables)
    {
        ref readonly IrqEvent record = ref records[0];
        EventKindInfo? kind = EventSchema.Find(record.Kind);
        _json.WriteStartObject();
        if (Machine is not null) _json.WriteString("machine", Machine);
        _json.WriteNumber("event", number);
        _json.WriteNumber("timeNs", record.TimeNs);
        _json.WriteNumber("cpu", record.Cpu);
        if (kind is null) _json.WriteNumber("kind", (byte)record.Kind);
        else _json.WriteString("kind", kind.Name);
        _json.WriteStartObject("operands");
        if (kind is not null)
        {
            IrqEvent extension = records.Length > 1 ? records[1] : default;
            foreach (EventOperand operand in kind.Operands) WriteOperand(operand, records, extension, tables);
        }
        _json.WriteEndObject();
        _json.WriteEndObject();
        if (_json.BytesPending > FlushBytes) _json.Flush();
    }

    /// <summary>Closes the document.</summary>
    public void Complete()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        JsonOutput.End(_json, _output);
    }

    public void Dispose() => _json.Dispose();

    private void WriteOperand(EventOperand operand, ReadOnlySpan<IrqEvent> records,
        in IrqEvent extension, EventTables tables)
    {
        if (operand.Format == OperandFormat.Text)
        {
            Span<byte> text = stackalloc byte[EventText.LengthMax];
            // Not all recorded text is valid UTF-8, which the JSON writer would refuse.
            _json.WriteString(operand.Name, Encoding.UTF8.GetString(text[..EventText.Read(records, text)]));
            return;
        }
        ulong value = operand.Get(records[0], extension);
        switch (operand.Format)
        {
            case OperandFormat.Signed:
                _json.WriteNumber(operand.Name, (long)(value << (64 - operand.Width)) >> (64 - operand.Width));
                break;
            case OperandFormat.Hex:
                _json.WriteHex(operand.Name, value);
                break;
            case OperandFormat.Name:
                _json.WriteString(operand.Name, tables.Names[(int)value]);
                break;
            case OperandFormat.Device:
                _json.WriteString(operand.Name, tables.Devices[(int)value]);
                break;
            case OperandFormat.Symbol when value < (ulong)operand.Symbols.Length && operand.Symbols[value].Length > 0:
                _json.WriteString(operand.Name, operand.Symbols[value]);
                break;
            default:
                _json.WriteNumber(operand.Name, value);
                break;
        }
    }
}
