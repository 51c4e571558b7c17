using System;
using System.Globalization;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Tests;
using Xunit;

namespace Replay.Core.Tests.Events;

public class NameTableTests
{
    [Fact]
    public void Names_keep_the_order_of_their_first_use()
    {
        var table = new NameTable();
        Assert.Equal((1, ""), (table.Count, table[0]));
        Assert.Equal(1, table.Intern("nvme0q1"));
        Assert.Equal(2, table.Intern("eth0"u8));
        Assert.Equal(1, table.Intern("nvme0q1"u8));
        Assert.Equal(0, table.Intern(""));
        Assert.Equal(0, table.Intern(default(ReadOnlySpan<byte>)));
        Assert.Equal((3, "eth0"), (table.Count, table[2]));
        Assert.Equal((2, -1), (table.Find("eth0"), table.Find("eth1")));
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(5000)]
    public void Long_names_are_the_same_from_bytes_and_characters(int length)
    {
        var table = new NameTable();
        string name = new('é', length / 2);
        int index = table.Intern(Encoding.UTF8.GetBytes(name));
        Assert.Equal(index, table.Intern(name));
        Assert.Equal(name, table[index]);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_replaced()
    {
        var table = new NameTable();
        Assert.Equal("a\uFFFDb", table[table.Intern([(byte)'a', 0xFF, (byte)'b'])]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(NameTable.Overflow)]
    public void Index_that_the_table_does_not_have_reads_as_a_question_mark(int index) =>
        Assert.Equal("?", new NameTable()[index]);

    [Fact]
    public void Full_table_counts_what_it_cannot_take()
    {
        var table = new NameTable();
        for (int i = 1; i < NameTable.Capacity; i++)
        {
            Assert.Equal(i, table.Intern(i.ToString(CultureInfo.InvariantCulture)));
        }
        Assert.Equal((NameTable.Capacity, 0L), (table.Count, table.OverflowCount));
        Assert.Equal(NameTable.Overflow, table.Intern("one more"));
        Assert.Equal(NameTable.Overflow, table.Intern("another"u8));
        Assert.Equal((NameTable.Capacity, 2L), (table.Count, table.OverflowCount));
        Assert.Equal(7, table.Intern("7"));
        Assert.Equal("?", table[NameTable.Overflow]);
    }

    [Fact]
    public void Known_names_cost_no_allocation()
    {
        var table = new NameTable();
        table.Intern("nvme0q1");
        Assert.Equal(0, AllocatedBytes.LeastOf(() =>
        {
            for (int i = 0; i < 1000; i++) table.Intern("nvme0q1"u8);
        }));
    }
}
