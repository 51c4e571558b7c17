namespace Replay.Core.Spec;

/// <summary>
/// Address and data of a message-signalled interrupt, as fields. Compatibility format: Linux x86_msi_addr_lo and
/// x86_msi_data; remappable format: VT-d specification 5.1.2.2, Linux fill_msi_msg in intel/irq_remapping.c.
/// </summary>
/// <remarks>
/// <code>
/// compatibility  31     20 19      12 11     5  4   3   2  1 0     data  15  14 13..11 10..8 7..0
///                  0xFEE     dest     dest14:8  0   RH  DM  0            TM  L     0    DLM  vector
/// remappable     31     20 19                5  4   3   2  1 0     data  15..0
///                  0xFEE    handle 14:0         1  SHV h15  0            subhandle
/// </code>
/// </remarks>
/// <param name="Address">64-bit address.</param>
/// <param name="Data">32-bit data.</param>
public readonly record struct MsiMessage(ulong Address, uint Data)
{
    /// <summary>Address of an interrupt message without fields.</summary>
    public const ulong Base = 0xFEE0_0000;

    public const int DestinationShift = 12;

    /// <summary>Destination mode: a logical mask.</summary>
    public const ulong LogicalBit = 1 << 2;

    private const ulong PrefixMask = 0xFFF0_0000;
    private const ulong FormatBit = 1 << 4;
    private const ulong SubhandleValidBit = 1 << 3;

    /// <summary>A remappable message for an entry, subhandle valid (Linux fill_msi_msg).</summary>
    /// <param name="handle">First entry of the allocation.</param>
    /// <param name="sub">Entry within it.</param>
    public static MsiMessage Remappable(int handle, uint sub) => new(
        Base | FormatBit | SubhandleValidBit | (ulong)(handle & 0x7FFF) << 5 | (ulong)(handle >> 15 & 1) << 2, sub);

    /// <summary>True for all zeros: what a deactivated interrupt's entry holds.</summary>
    public bool IsZero => Address == 0 && Data == 0;

    /// <summary>True when the write reaches the interrupt range 0xFEExxxxx; anything else is a DMA write.</summary>
    /// <remarks>High address bits 31:8 may carry destination bits (KVM's 32-bit ids); 7:0 never do.</remarks>
    public bool IsInterrupt => (Address & PrefixMask) == Base && (Address >> 32 & 0xFF) == 0;

    /// <summary>True when the address asks VT-d for remapping.</summary>
    public bool IsRemappable => IsInterrupt && (Address & FormatBit) != 0;

    /// <summary>Remapping entry that a remappable message names: handle, plus subhandle when that is valid.</summary>
    public int RemapIndex
    {
        get
        {
            int handle = (int)(Address >> 5 & 0x7FFF | (Address >> 2 & 1) << 15);
            return (Address & SubhandleValidBit) != 0 ? handle + (int)(Data & 0xFFFF) : handle;
        }
    }

    /// <summary>Vector of a compatibility message.</summary>
    public byte Vector => (byte)Data;

    /// <summary>Destination of a compatibility message, the 15-bit extension included.</summary>
    public uint Destination => (uint)(Address >> 12 & 0xFF | (Address >> 5 & 0x7F) << 8);

    /// <summary>True when the destination is a logical mask.</summary>
    public bool IsLogical => (Address >> 2 & 1) != 0;
}
