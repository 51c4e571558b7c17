using Replay.Formats.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.TraceDat;

public sealed class TimeShiftTests
{
    private static readonly TimeShift.Sample[] Samples =
    [
        new(100, 1000, 1, 0), new(200, 2000, 1, 0), new(300, -50, 1, 0),
    ];

    [Theory]
    [InlineData(100, 1100)]
    [InlineData(150, 1650)]
    [InlineData(200, 2200)]
    [InlineData(250, 1225)]
    [InlineData(300, 250)]
    // Outside the samples the nearest pair is prolonged; host time never falls below 0.
    [InlineData(50, 550)]
    [InlineData(400, 0)]
    public void Between_samples_the_offset_is_interpolated(ulong guest, ulong host) =>
        Assert.Equal(host, new TimeShift(1, [Samples]).ToHost(guest, 0));

    [Theory]
    [InlineData(150, 1150)]
    [InlineData(250, 2250)]
    public void Without_the_flag_the_sample_before_counts(ulong guest, ulong host) =>
        Assert.Equal(host, new TimeShift(0, [Samples]).ToHost(guest, 0));

    [Fact]
    public void Scale_has_fraction_bits_and_a_product_of_128_bits()
    {
        var shift = new TimeShift(1, [[new(0, 3, 3UL << 31, 32)]]);
        Assert.Equal((1_000_000_000_000_000_000UL / 2 * 3) + 3, shift.ToHost(1_000_000_000_000_000_000, 0));
    }

    [Fact]
    public void A_cpu_without_samples_keeps_its_time()
    {
        var shift = new TimeShift(1, [Samples, []]);
        Assert.Equal(77UL, shift.ToHost(77, 1));
        Assert.Equal(77UL, shift.ToHost(77, 9));
    }
}
