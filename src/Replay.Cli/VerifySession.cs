using System;
using Replay.Cli.Checkpoints;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>One recording whose decisions are taken again. Called once a batch, never once an event.</summary>
internal abstract class VerifySession : CheckpointedSession
{
    /// <summary>Name of the rules.</summary>
    public required string RulesName { get; init; }

    /// <summary>What was decided again. Called once, after the last event.</summary>
    public abstract VerifyReport Finish();

    /// <param name="recording">What is verified.</param>
    /// <param name="rules">The rules to decide by.</param>
    /// <param name="followsEvidence">
    /// False when the user chose the rules: then what the recording shows of its kernel is told, and not followed.
    /// </param>
    public static VerifySession Create(Recording recording, RuleChoice rules, bool followsEvidence = true)
    {
        ChosenRules chosen = rules.ToKernelRules();
        if (chosen.Equals(ChosenRules.From(default(Linux61))))
            return Create(recording, rules, default(Linux61), followsEvidence);
        if (chosen.Equals(ChosenRules.From(default(Linux612))))
            return Create(recording, rules, default(Linux612), followsEvidence);
        return Create(recording, rules, chosen, followsEvidence);
    }

    private static VerifySession<TRules> Create<TRules>(Recording recording, RuleChoice name,
        TRules rules, bool followsEvidence)
        where TRules : struct, IKernelRules =>
        new(recording.Tables, rules, followsEvidence) { RulesName = name.ToString() };
}

/// <summary>As <see cref="VerifySession"/>, for one set of rules.</summary>
internal sealed class VerifySession<TRules> : VerifySession
    where TRules : struct, IKernelRules
{
    private readonly Verifier<TRules> _verifier;

    public VerifySession(EventTables tables, TRules rules, bool followsEvidence) =>
        _verifier = new Verifier<TRules>(tables, rules) { FollowsEvidence = followsEvidence };

    public override void Apply(ReadOnlySpan<IrqEvent> events, EventTables tables) => _verifier.Verify(events);

    public override long EventCount => _verifier.EventsTaken;

    public override long FindingsMark => _verifier.KeptMark;

    public override void Transfer(StateArchive archive) => _verifier.Transfer(archive);

    public override void TransferFindings(StateArchive archive, long from) => _verifier.TransferKept(archive, from);

    public override VerifyReport Finish()
    {
        _verifier.Finish();
        return new VerifyReport(_verifier.Tally, _verifier.Evidence);
    }
}
