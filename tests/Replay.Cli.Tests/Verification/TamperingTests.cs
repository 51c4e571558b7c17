using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Replay.Cli.Tests.Captures;
using Replay.Core.Verify;
using Xunit;

namespace Replay.Cli.Tests.Verification;

/// <summary>
/// One recorded decision of a real capture is altered, at random, and verify names that event and no other. Decisions
/// that the untouched recording leaves open have nothing to be held against and are passed over.
/// </summary>
public sealed class TamperingTests
{
    private const int PerOperand = 8;

    public static TheoryData<string> Recordings => new("leak-pre/trace.dat", "hibernate/trace.dat");

    public static TheoryData<string> Captures => new(
        "hotplug-ir", "hotplug-noir", "hotplug-612", "hotplug-perf", "exhaustion", "leak-post",
        "leak-pre-ir", "amd-iommu", "aer", "flr");

    [Theory]
    [MemberData(nameof(Recordings))]
    public void An_altered_decision_is_the_only_one_named(string file) =>
        Check(Path.Combine(Folders.Traces, file), seed: 1);

    [CaptureTheory]
    [MemberData(nameof(Captures))]
    [Trait("Length", "Long")]
    public void An_altered_decision_of_any_capture_is_the_only_one_named(string capture) =>
        Check(Path.Combine(Folders.Captures!, capture, "trace.dat"), seed: 2);

    private static void Check(string path, int seed)
    {
        var recording = Tampering.Of(path);
        VerifyTally clean = recording.Verify();
        Assert.Equal(0, clean.Disagreed);
        var open = clean.OpenDecisions.Select(decision => decision.Event).ToHashSet();
        var random = new Random(seed);
        List<string> wrong = [];
        int tried = 0;
        foreach ((var kind, string[] operands) in Tampering.Decisions)
        {
            if (recording.CountOf(kind) == 0) continue;
            foreach (string operand in operands)
            {
                for (int i = 0; i < PerOperand; i++)
                {
                    (long altered, string change, VerifyTally tally) = recording.Alter(kind, operand, random);
                    if (open.Contains(altered)) continue;
                    tried++;
                    long[] named = [.. tally.Disagreements.Select(disagreement => disagreement.Event).Distinct()];
                    if (named.Length != 1 || named[0] != altered)
                        wrong.Add($"event {altered} {change}: named {string.Join(' ', named.Take(5))}");
                }
            }
        }
        Assert.True(tried > 100, $"{tried} decisions were tried");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
