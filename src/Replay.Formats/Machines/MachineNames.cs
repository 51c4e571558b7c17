using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Unicode;

namespace Replay.Formats.Machines;

/// <summary>What the machines of a file may be called.</summary>
public static class MachineNames
{
    /// <summary>Most machines of one file: each takes the memory of one machine's state while it is replayed.</summary>
    public const int MachinesMax = 256;

    /// <summary>Most bytes of a name.</summary>
    public const int BytesMax = 128;

    /// <summary>What a name has to be, for messages.</summary>
    public const string Rule = "a name of 1 to 128 bytes without control characters";

    /// <summary>True when a machine may have that name.</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > BytesMax || !Utf8.IsValid(utf8)) return false;
        bool seen = false;
        foreach (Rune rune in Encoding.UTF8.GetString(utf8).EnumerateRunes())
        {
            if (Rune.IsControl(rune)) return false;
            seen |= !Rune.IsWhiteSpace(rune);
        }
        return seen;
    }

    /// <inheritdoc cref="IsValid(ReadOnlySpan{byte})"/>
    public static bool IsValid(string name) => IsValid(Encoding.UTF8.GetBytes(name));

    /// <summary>The names with commas between them; of many, the first ones.</summary>
    public static string List(IReadOnlyList<string> names)
    {
        const int Shown = 12;
        var text = new StringBuilder();
        for (int i = 0; i < names.Count && i < Shown; i++) text.Append(i == 0 ? "" : ", ").Append(names[i]);
        if (names.Count > Shown) text.Append(", … (").Append(names.Count).Append(')');
        return text.ToString();
    }
}
