using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Rules;
using Replay.Core.Systems;

namespace Replay.Cli.Output;

/// <summary>
/// What a recording shows of the recorded system's policies, for people: one line a policy and device.
/// </summary>
internal static class PolicyText
{
    private const int EventsShown = 4;

    /// <param name="console">Where to.</param>
    /// <param name="evidence">What the recording shows.</param>
    /// <param name="rules">Rules of the replay.</param>
    public static void Write(ReportConsole console, IReadOnlyList<PolicyEvidence> evidence, RuleChoice rules)
    {
        if (evidence.Count == 0) return;
        console.Heading("The recorded system shows its rules");
        var done = new HashSet<(string, string, string)>();
        foreach (PolicyEvidence row in evidence)
        {
            if (!done.Add((row.Policy, row.Alternative, row.Device))) continue;
            string device = row.Device.Length == 0 ? "" : $" ({row.Device})";
            console.Line($"  {row.Policy}={row.Alternative}{device}: {row.Because}, {EventsOf(evidence, row)}");
        }
        foreach (PolicyEvidence row in evidence)
        {
            if (rules.Is(row.Policy, row.Alternative) || !done.Add((row.Policy, "", ""))) continue;
            console.Line($"  This replay is by {row.Policy}={rules[row.Policy]}; --with {row.Policy}={row.Alternative} "
                + $"follows the recording.", ReportConsole.Dim);
        }
        console.Line();
    }

    private static string EventsOf(IReadOnlyList<PolicyEvidence> evidence, PolicyEvidence like)
    {
        var numbers = new List<string>();
        int more = 0;
        foreach (PolicyEvidence row in evidence)
        {
            if (row.Policy != like.Policy || row.Alternative != like.Alternative || row.Device != like.Device) continue;
            if (numbers.Count < EventsShown) numbers.Add(row.Event.ToString(CultureInfo.InvariantCulture));
            else more++;
        }
        string events = (numbers.Count == 1 ? "event " : "events ") + string.Join(", ", numbers);
        return more == 0 ? events : $"{events} and {PlainText.Count(more)} more";
    }
}
