using System;
using Replay.Core.Events;
using Replay.Formats.Text;

namespace Replay.Formats.Mapping;

/// <summary>
/// Markers that are events: what QEMU's ftrace backend writes, and <c>irqreplay KIND key=value …</c>,
/// a line of the text form without time and CPU, by which whoever records states what no probe sees:
/// which functions are assigned, that a device is reset now.
/// </summary>
internal sealed class MarkerEvents(EventTables tables, ImportReport report)
{
    private const string Misspelt = "markers that start with irqreplay and are no event";

    private readonly IrqEvent[] _records = new IrqEvent[TextLineParser.RecordsMax];
    private readonly byte[] _line = new byte[EventText.LengthMax + 4];
    private TextLineParser? _parser;

    private static ReadOnlySpan<byte> Word => "irqreplay "u8;

    /// <summary>
    /// Records of the event that the text is, written to <paramref name="output"/>; 0 when it is a
    /// marker like any other.
    /// </summary>
    public int Read(ReadOnlySpan<byte> text, ulong timeNs, ushort cpu, Span<IrqEvent> output, long fileOffset)
    {
        if (!text.StartsWith(Word))
        {
            if (text.IndexOf("vfio_"u8) < 0) return 0;
            IrqEvent record = new() { TimeNs = timeNs, Cpu = cpu };
            if (!QemuTraceLine.TryRead(text, tables, ref record)) return 0;
            output[0] = record;
            return 1;
        }
        text = text[Word.Length..];
        "0 0 "u8.CopyTo(_line);
        text.CopyTo(_line.AsSpan(4));
        _parser ??= new TextLineParser(tables);
        int count = _parser.Parse(_line.AsSpan(0, text.Length + 4), _records, out _);
        if (count == 0 || count > output.Length)
        {
            report.Add(LossSeverity.Warning, Misspelt, fileOffset, "irqreplay KIND key=value … as the text form has it",
                System.Text.Encoding.UTF8.GetString(text));
            return 0;
        }
        for (int i = 0; i < count; i++)
        {
            output[i] = _records[i];
            output[i].TimeNs = timeNs;
            output[i].Cpu = cpu;
        }
        return count;
    }
}
