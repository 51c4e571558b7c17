using System.Collections.Generic;

namespace Replay.Formats.Ctf;

/// <summary>A field that lengths and choices can be made of.</summary>
/// <param name="Name">Of the field.</param>
/// <param name="Type">Of the field.</param>
/// <param name="Number">Of an integer: its register, or its place among those of the event; else -1.</param>
/// <param name="Inner">Fields of a structure, options of a variant.</param>
internal readonly record struct ScopeField(string Name, CtfType Type, int Number, FieldScope? Inner);

/// <summary>The fields of a structure that precede the one at hand.</summary>
/// <param name="outer">The structure around it; null at the root.</param>
/// <param name="isPacket">Its integers have registers already: it belongs to the packet or the event's header.</param>
internal sealed class FieldScope(FieldScope? outer, bool isPacket)
{
    private readonly List<ScopeField> _fields = [];

    public FieldScope? Outer { get; } = outer;

    public bool IsPacket { get; } = isPacket;

    public void Add(ScopeField field) => _fields.Add(field);

    /// <summary>The last field of that path.</summary>
    public ScopeField? Find(System.ReadOnlySpan<string> path)
    {
        for (int i = _fields.Count - 1; i >= 0; i--)
        {
            if (_fields[i].Name != path[0]) continue;
            if (path.Length == 1) return _fields[i];
            if (_fields[i].Inner?.Find(path[1..]) is { } found) return found;
        }
        return null;
    }
}

/// <summary>What a length or a choice depends on.</summary>
internal readonly record struct FieldReference(ScopeField Field, bool IsPacket);
