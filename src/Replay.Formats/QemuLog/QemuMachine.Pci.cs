using System;
using Replay.Core.Events;
using Replay.Formats.Bytes;

namespace Replay.Formats.QemuLog;

/// <content>Configuration space and MSI-X tables.</content>
internal sealed partial class QemuMachine
{
    private const int AddressLow = 0, AddressHigh = 1, Data = 2, Control = 3;
    private const int FirstBar = 0x10, LastBar = 0x24, BusNumbers = 0x18, BusNumbersEnd = 0x1C, BridgeControl = 0x3E;
    private const ulong PageMask = 0xFFF;

    // nvme 00:01.0 @0x10 <- 0xfebc0004
    private bool TakeConfig(ReadOnlySpan<byte> line, ReadOnlySpan<byte> arrow, ref QemuThread thread, bool isWrite)
    {
        var text = new LineCursor(line);
        if (!text.TakeUntil((byte)' ', out ReadOnlySpan<byte> model) || !text.TakeHex(out ulong bus)
            || !text.Take(":"u8) || !text.TakeHex(out ulong slot))
            return false;
        // Versions before 6.2 print slot and function in decimal and no bus: which device it is cannot be told.
        if (!text.Take("."u8)) return true;
        if (!text.TakeHex(out ulong number) || bus > 0xFF || slot > 31 || number > 7
            || !text.Take(" @"u8, 12, out ulong offset)
            || !text.Take(" "u8) || !text.Take(arrow) || !text.Take(" "u8, 32, out ulong value) || !text.IsAtEnd)
            return false;
        if (_functions.At((int)bus, (int)slot, (int)number) is not { } function)
        {
            Report(LossSeverity.DataLoss, TooMuch, $"at most {PciFunctions.FunctionsMax} functions", line);
            return true;
        }
        function.Model = _models.Intern(model);
        if (isWrite) WriteConfig(function, (int)offset, (uint)value);
        else if (function.Capability > 0 && (int)offset == function.Capability + 4)
        {
            // The capability's table register: BAR in the low three bits (PCI specification 6.8.2.4).
            function.CapabilityRead = true;
            function.TableStart = value & ~7UL;
        }
        if (!isWrite) return true;
        thread.Config = function;
        thread.ConfigOffset = (int)offset;
        return true;
    }

    private void WriteConfig(PciFunction function, int offset, uint value)
    {
        bool isBusNumber = offset is > BusNumbers and < BusNumbersEnd;
        if ((isBusNumber || offset == BridgeControl) && !function.IsBridge)
        {
            function.IsBridge = true;
            _functions.Moved();
        }
        if (offset is < FirstBar or > LastBar || (offset & 3) != 0) return;
        function.SetBar((offset - FirstBar) / 4, value);
        _functions.Moved();
    }

    // dev nvme enabled 1 masked 0
    /// <summary>
    /// QEMU prints it from within the write of the control word, so the thread's last write was that one.
    /// </summary>
    private bool TakeMsixConfig(ReadOnlySpan<byte> line, ref QemuThread thread)
    {
        var text = new LineCursor(line);
        if (!text.Take("dev "u8) || !text.TakeUntil((byte)' ', out ReadOnlySpan<byte> model)
            || !text.Take("enabled "u8, 1, out ulong enabled) || !text.Take(" masked "u8, 1, out ulong masked)
            || !text.IsAtEnd)
            return false;
        if (thread.Config is not { } function || function.Model != _models.Intern(model)) return true;
        function.Capability = thread.ConfigOffset & ~3;
        SetControl(function, enabled != 0, masked != 0);
        return true;
    }

    private void SetControl(PciFunction function, bool enabled, bool masked)
    {
        function.Enabled = enabled;
        function.FunctionMask = masked;
        if (!enabled)
        {
            for (int i = 0; i < function.Entries; i++) function[i].Owed = false;
        }
        _functions.Changed();
        _out.Add(EventKind.MsixControl,
            function.Device | (enabled ? 1UL << 16 : 0) | (masked ? 1UL << 17 : 0));
    }

    private void TakeStore(in RegionAccess access)
    {
        if (access.Size is not (4 or 8) || (access.Address & (access.Size - 1)) != 0)
        {
            Report(LossSeverity.DataLoss, OddAccess, "4 or 8 aligned bytes", access.Region);
            return;
        }
        if (_functions.Owner(access.Address, out ulong offset) is not { } function)
        {
            Report(LossSeverity.DataLoss, TooMuch, $"at most {PciFunctions.FunctionsMax} functions", access.Region);
            return;
        }
        ulong start = StartOf(function, offset);
        if (offset < start || offset - start >= PciFunctions.TableBytesMax)
        {
            Report(LossSeverity.DataLoss, OddAccess, "one of the 2048 entries of a table", access.Region);
            return;
        }
        int word = (int)(offset - start) / 4;
        Store(function, word / 4, word % 4, (uint)access.Value);
        if (access.Size == 8) Store(function, (word + 1) / 4, (word + 1) % 4, (uint)(access.Value >> 32));
    }

    /// <summary>
    /// Where the table begins in its BAR: as the capability says where it was read in the log; else at the first page
    /// that was accessed. QEMU's own devices put their tables at a page's start.
    /// </summary>
    private ulong StartOf(PciFunction function, ulong offset)
    {
        if (function.TableStart is { } start && (function.CapabilityRead || offset >= start)) return start;
        if (function.TableStart is not null)
            Report(LossSeverity.DataLoss, TableBegins, $"offset 0x{function.TableStart:x} or later", "msix-table"u8);
        function.TableStart = offset & ~PageMask;
        return offset & ~PageMask;
    }

    private void Store(PciFunction function, int number, int register, uint value)
    {
        if (!_functions.TryEnsure(function, number))
        {
            Report(LossSeverity.DataLoss, TooMuch, $"at most {PciFunctions.EntriesMax} entries", "msix-table"u8);
            return;
        }
        ref TableEntry entry = ref function[number];
        switch (register)
        {
            case AddressLow: entry.Address = (entry.Address & ~0xFFFF_FFFFUL) | value; break;
            case AddressHigh: entry.Address = (uint)entry.Address | ((ulong)value << 32); break;
            case Data: entry.Data = value; break;
            default: entry.Masked = (value & 1) != 0; break;
        }
        entry.Stored |= (byte)(1 << register);
        _functions.Changed();
        EmitStore(function, number, register, value);
    }

    private void EmitStore(PciFunction function, int number, int register, uint value) =>
        _out.Add(EventKind.MsixStore,
            function.Device | ((ulong)(ushort)number << 16) | ((ulong)register << 32), value);

    /// <summary>
    /// Power was off: devices are as after a reset, with MSI-X off and every entry zero and masked (PCI specification
    /// 6.8.2), and remapping is off. Only what was known to be different is said.
    /// </summary>
    private void PowerOff()
    {
        foreach (PciFunction function in _functions.All)
        {
            if (function.Enabled is not null) SetControl(function, false, false);
            for (int i = 0; i < function.Entries; i++)
            {
                ref TableEntry entry = ref function[i];
                for (int register = 0; register < 4; register++)
                {
                    if ((entry.Stored >> register & 1) != 0)
                        EmitStore(function, i, register, register == Control ? 1u : 0);
                }
            }
        }
        _functions.Clear();
        _apics.Clear();
        ResetIoApics();
        ResetRemapping();
    }
}
