using System;
using System.Collections.Generic;

namespace Replay.Formats.Ctf;

/// <summary>Named types, block inside block: a name is that of the innermost block which has it.</summary>
internal sealed class TsdlScope
{
    private readonly List<Dictionary<string, CtfType>> _blocks = [new(StringComparer.Ordinal)];

    public void Open() => _blocks.Add(new Dictionary<string, CtfType>(StringComparer.Ordinal));

    public void Close() => _blocks.RemoveAt(_blocks.Count - 1);

    /// <summary>False when the innermost block has the name already.</summary>
    public bool TryAdd(string name, CtfType type) => _blocks[^1].TryAdd(name, type);

    public CtfType? Find(string name)
    {
        for (int i = _blocks.Count - 1; i >= 0; i--)
        {
            if (_blocks[i].TryGetValue(name, out CtfType? type)) return type;
        }
        return null;
    }
}
