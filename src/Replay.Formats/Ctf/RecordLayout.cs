using System.Collections.Generic;
using System.Globalization;
using Replay.Formats.Ftrace;

namespace Replay.Formats.Ctf;

/// <summary>Where a field lies in a record; no bytes for one that has no place there.</summary>
internal readonly record struct RecordPlace(int Offset, int Bytes);

/// <summary>
/// The fields of an event as the mapper wants them: at fixed places. Where all of them have one in the packet, and a
/// text is the last, the packet's own bytes are the record; else a record is made, with numbers of whole bytes, and
/// texts behind them.
/// </summary>
internal sealed class RecordLayout
{
    /// <summary>Most bytes before the texts of a record that is made.</summary>
    private const int FixedBytesMax = 32 * 1024;

    private readonly RecordPlace[] _places;

    private RecordLayout(CtfStruct fields) => _places = new RecordPlace[fields.Fields.Count];

    /// <summary>True when bytes of the packet are the record.</summary>
    public bool IsDirect { get; private set; }

    /// <summary>Bytes of a record that is made, before its texts.</summary>
    public int FixedBytes { get; private set; }

    public EventFormat Format { get; private set; } = null!;

    public RecordPlace PlaceOf(int field) => _places[field];

    /// <param name="system">Group of the event.</param>
    /// <param name="name">Its name without the group.</param>
    /// <param name="type">Its fields.</param>
    /// <param name="bigEndian">Byte order of the trace.</param>
    public static RecordLayout Make(string system, string name, CtfStruct type, bool bigEndian)
    {
        var layout = new RecordLayout(type);
        List<FieldFormat> formats = [];
        layout.IsDirect = TryDirect(type, bigEndian, formats);
        if (!layout.IsDirect)
        {
            formats.Clear();
            layout.Place(type, formats, bigEndian);
        }
        layout.Format = new EventFormat(system, name, 0, formats);
        return layout;
    }

    /// <summary>LTTng writes an underscore before each name, perf before those that are words of TSDL.</summary>
    private static string PlainName(string name) => name.Length > 1 && name[0] == '_' ? name[1..] : name;

    private static bool TryDirect(CtfStruct type, bool bigEndian, List<FieldFormat> formats)
    {
        long at = 0;
        for (int i = 0; i < type.Fields.Count; i++)
        {
            CtfField field = type.Fields[i];
            if (field.Type.FixedBits < 0)
            {
                bool isText = field.Type is CtfString
                    || (field.Type is CtfSequence { Element: var element } && IsCharacter(element));
                if (!isText || i + 1 < type.Fields.Count) return false;
                at = CtfType.AlignUp(at, 8);
                formats.Add(new FieldFormat(PlainName(field.Name), "char[]", (int)(at >> 3), 0, false,
                    FieldStorage.FixedText, 0));
                return true;
            }
            at = CtfType.AlignUp(at, field.Type.Align);
            if (!IsWhole(field.Type, bigEndian) || (at & 7) != 0 || at > ushort.MaxValue * 8L) return false;
            if (FormatOf(field, (int)(at >> 3), (int)(field.Type.FixedBits >> 3)) is { } format) formats.Add(format);
            at += field.Type.FixedBits;
        }
        return true;
    }

    /// <summary>
    /// True for what can be read in place: numbers of whole bytes in the order of the trace, arrays of such.
    /// </summary>
    private static bool IsWhole(CtfType type, bool bigEndian)
    {
        if (type is CtfEnum { Container: var container }) type = container;
        return type switch
        {
            CtfInteger integer => integer.Bits is 8 or 16 or 32 or 64
                && (integer.Bits == 8 || integer.IsBigEndian(bigEndian) == bigEndian),
            CtfArray { Element: CtfInteger element } => IsWhole(element, bigEndian)
                && element.Align <= element.Bits,
            CtfFloat or CtfStruct or CtfArray => true, // Passed: no line of the mapping can ask for one.
            _ => false,
        };
    }

    private static bool IsCharacter(CtfType type) => type is CtfInteger { Bits: 8, IsText: true, Align: <= 8 };

    private void Place(CtfStruct type, List<FieldFormat> formats, bool bigEndian)
    {
        for (int i = 0; i < type.Fields.Count; i++)
        {
            CtfField field = type.Fields[i];
            (int bytes, FieldFormat? format) = Kept(field, bigEndian);
            if (format is null || FixedBytes + bytes > FixedBytesMax) continue;
            formats.Add(format with { Offset = FixedBytes });
            _places[i] = new RecordPlace(FixedBytes, bytes);
            FixedBytes += bytes;
        }
    }

    private static (int Bytes, FieldFormat? Format) Kept(CtfField field, bool bigEndian)
    {
        switch (field.Type)
        {
            case CtfInteger or CtfEnum:
                int bytes = field.Type.FixedBits switch { <= 8 => 1, <= 16 => 2, <= 32 => 4, _ => 8 };
                return (bytes, FormatOf(field, 0, bytes));
            case CtfString:
            case CtfSequence { Element: var element } when IsCharacter(element):
                return (4, new FieldFormat(PlainName(field.Name), "__data_loc char[]", 0, 4, false,
                    FieldStorage.DataLoc, 0));
            case CtfArray when IsWhole(field.Type, bigEndian) && field.Type.Align % 8 == 0
                && field.Type.FixedBits <= FixedBytesMax * 8L:
                bytes = (int)(field.Type.FixedBits >> 3);
                return bytes == 0 ? (0, null) : (bytes, FormatOf(field, 0, bytes));
            default: return (0, null);
        }
    }

    private static FieldFormat? FormatOf(CtfField field, int offset, int bytes)
    {
        string name = PlainName(field.Name);
        if (field.Type is CtfArray { Element: CtfInteger element })
        {
            return element is { Bits: 8, IsText: true }
                ? new FieldFormat(name, "char[]", offset, bytes, false, FieldStorage.FixedText, 0)
                : new FieldFormat(name, "int[]", offset, bytes, element.IsSigned, FieldStorage.IntegerArray,
                    element.Bits / 8);
        }
        if ((field.Type as CtfInteger ?? (field.Type as CtfEnum)?.Container) is not { } integer) return null;
        // Of a pointer only the base is left that it is printed in.
        bool isAddress = integer is { Base: 16, IsSigned: false } && bytes >= 4;
        string declared = isAddress ? "void *" : string.Create(CultureInfo.InvariantCulture, $"int{bytes * 8}");
        return new FieldFormat(name, declared, offset, bytes, integer.IsSigned,
            isAddress ? FieldStorage.Pointer : FieldStorage.Integer, 0);
    }
}
