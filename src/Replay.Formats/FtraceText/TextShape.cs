using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;

namespace Replay.Formats.FtraceText;

/// <summary>What became of a line that a shape was tried on.</summary>
internal enum ShapeResult : byte
{
    /// <summary>The record is made.</summary>
    Ok,

    /// <summary>The text has another shape.</summary>
    OtherShape,

    /// <summary>A place that must hold a number does not.</summary>
    NotANumber,
}

/// <summary>
/// One way in which an event is printed, and the record that its text is turned into: numbers of 8 bytes and located
/// texts, in a format of our own. So texts go through the same mapping, plans and checks as binary records do.
/// </summary>
internal sealed class TextShape
{
    /// <summary>Longest record: locations have 16 bits.</summary>
    public const int RecordMax = ushort.MaxValue;

    private readonly PrintPattern _pattern;
    private readonly List<Use> _uses = [];
    private readonly byte[] _template;

    private TextShape(PrintPattern pattern, int fixedBytes)
    {
        _pattern = pattern;
        _template = new byte[fixedBytes];
    }

    /// <summary>The mapper's plan.</summary>
    public int Plan { get; private set; }

    private readonly record struct Use(int Place, int Offset, int Size, bool IsText);

    /// <summary>
    /// The shape for a pattern whose fields a line of the mapping wants; null when none does.
    /// </summary>
    /// <param name="system">Group of the event.</param>
    /// <param name="name">Name of the event.</param>
    /// <param name="pattern">How it is printed.</param>
    /// <param name="constants">Fields that the pattern says by its words.</param>
    /// <param name="table">Lines of the mapping.</param>
    /// <param name="mapper">Gets the record's format.</param>
    /// <param name="id">Number of the format, for messages.</param>
    public static TextShape? TryMake(string system, string name, PrintPattern pattern,
        (string Field, ulong Value)[] constants, MappingTable table, RecordMapper mapper, int id)
    {
        int at = 0;
        while (table.Next(system, name, ref at) is { } line)
        {
            if (line.Kind is null) return null;
            if (!Array.TrueForAll(line.RequiredFields, field => Has(pattern, constants, field))) continue;
            List<FieldFormat> fields = [];
            int offset = 0;
            var fieldUses = new List<Use>();
            foreach (string field in line.RequiredFields)
            {
                (bool isText, int size) = StorageOf(line, field);
                fields.Add(isText
                    ? new FieldFormat(field, "__data_loc char[]", offset, size, false, FieldStorage.DataLoc, 0)
                    : new FieldFormat(field, "long", offset, size, true, FieldStorage.Integer, 0));
                fieldUses.Add(new Use(0, offset, size, isText));
                offset += size;
            }
            int plan = mapper.AddFormat(new EventFormat(system, name, id, fields));
            if (plan < 0) return null;
            var shape = new TextShape(pattern, offset) { Plan = plan };
            for (int i = 0; i < fieldUses.Count; i++) shape.AddUses(line.RequiredFields[i], fieldUses[i], constants);
            return shape;
        }
        return null;
    }

    /// <summary>Turns a text into a record.</summary>
    /// <param name="text">What is printed behind the event's name.</param>
    /// <param name="record">Room for <see cref="RecordMax"/> bytes.</param>
    /// <param name="length">Bytes of the record.</param>
    /// <param name="wrong">The text that is no number, for the message.</param>
    public ShapeResult TryEncode(ReadOnlySpan<byte> text, Span<byte> record, out int length,
        out ReadOnlySpan<byte> wrong)
    {
        length = _template.Length;
        wrong = default;
        Span<int> starts = stackalloc int[PrintPattern.PlacesMax], lengths = stackalloc int[PrintPattern.PlacesMax];
        if (!_pattern.TryMatch(text, starts, lengths)) return ShapeResult.OtherShape;
        _template.CopyTo(record);
        foreach (Use use in _uses)
        {
            ReadOnlySpan<byte> value = text.Slice(starts[use.Place], lengths[use.Place]);
            if (use.IsText)
            {
                value = PrintPattern.Unquote(value);
                value.CopyTo(record[length..]);
                BinaryPrimitives.WriteUInt32LittleEndian(record[use.Offset..], (uint)length | (uint)value.Length << 16);
                length += value.Length;
                continue;
            }
            if (!_pattern.Places[use.Place].TryReadNumber(value, out ulong number)
                || (use.Size == sizeof(uint) && number > uint.MaxValue && (long)number is < int.MinValue or >= 0))
            {
                wrong = value;
                return ShapeResult.NotANumber;
            }
            Span<byte> place = record[use.Offset..];
            if (use.Size == sizeof(uint)) BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)number);
            else
                BinaryPrimitives.WriteUInt64LittleEndian(place,
                    BinaryPrimitives.ReadUInt64LittleEndian(place) | number);
        }
        return ShapeResult.Ok;
    }

    private static bool Has(PrintPattern pattern, (string Field, ulong Value)[] constants, string field) =>
        Array.Exists(pattern.Places, place => place.Field == field)
        || Array.Exists(constants, one => one.Field == field);

    /// <summary>
    /// A field may be printed in several places, each some of its bits, or be said by the words around.
    /// </summary>
    private void AddUses(string field, Use use, (string Field, ulong Value)[] constants)
    {
        Place[] places = _pattern.Places;
        bool found = false;
        for (int place = 0; place < places.Length; place++)
        {
            if (places[place].Field != field) continue;
            _uses.Add(use with { Place = place });
            found = true;
            if (use.IsText || use.Size == sizeof(uint)) return;
        }
        if (found) return;
        ulong value = Array.Find(constants, one => one.Field == field).Value;
        BinaryPrimitives.WriteUInt64LittleEndian(_template.AsSpan(use.Offset), value);
    }

    /// <summary>
    /// A text where the mapping wants one. A number that counts only when it is positive is one of 32 bits: the kernel
    /// prints its error numbers there without their sign.
    /// </summary>
    private static (bool IsText, int Size) StorageOf(MappingLine line, string field)
    {
        for (int i = 0; i < line.Operands.Length; i++)
        {
            foreach (MappingTerm term in line.Operands[i])
            {
                if (term.Source != TermSource.Field || term.Text != field) continue;
                bool isText = line.Kind!.Operands[i].Format is OperandFormat.Name
                    or OperandFormat.Device or OperandFormat.Text;
                return (isText, isText || term.Positive ? sizeof(uint) : sizeof(ulong));
            }
        }
        return (false, sizeof(ulong));
    }
}
