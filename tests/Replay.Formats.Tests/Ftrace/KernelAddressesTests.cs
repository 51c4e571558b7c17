using System.Text;
using Replay.Formats.Ftrace;
using Xunit;

namespace Replay.Formats.Tests.Ftrace;

public sealed class KernelAddressesTests
{
    private const string Kallsyms =
        "0000000000000000 A fixed_percpu_data\n"
        + "ffffffff81000100 T second\n"
        + "ffffffff81000000 T first\n"
        + "ffffffff81000100 t alias\n"
        + "ffffffff81000080 d data_is_not_a_function\n"
        + "ffffffff81000090 t $a\n"
        + "not a line\n"
        + "ffffffffc0201000 t nvme_irq\t[nvme]";

    private const string Printk =
        "0xffffffff82000000 : \"syscore_suspend\"\n"
        + "0xffffffff82000040 : \"a \\\"quoted\\\" line\\n\"\n"
        + "rubbish\n"
        + "0xffffffff82000080 : \"unterminated\n";

    [Theory]
    [InlineData(0xffffffff81000000, "first")]
    [InlineData(0xffffffff810000ff, "first")]
    [InlineData(0xffffffff81000100, "second")]
    [InlineData(0xffffffff81000180, "second")]
    [InlineData(0xffffffffc0201000, "nvme_irq")]
    [InlineData(0xffffffffc0201010, "nvme_irq")]
    [InlineData(0xffffffff80ffffff, null)]
    [InlineData(0xffffffffffffffff, null)]
    [InlineData(0ul, null)]
    public void An_address_belongs_to_the_function_before_it(ulong address, string? expected) =>
        Assert.Equal(expected, Names().FindSymbol(address));

    [Theory]
    [InlineData(0xffffffff82000000, "syscore_suspend")]
    [InlineData(0xffffffff82000040, "a \"quoted\" line\n")]
    [InlineData(0xffffffff82000080, null)]
    [InlineData(0xffffffff82000001, null)]
    public void Constant_texts_are_found_by_their_address(ulong address, string? expected) =>
        Assert.Equal(expected, Names().FindText(address));

    [Fact]
    public void Texts_are_fetched_once_and_only_when_asked_for()
    {
        int kallsyms = 0;
        int printk = 0;
        var names = new KernelAddresses(
            () => { kallsyms++; return []; }, () => { printk++; return []; });
        Assert.Equal((0, 0), (kallsyms, printk));
        Assert.Null(names.FindSymbol(1));
        Assert.Null(names.FindSymbol(2));
        Assert.Equal((1, 0), (kallsyms, printk));
        Assert.Null(names.FindText(1));
        Assert.Null(names.FindText(1));
        Assert.Equal((1, 1), (kallsyms, printk));
    }

    private static KernelAddresses Names() =>
        new(() => Encoding.UTF8.GetBytes(Kallsyms), () => Encoding.UTF8.GetBytes(Printk));
}
