using Replay.Core.Spec;
using Xunit;

namespace Replay.Core.Tests.Spec;

public class RemappingTests
{
    /// <summary>An entry read from a running machine's table.</summary>
    [Fact]
    public void Irte_fields_read_from_a_real_entry()
    {
        const ulong lo = 0x0000_0200_0028_000D, hi = 0x4_FF00;
        Assert.True(IrteBits.IsPresent(lo));
        Assert.False(IrteBits.IsPosted(lo));
        Assert.Equal(40, IrteBits.Vector(lo));
        Assert.Equal(0x200u, IrteBits.Destination(lo));
        Assert.Equal(0xFF00, IrteBits.SourceId(hi));
        Assert.Equal(1, IrteBits.SourceValidation(hi));
    }

    [Theory]
    [InlineData(0x4UL, 77, true)] // global
    [InlineData(0x16_0000_0014UL, 0x16, true)] // index 0x16 alone
    [InlineData(0x16_0000_0014UL, 0x17, false)]
    [InlineData(0x10_0800_0014UL, 0x11, true)] // mask 1: an aligned pair
    [InlineData(0x11_0800_0014UL, 0x10, true)] // low bits of the index are ignored
    [InlineData(0x10_0800_0014UL, 0x12, false)]
    [InlineData(0x16_0000_0012UL, 0x16, false)] // IOTLB descriptor
    public void Invalidation_covers_what_index_and_mask_say(ulong qw0, int index, bool covers)
    {
        Assert.Equal(covers, QiDescriptor.Covers(qw0, index));
    }

    [Theory]
    [InlineData("0000:00:1f.2", true, 0xFA)]
    [InlineData("10000:e1:00.0", true, 0xE100)]
    [InlineData("c05b:00:02.0", true, 0x10)]
    [InlineData("0000:00:20.0", false, 0)]
    [InlineData("0000:00:1f.8", false, 0)]
    [InlineData("virtio1", false, 0)]
    [InlineData("", false, 0)]
    public void Pci_addresses_read_as_the_kernel_prints_them(string text, bool valid, int requester)
    {
        Assert.Equal(valid, PciAddress.TryParse(text, out PciAddress address));
        if (!valid) return;
        Assert.Equal(requester, address.RequesterId);
        Assert.Equal(text, address.ToString());
    }
}
