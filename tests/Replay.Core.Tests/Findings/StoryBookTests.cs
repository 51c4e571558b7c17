using System;
using System.Collections.Generic;
using System.Linq;
using Replay.Core.Findings;
using Replay.Core.Findings.Stories;
using Replay.Core.Rules;
using Xunit;

namespace Replay.Core.Tests.Findings;

public class StoryBookTests
{
    public static TheoryData<int> Numbers => [.. StoryBook.Numbers];

    [Fact]
    public void Every_code_has_a_story()
    {
        Assert.All(Enum.GetValues<FindingCode>(), static code => Assert.True(StoryBook.Find((int)code) is not null,
            $"{FindingCatalog.IdOf(code)} has no story; add one in Findings/Stories"));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_story_tells_all_its_parts_in_plain_sentences(int number)
    {
        Story story = StoryBook.Find(number)!;
        Assert.Equal(number, story.Number);
        Assert.True(story.Steps.Count >= 2);
        Assert.All([.. story.Steps, story.Signature, story.Cause, story.Cure], static text =>
        {
            Assert.EndsWith(".", text, StringComparison.Ordinal);
            Assert.InRange(text.Length, 12, 330);
            Assert.DoesNotContain("  ", text, StringComparison.Ordinal);
        });
        Assert.All(story.Seen,
            static address => Assert.True(Uri.IsWellFormedUriString(address, UriKind.Absolute), address));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void What_reproduces_it_can_be_typed(int number)
    {
        Assert.All(StoryBook.Find(number)!.Rules, static rules => RuleChoice.Parse(rules, default));
    }

    // A code in a text that does not exist sends the reader nowhere.
    [Theory]
    [MemberData(nameof(Numbers))]
    public void Codes_that_a_story_points_to_have_stories(int number)
    {
        Story story = StoryBook.Find(number)!;
        var mentioned = new List<int>();
        foreach (string text in (string[])[.. story.Steps, story.Signature, story.Cause, story.Cure, story.Fix])
        {
            for (int at = text.IndexOf("IRQ0", StringComparison.Ordinal); at >= 0; at = text.IndexOf("IRQ0",
                at + 1, StringComparison.Ordinal))
                mentioned.Add(int.Parse(text.AsSpan(at + 3, 3), System.Globalization.CultureInfo.InvariantCulture));
        }
        Assert.All(mentioned, other => Assert.True(StoryBook.Find(other) is not null && other != number,
            $"IRQ{other:D3} in IRQ{number:D3}"));
    }

    [Fact]
    public void Classes_of_bug_and_invariants_have_stories_before_they_have_checks()
    {
        Assert.Superset(new HashSet<int>([.. Enumerable.Range(1, 38), .. Enumerable.Range(101, 53)]),
            new HashSet<int>(StoryBook.Numbers));
        Assert.Null(StoryBook.Find(0));
        Assert.Null(StoryBook.Find(99));
    }
}
