using System.Linq;
using Replay.Core.Verify;
using Replay.Formats.Sidecar;
using Xunit;

namespace Replay.Core.Tests.Verify;

/// <summary>What is kept of single decisions, saved in pieces of which each holds what is new.</summary>
public sealed class VerifyTallyTests
{
    [Fact]
    public void Pieces_make_the_whole_and_the_last_one_alone_is_what_it_was_saved_as()
    {
        var tally = new VerifyTally();
        tally.Disagree(At(10));
        tally.Disagree(At(20));
        byte[] first = Saved(tally, 0);
        long mark = tally.KeptMark;
        tally.Disagree(At(30));
        tally.Withdraw(25, OpenReason.StateBefore);
        byte[] second = Saved(tally, mark);
        Assert.Equal([10L, 20], tally.Disagreements.Select(one => one.Event));

        var whole = new VerifyTally();
        whole.TransferKept(new StateReader(first), 0);
        whole.TransferKept(new StateReader(second), 0);
        Assert.Equal([10L, 20], whole.Disagreements.Select(one => one.Event));
        Assert.Equal(Saved(tally, 0), Saved(whole, 0));

        var last = new VerifyTally();
        last.TransferKept(new StateReader(second), 0);
        Assert.Equal(second, Saved(last, 0));
    }

    private static Disagreement At(long index) =>
        new(index, 0, 0, DecisionKind.VectorAlloc, 24, "33", "34", "the lowest free vector");

    private static byte[] Saved(VerifyTally tally, long from) =>
        StateCodec.Save(archive => tally.TransferKept(archive, from));
}
