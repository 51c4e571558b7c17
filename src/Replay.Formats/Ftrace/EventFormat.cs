using System;
using System.Collections.Generic;

namespace Replay.Formats.Ftrace;

/// <summary>How a field of a tracepoint record is stored.</summary>
public enum FieldStorage : byte
{
    /// <summary>Integer of 1, 2, 4 or 8 bytes, in the file's byte order.</summary>
    Integer,

    /// <summary>
    /// Address; <c>const char *</c> resolves through the file's printk formats, others through its symbols.
    /// </summary>
    Pointer,

    /// <summary>NUL-terminated text in a fixed array; size 0 means "to the end of the record".</summary>
    FixedText,

    /// <summary><c>__data_loc</c>: low 16 bits offset from the record's start, high 16 bits length.</summary>
    DataLoc,

    /// <summary><c>__rel_loc</c>: as data_loc, the offset counted from the end of this 4-byte field.</summary>
    RelLoc,

    /// <summary>Fixed array of integers.</summary>
    IntegerArray,

    /// <summary>Anything else: an opaque span of bytes.</summary>
    Opaque,
}

/// <summary>One field of a tracepoint's format.</summary>
/// <param name="Name">Last identifier of the declaration.</param>
/// <param name="Type">Declaration without the name.</param>
/// <param name="Offset">Bytes from the start of the record.</param>
/// <param name="Size">Bytes; 0 for text that runs to the end of the record.</param>
/// <param name="IsSigned">True when the kernel says signed.</param>
/// <param name="Storage">How the bytes read.</param>
/// <param name="ElementSize">Bytes of one element of an <see cref="FieldStorage.IntegerArray"/>; else 0.</param>
public sealed record FieldFormat(
    string Name, string Type, int Offset, int Size, bool IsSigned, FieldStorage Storage, int ElementSize)
{
    /// <summary>True when the field's value is text (a pointer to text included).</summary>
    public bool IsText =>
        Storage == FieldStorage.FixedText
        || (Storage is FieldStorage.DataLoc or FieldStorage.RelLoc or FieldStorage.Pointer
            && Type.Contains("char", StringComparison.Ordinal));
}

/// <summary>
/// A tracepoint's format as its recording describes it: offsets differ between kernels and are never assumed.
/// </summary>
/// <param name="System">Group (<c>irq_vectors</c>, <c>rig</c>); <c>ftrace</c> for the built-in records.</param>
/// <param name="Name">Event name.</param>
/// <param name="Id">Value of common_type; per machine and boot.</param>
/// <param name="Fields">Fields in file order, the common ones included.</param>
public sealed record EventFormat(string System, string Name, int Id, IReadOnlyList<FieldFormat> Fields)
{
    /// <summary><c>system:name</c>.</summary>
    public string FullName => System + ":" + Name;

    /// <summary>The field called <paramref name="name"/>, or null.</summary>
    public FieldFormat? FindField(ReadOnlySpan<char> name)
    {
        foreach (FieldFormat field in Fields)
        {
            if (name.SequenceEqual(field.Name)) return field;
        }
        return null;
    }
}
