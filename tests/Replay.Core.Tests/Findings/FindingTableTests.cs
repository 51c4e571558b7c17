using System.Linq;
using Replay.Core.Findings;
using Xunit;

namespace Replay.Core.Tests.Findings;

/// <summary>What is withdrawn of the findings, and what stays.</summary>
public sealed class FindingTableTests
{
    [Fact]
    public void What_was_found_since_records_are_missing_is_withdrawn()
    {
        var table = new FindingTable();
        foreach (long index in (long[])[5, 20, 8, 12]) table.Add(Found(FindingCode.StrayDelivery, index));
        table.Withdraw(10);
        Assert.Equal([5L, 8], table.Kept.Select(finding => finding.Event));
        Assert.Equal((2, 2, 2), (table.Count, table.CountOf(FindingCode.StrayDelivery), table.Withdrawn));
        table.Add(Found(FindingCode.StrayDelivery, 30));
        table.Withdraw(31);
        Assert.Equal([5L, 8, 30], table.Kept.Select(finding => finding.Event));
        Assert.Equal(3, table.Count);
    }

    [Fact]
    public void What_a_record_says_by_itself_stays()
    {
        var table = new FindingTable();
        table.Add(Found(FindingCode.CaptureGap, 12));
        table.Add(Found(FindingCode.VectorExhausted, 13));
        table.Withdraw(0);
        Assert.Equal(2, table.Kept.Count);
        Assert.Equal(0, table.Withdrawn);
    }

    /// <summary>Those that are only counted are withdrawn where all of them came since.</summary>
    [Theory]
    [InlineData(100, 0)]
    [InlineData(5002, 5003)]
    public void What_is_only_counted_is_withdrawn_too(long from, long left)
    {
        var table = new FindingTable();
        for (long index = 100; index < 100 + FindingTable.KeptPerCode + 3; index++)
            table.Add(Found(FindingCode.StrayDelivery, index));
        table.Withdraw(from == 100 ? 100 : 10_000);
        Assert.Equal(left, table.Count);
    }

    private static Finding Found(FindingCode code, long index) => new()
    {
        Code = code,
        Severity = Severity.Minor,
        Certainty = Certainty.Proved,
        Event = index,
        TimeNs = (ulong)index,
        Message = "found",
    };
}
