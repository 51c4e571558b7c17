using System;
using System.Globalization;

namespace Replay.Core.Spec;

/// <summary>A PCI function: segment, and bus 15:8, device 7:3, function 2:0 as a requester id.</summary>
/// <param name="Segment">PCI segment (domain).</param>
/// <param name="RequesterId">Bus, device, function as hardware sends them.</param>
public readonly record struct PciAddress(uint Segment, ushort RequesterId)
{
    public int Bus => RequesterId >> 8;

    public int Device => RequesterId >> 3 & 31;

    public int Function => RequesterId & 7;

    /// <summary>As the kernel prints it: <c>0000:00:1f.2</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Segment:x4}:{Bus:x2}:{Device:x2}.{Function:x}");

    /// <summary>Reads the kernel's form; false for any other text.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PciAddress address)
    {
        address = default;
        int first = text.IndexOf(':');
        int second = first < 0 ? -1 : text[(first + 1)..].IndexOf(':') + first + 1;
        if (first < 4 || second != first + 3 || text.Length != second + 5 || text[second + 3] != '.') return false;
        if (!Hex(text[..first], out uint segment) || !Hex(text.Slice(first + 1, 2), out uint bus)
            || !Hex(text.Slice(second + 1, 2), out uint device) || !Hex(text.Slice(second + 4, 1), out uint function)
            || device > 31 || function > 7)
        {
            return false;
        }
        address = new PciAddress(segment, (ushort)(bus << 8 | device << 3 | function));
        return true;
    }

    private static bool Hex(ReadOnlySpan<char> text, out uint value) =>
        uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
