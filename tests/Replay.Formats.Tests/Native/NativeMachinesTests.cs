using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Replay.Formats.Bytes;
using Replay.Formats.Machines;
using Replay.Formats.Native;
using Xunit;

namespace Replay.Formats.Tests.Native;

/// <summary>The directory of a native file that holds several machines.</summary>
public sealed class NativeMachinesTests
{
    private const int BlockAt = 4096;
    private const int EntriesAt = BlockAt + 192;

    [Fact]
    public void What_is_written_is_read()
    {
        List<MachinePart> parts = [new("host", 8192, 28736), new("Gäste/1", 40960, 100)];
        Assert.Equal(parts, NativeMachines.Read(new MemoryStream(NativeMachines.Write(parts)), "f"));
        var many = new List<MachinePart>();
        for (int i = 0; i < MachineNames.MachinesMax; i++)
            many.Add(new MachinePart("m" + i, (1L << 30) + (i * 4096L), 4096));
        Assert.Equal(many, NativeMachines.Read(new MemoryStream(NativeMachines.Write(many)), "f"));
    }

    [Fact]
    public void A_file_of_one_machine_has_no_directory_and_asks_for_no_new_reader()
    {
        byte[] golden = File.ReadAllBytes(NativeFiles.InTests("Golden", "format-1.0.irqt"));
        Assert.Null(NativeMachines.Read(new MemoryStream(golden), "f"));
        byte[] header = new byte[4096];
        FileHeader.Write(header, "IrqReplay", "0.1.0");
        Assert.Equal(golden[..4096], header);
    }

    [Fact]
    public void An_old_reader_is_told_that_it_cannot_read_it()
    {
        byte[] bytes = NativeMachines.Write([new MachinePart("a", 8192, 4096)]);
        Assert.Equal(((ushort)1, (ushort)1, 1UL), (MemoryMarshal.Read<ushort>(bytes.AsSpan(10)),
            MemoryMarshal.Read<ushort>(bytes.AsSpan(12)), MemoryMarshal.Read<ulong>(bytes.AsSpan(32))));
        var e = Assert.Throws<BadInputException>(() => NativeRecording.Open(new MemoryStream(bytes), "f"));
        Assert.Contains("f: offset 32: expected the recording of one machine, found several",
            e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 4096L, "offset 4288: expected a machine at a multiple of 4096 from 8192 on")] // inside the directory
    [InlineData(0, 8193L, "offset 4288: expected a machine")]
    [InlineData(0, -4096L, "offset 4288: expected a machine")]
    [InlineData(8, -1L, "offset 4288: expected a machine")]
    [InlineData(8, 40960L, "offset 4544: expected a machine at a multiple of 4096 from 49152 on")] // over the second
    [InlineData(16, 0L, "offset 4304: expected a name of 1 to 128 bytes")]
    [InlineData(16, 129L, "offset 4304: expected a name of 1 to 128 bytes")]
    [InlineData(32, 0x62L, "offset 4576: expected machines of different names, found \"b\" again")]
    [InlineData(32, 0x07L, "offset 4304: expected a name")]
    [InlineData(32, 0xFFL, "offset 4304: expected a name")]
    public void A_directory_that_lies_is_refused(int field, long value, string expected)
    {
        byte[] bytes = NativeMachines.Write([new MachinePart("a", 8192, 28736), new MachinePart("b", 40960, 28736)]);
        if (field == 16) MemoryMarshal.Write(bytes.AsSpan(EntriesAt + field), (uint)value);
        else if (field == 32) bytes[EntriesAt + field] = (byte)value;
        else MemoryMarshal.Write(bytes.AsSpan(EntriesAt + field), value);
        Seal(bytes, 2 * 256);
        var e = Assert.Throws<BadInputException>(() => NativeMachines.Read(new MemoryStream(bytes), "f"));
        Assert.Contains("f: " + expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(4100)]
    [InlineData(4288)]
    [InlineData(4300)]
    public void A_directory_that_is_cut_is_refused(int length)
    {
        byte[] bytes = NativeMachines.Write([new MachinePart("a", 8192, 28736)]);
        Assert.Throws<BadInputException>(() => NativeMachines.Read(new MemoryStream(bytes[..length]), "f"));
    }

    [Fact]
    public void A_flipped_bit_is_found()
    {
        byte[] bytes = NativeMachines.Write([new MachinePart("host", 8192, 28736)]);
        foreach (int at in (int[])[64, BlockAt, BlockAt + 28, EntriesAt, EntriesAt + 32, EntriesAt + 255])
        {
            bytes[at] ^= 4;
            Assert.Throws<BadInputException>(() => NativeMachines.Read(new MemoryStream(bytes), "f"));
            bytes[at] ^= 4;
        }
        Assert.NotNull(NativeMachines.Read(new MemoryStream(bytes), "f"));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("guest 1/Ü", true)]
    [InlineData("", false)]
    [InlineData("  ", false)]
    [InlineData("a\u001bb", false)]
    [InlineData("a\u0085b", false)]
    public void Names(string name, bool isValid)
    {
        Assert.Equal(isValid, MachineNames.IsValid(name));
        Assert.False(MachineNames.IsValid(Encoding.Latin1.GetBytes("\u00ff")));
    }

    private static void Seal(byte[] bytes, int payload)
    {
        MemoryMarshal.Write(bytes.AsSpan(BlockAt + 24), Crc32C.Compute(bytes.AsSpan(EntriesAt, payload)));
        BlockHeader.Seal(bytes.AsSpan(BlockAt));
    }
}
