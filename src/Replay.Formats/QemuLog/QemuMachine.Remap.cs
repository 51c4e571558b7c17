using System;
using System.Collections.Generic;
using System.Numerics;
using Replay.Core.Events;
using Replay.Formats.Bytes;

namespace Replay.Formats.QemuLog;

/// <content>Interrupt remapping units.</content>
internal sealed partial class QemuMachine
{
    private const int RequestersMax = 1024;

    private readonly HashSet<int> _requesters = [];
    private ulong _tableRegister;
    private bool _remapping;

    // Registers of a unit (VT-d specification 10.4): table address.
    private const int IrtaRegister = 0xB8, IrtaHigh = 0xBC;

    // index 1 low 0x4ff00 high 0x1000030000d
    /// <summary>
    /// QEMU hands the halves to its "low" and "high" in the wrong order (vtd_irte_get): the second one is the low half.
    /// A version that mends it is recognised: bits 127 to 84 of an entry are zero, and a low half of a present entry
    /// never fits in the 20 bits that are left (VT-d specification 9.10).
    /// </summary>
    private bool TakeVtdEntry(ReadOnlySpan<byte> line)
    {
        const int HighBits = 20;
        var text = new LineCursor(line);
        if (!text.Take("index "u8, 16, out ulong index) || !text.Take(" low "u8, 64, out ulong first)
            || !text.Take(" high "u8, 64, out ulong second) || !text.IsAtEnd)
            return false;
        bool asNamed = first >> HighBits != 0 && second >> HighBits == 0;
        _out.Add(EventKind.IrteRead, asNamed ? first : second, asNamed ? second : first, (uint)index);
        return true;
    }

    // granularity 0x1 index 0x8 mask 0x0
    private bool TakeVtdInvalidate(ReadOnlySpan<byte> line)
    {
        const ulong InterruptEntryCache = 4;
        var text = new LineCursor(line);
        if (!text.Take("granularity "u8, 1, out ulong selective) || !text.Take(" index "u8, 16, out ulong index)
            || !text.Take(" mask "u8, 5, out ulong mask) || !text.IsAtEnd)
            return false;
        _out.AddSubmission(Unit, InterruptEntryCache | (selective << 4) | (mask << 27) | (index << 32));
        return true;
    }

    private void TakeVtdRegister(in RegionAccess access)
    {
        int register = (int)(access.Address & 0xFFF);
        if (register == IrtaRegister && access.Size == 8) _tableRegister = access.Value;
        else if (register == IrtaRegister)
            _tableRegister = (_tableRegister & ~0xFFFF_FFFFUL) | (uint)access.Value;
        else if (register == IrtaHigh) _tableRegister = (uint)_tableRegister | (access.Value << 32);
    }

    // addr 0x6300000 size 0x10000
    /// <summary>
    /// The unit latches its table register. How entries name CPUs only the write of the register tells; without it this
    /// is a step of no known kind.
    /// </summary>
    private bool TakeVtdRoot(ReadOnlySpan<byte> line)
    {
        var text = new LineCursor(line);
        if (!text.Take("addr "u8, 64, out ulong address) || !text.Take(" size "u8, 32, out ulong entries)
            || !text.IsAtEnd || !BitOperations.IsPow2(entries) || entries < 2)
            return false;
        bool isWhole = (_tableRegister & ~PageMask) == (address & ~PageMask);
        if (isWhole) SetUp(RemapSetup.SetTable, _tableRegister);
        else SetUp(0, address | (uint)(BitOperations.Log2(entries) - 1));
        return true;
    }

    // enable 1
    private bool TakeVtdEnable(ReadOnlySpan<byte> line)
    {
        var text = new LineCursor(line);
        if (!text.Take("enable "u8, 1, out ulong enable) || !text.IsAtEnd) return false;
        _remapping = enable != 0;
        SetUp(_remapping ? RemapSetup.Enable : RemapSetup.Disable, 0);
        return true;
    }

    private void SetUp(byte step, ulong value) => _out.Add(EventKind.RemapControl, value, Unit, 0, step);

    /// <summary>QEMU's machine has one unit; this is the name of its registers.</summary>
    private ushort Unit => (ushort)_tables.Names.Intern("intel_iommu"u8);

    // addr 0xfee00000 data 0x2 devid 0xa0
    private static bool TakeAmdRequest(ReadOnlySpan<byte> line, ref QemuThread thread)
    {
        var text = new LineCursor(line);
        thread.Requester = -1;
        thread.EntryOffset = -1;
        if (!text.Take("addr "u8, 64, out _) || !text.Take(" data "u8, 64, out _)
            || !text.Take(" devid "u8, 16, out ulong requester) || !text.IsAtEnd)
            return false;
        thread.Requester = (int)requester;
        return true;
    }

    // addr 0x6250000 offset 0x20
    private static bool TakeAmdEntryPlace(ReadOnlySpan<byte> line, ref QemuThread thread)
    {
        var text = new LineCursor(line);
        thread.EntryOffset = -1;
        if (!text.Take("addr "u8, 64, out _) || !text.Take(" offset "u8, 20, out ulong offset) || !text.IsAtEnd)
            return false;
        thread.EntryOffset = (long)offset;
        return true;
    }

    // hi 0x30 lo 0x141
    private bool TakeAmdEntry(ReadOnlySpan<byte> line, ref QemuThread thread)
    {
        const int EntryBytes = 16;
        var text = new LineCursor(line);
        if (!text.Take("hi "u8, 64, out ulong hi) || !text.Take(" lo "u8, 64, out ulong lo) || !text.IsAtEnd)
            return false;
        if (thread.Requester < 0 || thread.EntryOffset < 0) return true;
        if (_requesters.Count < RequestersMax) _requesters.Add(thread.Requester);
        _out.Add(EventKind.IrteReadAmd, lo, hi,
            (uint)(thread.Requester << 16) | (uint)(ushort)(thread.EntryOffset / EntryBytes));
        thread.EntryOffset = -1;
        return true;
    }

    /// <summary>Whose table it is QEMU does not print: any that was read may have changed.</summary>
    private bool TakeAmdInvalidate()
    {
        foreach (int requester in _requesters)
            _out.Add(EventKind.AmdInvalidate, 0, 0, (uint)(requester << 16));
        _requesters.Clear();
        return true;
    }

    private void ResetRemapping()
    {
        TakeAmdInvalidate();
        if (_remapping) SetUp(RemapSetup.Disable, 0);
        _remapping = false;
        _tableRegister = 0;
    }
}
