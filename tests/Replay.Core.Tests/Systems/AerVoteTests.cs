using System;
using Replay.Core.Events;
using Replay.Core.Systems.Aer;
using Xunit;

namespace Replay.Core.Tests.Systems;

public sealed class AerVoteTests
{
    /// <summary>
    /// Linux pcie/err.c merge_result: rows are the vote so far, columns the new answer. N none, C can recover,
    /// R need reset, D disconnect, V recovered, X no driver.
    /// </summary>
    [Theory]
    //              N C R D V X
    [InlineData('N', "NNNNNX")]
    [InlineData('C', "CCRDVX")]
    [InlineData('R', "RRRRRX")]
    [InlineData('D', "DDRDDX")]
    [InlineData('V', "VCRDVX")]
    [InlineData('X', "XXXXXX")]
    public void Vote_and_answer_merge_as_the_kernel_merges_them(char vote, string row)
    {
        const string Letters = "NCRDVX";
        for (int i = 0; i < Letters.Length; i++)
            Assert.Equal(row[i], Letters[(int)AerVote.Merge(Code(vote), Code(Letters[i])) - 1]);

        static AerAnswerCode Code(char letter) =>
            (AerAnswerCode)(Letters.IndexOf(letter, StringComparison.Ordinal) + 1);
    }
}
