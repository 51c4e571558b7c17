using System;
using System.Collections.Generic;
using System.Text;
using Replay.Formats.Bytes;

namespace Replay.Formats.MmioTrace;

// LSPCI 00:01.0 Non-Volatile memory controller: …
// LSPCI <tab>Capabilities: [40] MSI-X: Enable- Count=65 Masked-
// LSPCI <tab><tab>Vector table: BAR=0 offset=00002000

/// <summary>
/// Lines of <c>lspci -v</c> that somebody added by hand, as the kernel's documentation of mmiotrace asks for: they say
/// where MSI-X tables are. They must come after the PCIDEV lines and before the tables are mapped.
/// </summary>
internal sealed class LspciReader
{
    private PciDevice? _device;
    private uint _entries;

    public void Take(ReadOnlySpan<byte> line, List<PciDevice> devices)
    {
        if (line.IsEmpty) return;
        if (line[0] is not ((byte)' ' or (byte)'\t'))
        {
            _device = Find(line, devices);
            _entries = 0;
            return;
        }
        if (_device is null) return;
        int count = line.IndexOf("MSI-X: "u8) >= 0 ? line.IndexOf("Count="u8) : -1;
        if (count >= 0)
        {
            var text = new LineCursor(line[count..]);
            _entries = text.Take("Count="u8, 12, out ulong entries) ? (uint)entries : 0;
        }
        int table = line.IndexOf("Vector table: BAR="u8);
        if (table < 0 || _entries is 0 or > TableMap.EntriesMax) return;
        var place = new LineCursor(line[table..]);
        if (place.Take("Vector table: BAR="u8, 3, out ulong bar) && place.Take(" offset="u8)
            && place.TakeHex(out ulong offset))
            _device.SetTable(_entries, (int)bar, offset);
        _entries = 0;
    }

    private static PciDevice? Find(ReadOnlySpan<byte> line, List<PciDevice> devices)
    {
        int end = line.IndexOf((byte)' ');
        if (end is < 7 or > 16) return null;
        string name = Encoding.ASCII.GetString(line[..end]);
        if (!name.Contains(':', StringComparison.Ordinal)) return null;
        return devices.Find(device => device.Name == name || device.Name == "0000:" + name);
    }
}
