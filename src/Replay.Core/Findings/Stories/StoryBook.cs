using System.Collections.Generic;

namespace Replay.Core.Findings.Stories;

/// <summary>All stories, by number. Each family is one file; a new story is one entry there.</summary>
public static class StoryBook
{
    private static readonly Dictionary<int, Story> ByNumber = Collect(
        VectorStories.All, MessageStories.All, RemappingStories.All, HyperVStories.All, VirtualStories.All,
        AssignedStories.All, DeviceStories.All, AllocatorInvariants.All, ViewInvariants.All);

    /// <summary>Numbers that have one, also of codes whose check does not exist yet.</summary>
    public static IReadOnlyCollection<int> Numbers => ByNumber.Keys;

    /// <summary>The story of a code, or null.</summary>
    public static Story? Find(int number) => ByNumber.GetValueOrDefault(number);

    private static Dictionary<int, Story> Collect(params IReadOnlyList<Story>[] families)
    {
        var stories = new Dictionary<int, Story>();
        foreach (IReadOnlyList<Story> family in families)
        {
            foreach (Story story in family) stories.Add(story.Number, story);
        }
        return stories;
    }
}
