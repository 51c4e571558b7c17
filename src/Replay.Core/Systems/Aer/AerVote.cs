using Replay.Core.Events;

namespace Replay.Core.Systems.Aer;

/// <summary>How the answers of several drivers become one (Linux pcie/err.c merge_result).</summary>
internal static class AerVote
{
    public static AerAnswerCode Merge(AerAnswerCode vote, AerAnswerCode answer)
    {
        switch (answer)
        {
            case AerAnswerCode.NoAerDriver: return AerAnswerCode.NoAerDriver;
            case AerAnswerCode.None or AerAnswerCode.Unknown: return vote;
        }
        return vote switch
        {
            AerAnswerCode.CanRecover or AerAnswerCode.Recovered => answer,
            AerAnswerCode.Disconnect when answer == AerAnswerCode.NeedReset => AerAnswerCode.NeedReset,
            _ => vote,
        };
    }

    /// <summary>As reports spell it: <c>CAN_RECOVER</c>.</summary>
    public static string Name(AerAnswerCode code) =>
        (int)code < AerAnswers.Names.Length ? AerAnswers.Names[(int)code].ToUpperInvariant() : "UNKNOWN";
}
