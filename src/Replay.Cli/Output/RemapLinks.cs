using System;
using System.Collections.Generic;
using Replay.Core.Reports;

namespace Replay.Cli.Output;

/// <summary>Which remapping entry a device's message leads to, as far as the message itself says.</summary>
internal static class RemapLinks
{
    // VT-d specification, interrupt requests in remappable format: address bits 31:20 = FEEh, bit 4 = 1;
    // handle bits 14:0 in address bits 19:5, handle bit 15 in bit 2; bit 3 = add the subhandle in data bits 15:0.
    private const int FormatBit = 4;
    private const int SubhandleBit = 3;
    private const int HandleShift = 5;
    private const ulong HandleMask = 0x7FFF;
    private const int HandleHighBit = 2;
    private const int WindowShift = 20;
    private const ulong Window = 0xFEE;
    private const uint SubhandleMask = 0xFFFF;

    /// <summary>Index of the VT-d entry that a message asks for; null for a message in compatibility format.</summary>
    public static int? IndexOf(MsixRow message)
    {
        if (message is not { Address: { } address, Data: { } data }) return null;
        if (address >> WindowShift != Window || ((address >> FormatBit) & 1) == 0) return null;
        int handle = (int)((address >> HandleShift) & HandleMask) | ((int)((address >> HandleHighBit) & 1) << 15);
        return ((address >> SubhandleBit) & 1) == 0 ? handle : handle + (int)(data & SubhandleMask);
    }

    /// <summary>
    /// True when one of the messages asks for the entry, or, where messages do not say (AMD-Vi keeps a table a device),
    /// when the entry's table is that of one of the interrupts' devices.
    /// </summary>
    public static bool IsUsedBy(RemapEntry entry, IReadOnlyList<IrqRow> irqs, IReadOnlyList<MsixFunction> messages)
    {
        bool anyIndex = false;
        foreach (MsixFunction function in messages)
        {
            foreach (MsixRow row in function.Entries)
            {
                int? index = IndexOf(row);
                anyIndex |= index is not null;
                if (index == entry.Index) return true;
            }
        }
        if (anyIndex || entry.Source is null) return false;
        foreach (IrqRow irq in irqs)
        {
            if (irq.Device is not null && irq.Device.EndsWith(entry.Source, StringComparison.Ordinal)) return true;
        }
        return false;
    }
}
