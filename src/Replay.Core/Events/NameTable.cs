using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;

namespace Replay.Core.Events;

/// <summary>
/// Strings that events refer to by index, in the order of their first use. Index 0 is the empty name ("none").
/// Bounded: past <see cref="Capacity"/> every new name becomes <see cref="Overflow"/>, and that is counted.
/// </summary>
/// <remarks>
/// Interning is cold: importers keep the last name of each irq and ask only when it changes. One thread interns
/// and finds; others may meanwhile read names by index: whoever was handed an event sees the names that it refers to.
/// </remarks>
public sealed class NameTable
{
    /// <summary>Most names a table holds; an index fits 16 bits.</summary>
    public const int Capacity = ushort.MaxValue;

    /// <summary>Index of every name that came after the table was full.</summary>
    public const int Overflow = Capacity;

    private readonly Dictionary<string, int> _indexOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _indexOfSpan;

    // The array is replaced when it is full, never shortened; a name is in its place before the count says so.
    private string[] _names = new string[16];

    // Written by whoever interns (release), read by anybody (acquire).
    private int _count = 1;

    public NameTable()
    {
        _names[0] = "";
        _indexOf.Add("", 0);
        _indexOfSpan = _indexOf.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Names in the table, the empty one included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Names that did not fit.</summary>
    public long OverflowCount { get; private set; }

    /// <summary>The name at an index; <c>"?"</c> for an index that the table does not have.</summary>
    public string this[int index] => (uint)index < (uint)Count ? _names[index] : "?";

    /// <summary>Index of <paramref name="name"/>, added if it is new.</summary>
    public int Intern(ReadOnlySpan<char> name)
    {
        if (_indexOfSpan.TryGetValue(name, out int index)) return index;
        if (_count >= Capacity)
        {
            OverflowCount++;
            return Overflow;
        }
        string text = name.ToString();
        index = _count;
        if (index == _names.Length) Array.Resize(ref _names, index * 2);
        _names[index] = text;
        _indexOf.Add(text, index);
        Volatile.Write(ref _count, index + 1);
        return index;
    }

    /// <summary>Index of a UTF-8 name; bytes that are not valid text are replaced.</summary>
    public int Intern(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= 256)
        {
            Span<char> chars = stackalloc char[256];
            int length = Encoding.UTF8.GetChars(utf8, chars);
            return Intern(chars[..length]);
        }
        return Intern(Encoding.UTF8.GetString(utf8).AsSpan());
    }

    /// <summary>Index of a name already in the table, or -1.</summary>
    public int Find(ReadOnlySpan<char> name) => _indexOfSpan.TryGetValue(name, out int index) ? index : -1;
}
