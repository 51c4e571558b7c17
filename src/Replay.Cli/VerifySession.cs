using System;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>One recording whose decisions are taken again. Called once a batch, never once an event.</summary>
internal abstract class VerifySession
{
    /// <summary>Name of the rules.</summary>
    public required string RulesName { get; init; }

    public abstract void Verify(ReadOnlySpan<IrqEvent> events);

    public abstract VerifyReport Finish();

    /// <summary>The rules of the recorded kernel's version; linux-6.1 where the recording names none.</summary>
    public static VerifySession Create(Recording recording)
    {
        KernelRelease release = KernelRelease.Parse(recording.Info.Kernel);
        return release.UsesTimerCleanup
            ? new VerifySession<Linux612>(recording.Tables, default) { RulesName = "linux-6.12" }
            : new VerifySession<Linux61>(recording.Tables, default) { RulesName = "linux-6.1" };
    }
}

/// <summary>As <see cref="VerifySession"/>, for one set of rules.</summary>
internal sealed class VerifySession<TRules> : VerifySession
    where TRules : struct, IKernelRules
{
    private readonly Verifier<TRules> _verifier;

    public VerifySession(EventTables tables, TRules rules) => _verifier = new Verifier<TRules>(tables, rules);

    public override void Verify(ReadOnlySpan<IrqEvent> events) => _verifier.Verify(events);

    public override VerifyReport Finish()
    {
        _verifier.Finish();
        return new VerifyReport(_verifier.Tally, _verifier.Evidence);
    }
}
