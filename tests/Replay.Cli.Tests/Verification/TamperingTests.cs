using System;
using System.Linq;
using Replay.Core.Verify;
using Xunit;

namespace Replay.Cli.Tests.Verification;

/// <summary>One recorded decision is altered; verify names that event and no other.</summary>
public sealed class TamperingTests
{
    private const int PerOperand = 12;

    [Fact]
    public void Dev()
    {
        string? only = Environment.GetEnvironmentVariable("TAMPER");
        string file = Environment.GetEnvironmentVariable("TAMPER_FILE")!;
        var recording = Tampering.Of(file);
        VerifyTally clean = recording.Verify();
        Assert.Equal(0, clean.Disagreed);
        var open = clean.OpenDecisions.Select(d => d.Event).ToHashSet();
        var random = new Random(1);
        int total = 0, bad = 0;
        foreach ((var kind, string[] operands) in Tampering.Decisions)
        {
            if (recording.CountOf(kind) == 0 || (only is not null && only != kind.ToString())) continue;
            foreach (string operand in operands)
            {
                for (int i = 0; i < PerOperand; i++)
                {
                    (long altered, string change, VerifyTally tally) = recording.Alter(kind, operand, random);
                    total++;
                    var events = tally.Disagreements.Select(d => d.Event).Distinct().ToList();
                    if ((events.Count == 1 && events[0] == altered) || open.Contains(altered)) continue;
                    bad++;
                    Console.WriteLine($"BAD event {altered} {change}: {(events.Count == 0 ? "nothing" : string.Join(",", tally.Disagreements.Take(4).Select(d => $"{d.Event}:{d.Kind}:{d.Expected} vs {d.Actual}")))} ({events.Count})");
                }
            }
        }
        Console.WriteLine($"TOTAL {total} bad {bad}");
    }
}
