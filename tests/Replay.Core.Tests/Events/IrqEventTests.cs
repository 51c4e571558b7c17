using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Replay.Core.Events;
using Xunit;

namespace Replay.Core.Tests.Events;

/// <summary>
/// The layout is a file format: sizes and offsets are pinned, and one record is spelled out in bytes.
/// </summary>
public class IrqEventTests
{
    [Theory]
    [InlineData(nameof(IrqEvent.TimeNs), 0)]
    [InlineData(nameof(IrqEvent.Irq), 8)]
    [InlineData(nameof(IrqEvent.Cpu), 12)]
    [InlineData(nameof(IrqEvent.Kind), 14)]
    [InlineData(nameof(IrqEvent.Vector), 15)]
    [InlineData(nameof(IrqEvent.A), 16)]
    [InlineData(nameof(IrqEvent.B), 24)]
    public void Field_lies_where_files_have_it(string field, int offset) =>
        Assert.Equal(offset, (int)Marshal.OffsetOf<IrqEvent>(field));

    [Fact]
    public void Record_takes_32_bytes()
    {
        Assert.Equal(32, Unsafe.SizeOf<IrqEvent>());
        Assert.Equal(32, IrqEvent.SizeBytes);
    }

    [Fact]
    public void Record_is_little_endian_in_memory()
    {
        IrqEvent[] record =
        [
            new()
            {
                TimeNs = 0x0807060504030201,
                Irq = 0x0C0B0A09,
                Cpu = 0x0E0D,
                Kind = (EventKind)0x0F,
                Vector = 0x10,
                A = 0x1817161514131211,
                B = 0x201F1E1D1C1B1A19,
            },
        ];
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(record.AsSpan());
        for (int i = 0; i < bytes.Length; i++) Assert.Equal(i + 1, bytes[i]);
    }

    [Fact]
    public void Halves_of_the_operands_are_those_of_the_words()
    {
        var record = new IrqEvent { A = 0x1111111122222222, B = 0x3333333344444444 };
        Assert.Equal((0x22222222u, 0x11111111u, 0x44444444u, 0x33333333u),
            (record.ALow, record.AHigh, record.BLow, record.BHigh));
    }
}
