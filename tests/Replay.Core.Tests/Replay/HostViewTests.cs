using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Core.State;
using Xunit;
using MsixFunction = Replay.Core.State.MsixFunction;

namespace Replay.Core.Tests.Replay;

/// <summary>What a host sees of a guest: entries that a unit reads, control words that reach a device.</summary>
public class HostViewTests
{
    private const ulong AllEntries = 4, OneEntry = 4 | 1 << 4;

    private readonly Replayer<Linux61, NoProbe> _replayer;
    private readonly ushort _device;
    private ulong _timeNs;

    public HostViewTests()
    {
        var tables = new EventTables();
        _device = (ushort)tables.Devices.Intern("0000:00:01.0");
        _replayer = new Replayer<Linux61, NoProbe>(tables);
    }

    [Fact]
    public void An_entry_that_was_read_is_known_until_it_is_invalidated()
    {
        Apply(EventKind.IrteRead, 0x22000d, 0x40018, irq: 5);
        Apply(EventKind.IrteRead, 0x23000d, 0x40018, irq: 6);
        IrteTable table = _replayer.Machine.Remap!;
        Assert.True(table[5].Known);
        Assert.Equal(0x22000dUL, table[5].Lo);
        Apply(EventKind.QiSubmit, OneEntry | 5UL << 32, 0);
        Assert.False(table[5].Known);
        Assert.Equal(0UL, table[5].Lo);
        Assert.True(table[6].Known);
        Apply(EventKind.IrteRead, 0x24000d, 0x40018, irq: 5);
        Assert.Equal(0x24000dUL, table[5].Lo);
        Apply(EventKind.QiSubmit, AllEntries, 0);
        Assert.False(table[5].Known || table[6].Known);
    }

    [Fact]
    public void What_was_written_is_believed_more_than_what_was_read()
    {
        Apply(EventKind.IrteRead, 0x22000d, 0x40018, irq: 5);
        Apply(EventKind.IrteWrite, 0x25000d, 0x40018, irq: 5);
        IrteTable table = _replayer.Machine.Remap!;
        Assert.True(table[5].Stale);
        Apply(EventKind.IrteRead, 0x22000d, 0x40018, irq: 5);
        Assert.Equal(0x25000dUL, table[5].Lo);
        Apply(EventKind.QiSubmit, OneEntry | 5UL << 32, 0);
        Assert.True(table[5].Known);
        Assert.False(table[5].Stale);
    }

    [Theory]
    [InlineData(RemapSetup.SetTable, false)]
    [InlineData(RemapSetup.Disable, false)]
    [InlineData(RemapSetup.Enable, true)]
    public void Another_table_has_other_entries(byte step, bool known)
    {
        Apply(EventKind.IrteRead, 0x22000d, 0x40018, irq: 5);
        Apply(EventKind.RemapControl, 0, 0, vector: step);
        Assert.Equal(known, _replayer.Machine.Remap![5].Known);
    }

    [Theory]
    [InlineData(0x630000f, 4U)]
    [InlineData(0x630080f, 0x400U)]
    public void The_table_register_says_how_entries_name_CPUs(ulong register, uint destination)
    {
        Assert.Null(_replayer.Machine.DestinationOf(0x400));
        Apply(EventKind.RemapControl, register, 0, vector: RemapSetup.SetTable);
        Assert.Equal(destination, _replayer.Machine.DestinationOf(0x400));
    }

    [Fact]
    public void An_AMD_entry_that_was_read_is_known_until_its_device_is_invalidated()
    {
        Apply(EventKind.IrteReadAmd, 0x141, 0x30, irq: 0xa0 << 16 | 2);
        Apply(EventKind.IrteReadAmd, 0x141, 0x31, irq: 0x08 << 16 | 2);
        Apply(EventKind.AmdInvalidate, 0, 0, irq: 0xa0 << 16);
        Assert.False(_replayer.Machine.AmdTables[0xa0]![2].Known);
        Assert.Equal(0x31UL, _replayer.Machine.AmdTables[0x08]![2].Hi);
    }

    [Fact]
    public void A_control_word_masks_all_entries_and_lets_go_what_waits()
    {
        Apply(EventKind.MsixStore, _device | 3UL << 32, 0);
        Apply(EventKind.MsixStore, _device | 1UL << 16 | 3UL << 32, 1);
        Apply(EventKind.MsixControl, _device | 3UL << 16, 0);
        MsixFunction function = _replayer.Machine.Msix.Find(_device)!;
        Assert.True(function.Enabled);
        Assert.True(function.FunctionMask);
        Apply(EventKind.DeviceRaise, _device, 0);
        Apply(EventKind.DeviceRaise, _device | 1UL << 16, 0);
        Assert.True(function[0].Pending && function[1].Pending);
        Apply(EventKind.MsixControl, _device | 1UL << 16, 0);
        Assert.False(function[0].Pending);
        Assert.True(function[1].Pending);
        Apply(EventKind.MsixControl, _device, 0);
        Assert.False(function.Enabled);
    }

    [Fact]
    public void What_devices_raise_is_counted_with_what_waits()
    {
        Apply(EventKind.MsixStore, _device | 3UL << 32, 1);
        Apply(EventKind.MsixStore, _device | 1UL << 16 | 3UL << 32, 0);
        for (int i = 0; i < 3; i++) Apply(EventKind.DeviceRaise, _device, 0);
        Apply(EventKind.DeviceRaise, _device | 1UL << 16, 0);
        InterruptTotals totals = ReplayReporter.Build(_replayer.Machine, _replayer.Findings, _replayer.EventCount,
            _replayer.AppliedCount, 0).Interrupts;
        Assert.Equal(new InterruptTotals(4, null, 1, 2, 0, 0), totals);
        Assert.Empty(StateReporter.Build(_replayer.Machine, "end").Msix[0].Entries);
    }

    private void Apply(EventKind kind, ulong a, ulong b, uint irq = 0, byte vector = 0)
    {
        var e = new IrqEvent { TimeNs = _timeNs++, Kind = kind, A = a, B = b, Irq = irq, Vector = vector };
        _replayer.Replay([e]);
        Assert.Equal((long)_timeNs, _replayer.AppliedCount);
    }
}
