using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Replay.Formats.Native;

/// <summary>One machine of a file that holds several: where its own complete native file lies in this one.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct MachineEntry
{
    public const int SizeBytes = 256;

    /// <summary>From the start of the file; a multiple of 4096.</summary>
    [FieldOffset(0)] public ulong Offset;
    [FieldOffset(8)] public ulong Bytes;

    /// <summary>Of the name.</summary>
    [FieldOffset(16)] public uint NameBytes;

    /// <summary>UTF-8, padded with zeros.</summary>
    [FieldOffset(32)] public Text128 Name;

    [InlineArray(128)]
    public struct Text128
    {
        private byte _first;
    }
}

/// <summary>A machine's part of a file, checked.</summary>
/// <param name="Name">Of the machine.</param>
/// <param name="Offset">Where its native file begins.</param>
/// <param name="Bytes">Its length as the directory says; a file cut short has less.</param>
internal sealed record MachinePart(string Name, long Offset, long Bytes);
