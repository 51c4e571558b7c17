using Replay.Formats.Bytes;
using Xunit;

namespace Replay.Formats.Tests.Bytes;

public sealed class ByteCursorTests
{
    [Fact]
    public void Numbers_and_texts_are_read_in_the_order_of_the_file()
    {
        byte[] bytes = [1, 2, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, (byte)'a', (byte)'b', 0];
        var little = new ByteCursor(bytes, false);
        Assert.True(little.TryReadUInt16(out ushort u16) & little.TryReadUInt32(out uint u32)
            & little.TryReadUInt64(out ulong u64));
        Assert.Equal((0x0201, 0x04030201u, 0x0807060504030201ul), (u16, u32, u64));
        Assert.True(little.TryReadText(out string text));
        Assert.Equal("ab", text);
        Assert.Equal(0, little.Remaining);
        var big = new ByteCursor(bytes, true);
        Assert.True(big.TryReadUInt16(out u16) & big.TryReadUInt32(out u32) & big.TryReadUInt64(out u64));
        Assert.Equal((0x0102, 0x01020304u, 0x0102030405060708ul), (u16, u32, u64));
    }

    [Fact]
    public void A_cursor_that_cannot_read_does_not_move()
    {
        var cursor = new ByteCursor([1], false);
        Assert.False(cursor.TryReadUInt16(out _) | cursor.TryReadUInt32(out _) | cursor.TryReadUInt64(out _));
        Assert.False(cursor.TryReadText(out _) | cursor.TryReadBytes(2, out _) | cursor.TryReadBytes(-1, out _));
        Assert.Equal(0, cursor.Position);
        Assert.True(cursor.TryReadBytes(1, out _));
    }
}
