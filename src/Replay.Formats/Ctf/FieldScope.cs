using System;
using System.Collections.Generic;

namespace Replay.Formats.Ctf;

/// <summary>A field that lengths and choices can be made of.</summary>
/// <param name="Name">Of the field.</param>
/// <param name="Type">Of the field.</param>
/// <param name="Number">Of an integer: its register, or its place among those of the event; else -1.</param>
/// <param name="Inner">Fields of a structure, options of a variant.</param>
internal readonly record struct ScopeField(string Name, CtfType Type, int Number, FieldScope? Inner);

/// <summary>The fields of a structure that precede the one at hand; of two with one name the later one.</summary>
/// <param name="outer">The structure around it; null at the root.</param>
/// <param name="isPacket">Its integers have registers already: it belongs to the packet or the event's header.</param>
internal sealed class FieldScope(FieldScope? outer, bool isPacket)
{
    private Dictionary<string, ScopeField>? _fields;

    public FieldScope? Outer { get; } = outer;

    public bool IsPacket { get; } = isPacket;

    public void Add(ScopeField field) => (_fields ??= new(StringComparer.Ordinal))[field.Name] = field;

    /// <summary>The field of that path.</summary>
    public ScopeField? Find(ReadOnlySpan<string> path)
    {
        if (_fields is null || !_fields.TryGetValue(path[0], out ScopeField field)) return null;
        return path.Length == 1 ? field : field.Inner?.Find(path[1..]);
    }
}

/// <summary>What a length or a choice depends on.</summary>
internal readonly record struct FieldReference(ScopeField Field, bool IsPacket);
