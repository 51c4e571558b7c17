using System.Collections.Generic;

namespace Replay.Formats.FtraceText;

/// <summary>One name that the recording prints before its texts.</summary>
internal sealed class PrintedEvent
{
    public required string Name { get; init; }

    /// <summary>Lines of this name.</summary>
    public long Count { get; set; }

    /// <summary>True when the user does not want it.</summary>
    public bool IsIgnored { get; init; }

    /// <summary>True when a line of the mapping speaks of this event.</summary>
    public bool IsMapped { get; init; }

    /// <summary>Group of the event, as the mapping names it; <c>*</c>-lines get the group of probes.</summary>
    public string System { get; init; } = "";

    /// <summary>Ways in which it was printed so far, and the texts that come with the program.</summary>
    public List<TextShape> Shapes { get; } = [];

    /// <summary>Shapes that were inferred and are of no use; a bound, not a result.</summary>
    public int Misses { get; set; }

    /// <summary>Text-form name of the kind that its lines became; empty when none did.</summary>
    public string KindName { get; set; } = "";
}
