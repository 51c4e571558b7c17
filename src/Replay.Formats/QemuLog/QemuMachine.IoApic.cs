using System;
using Replay.Core.Events;
using Replay.Formats.Bytes;

namespace Replay.Formats.QemuLog;

/// <content>IO-APICs: an index register and a window (82093AA data sheet).</content>
internal sealed partial class QemuMachine
{
    private const int IoApics = 16, Pins = 120, FirstEntry = 0x10, Window = 0x10;

    private readonly ulong[] _entries = new ulong[IoApics * Pins];
    private readonly byte[] _halves = new byte[IoApics * Pins];
    private readonly byte[] _selected = new byte[IoApics];
    private bool _regionsLogged;

    private void TakeIoApicRegion(in RegionAccess access)
    {
        const ulong First = 0xFEC0_0000;
        _regionsLogged = true;
        int chip = (int)Math.Min((access.Address - First) >> 12, IoApics);
        if (access.Address < First || chip == IoApics) return;
        switch (access.Address & 0xFF)
        {
            case 0: _selected[chip] = (byte)access.Value; break;
            case Window: WriteEntry(chip, _selected[chip], (uint)access.Value); break;
        }
    }

    // ioapic mem write addr 0x10 regsel: 0x12 size 0x4 val 0x10000
    /// <summary>The same write, told by the device: of use where accesses to regions are not logged.</summary>
    private bool TakeIoApic(ReadOnlySpan<byte> line)
    {
        var text = new LineCursor(line);
        if (!text.Take("ioapic mem write addr "u8, 8, out ulong address)
            || !text.Take(" regsel: "u8, 8, out ulong register) || !text.Take(" size "u8, 8, out _)
            || !text.Take(" val "u8, 32, out ulong value) || !text.IsAtEnd)
            return false;
        if (!_regionsLogged && address == Window) WriteEntry(0, (int)register, (uint)value);
        return true;
    }

    /// <summary>A half of a redirection entry; the entry is told once both were written.</summary>
    private void WriteEntry(int chip, int register, uint value)
    {
        int pin = (register - FirstEntry) / 2, half = register & 1;
        if (register < FirstEntry || pin >= Pins) return;
        int at = (chip * Pins) + pin;
        ulong kept = _entries[at];
        _entries[at] = half == 0 ? (kept & ~0xFFFF_FFFFUL) | value : (uint)kept | ((ulong)value << 32);
        _halves[at] |= (byte)(1 << half);
        if (_halves[at] != 3) return;
        _out.Add(EventKind.IoApicPin, _entries[at], (uint)chip | ((ulong)pin << 8));
    }

    private void ResetIoApics() => _halves.AsSpan().Clear();
}
