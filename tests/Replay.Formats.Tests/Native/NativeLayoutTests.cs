using System;
using System.Runtime.InteropServices;
using Replay.Core.Events;
using Replay.Formats.Native;
using Xunit;

namespace Replay.Formats.Tests.Native;

/// <summary>
/// Sizes and offsets as FORMAT.md gives them: the numbers here are the truth, the structs must follow.
/// </summary>
public class NativeLayoutTests
{
    [Theory]
    [InlineData(typeof(FileHeader), 4096)]
    [InlineData(typeof(BlockHeader), 192)]
    [InlineData(typeof(BlockTrailer), 16)]
    [InlineData(typeof(IndexEntry), 64)]
    [InlineData(typeof(Footer), 64)]
    [InlineData(typeof(MachineEntry), 256)]
    [InlineData(typeof(IrqEvent), 32)]
    public void Sizes_are_those_of_the_format(Type type, int size) => Assert.Equal(size, Marshal.SizeOf(type));

    [Theory]
    [InlineData(typeof(FileHeader),
        "Magic:0 Major:8 Minor:10 MinReaderMinor:12 RecordBytes:14 SchemaVersion:16 HeaderBytes:20 " +
        "Alignment:24 BlockBytesMax:28 RequiredFeatures:32 OptionalFeatures:40 WriterName:64 "
        + "WriterVersion:96 Crc:4092")]
    [InlineData(typeof(BlockHeader),
        "Magic:0 Type:8 Flags:10 Codec:12 TotalBytes:16 PayloadBytes:20 PayloadCrc:24 RecordCount:28 " +
        "EventCount:32 Sequence:40 FirstEvent:48 FirstTime:56 LastTime:64 MinTime:72 MaxTime:80 "
        + "CpuMask:88 LossBefore:96 " +
        "LossTotal:104 Kinds:112 Crc:188")]
    [InlineData(typeof(BlockTrailer), "Magic:0 TotalBytes:4 Sequence:8")]
    [InlineData(typeof(IndexEntry),
        "Offset:0 Sequence:8 FirstEvent:16 MinTime:24 MaxTime:32 CpuMask:40 TotalBytes:48 " +
        "RecordCount:52 EventCount:56 Flags:60")]
    [InlineData(typeof(Footer),
        "Magic:0 TailOffset:8 RecordCount:16 EventCount:24 LossTotal:32 BlockCount:40 FileHeaderCrc:56 Crc:60")]
    [InlineData(typeof(MachineEntry), "Offset:0 Bytes:8 NameBytes:16 Name:32")]
    [InlineData(typeof(IrqEvent), "TimeNs:0 Irq:8 Cpu:12 Kind:14 Vector:15 A:16 B:24")]
    public void Offsets_are_those_of_the_format(Type type, string offsets)
    {
        string[] fields = offsets.Split(' ');
        foreach (string field in fields)
        {
            string[] parts = field.Split(':');
            Assert.Equal((parts[0], parts[1]), (parts[0], Marshal.OffsetOf(type, parts[0]).ToString()));
        }
        Assert.Equal(fields.Length,
            type.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public).Length);
    }

    [Theory]
    [InlineData(NativeSpec.FileMagic, "89495251540D0A1A")]
    [InlineData(NativeSpec.BlockMagic, "8B495251424B0D0A")]
    [InlineData(NativeSpec.FooterMagic, "8D4951454E440D0A")]
    public void Magics_are_these_bytes_in_the_file(ulong magic, string hex) =>
        Assert.Equal(hex, Convert.ToHexString(BitConverter.GetBytes(magic)));

    [Fact]
    public void A_full_block_is_one_mebibyte() =>
        Assert.Equal(1 << 20, NativeSpec.BlockBytes(NativeSpec.RecordsPerBlockMax * IrqEvent.SizeBytes));

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(3888, 4096)]
    [InlineData(3889, 8192)]
    public void Blocks_are_padded_to_4096(int payload, int total) =>
        Assert.Equal(total, NativeSpec.BlockBytes(payload));
}
