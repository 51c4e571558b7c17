namespace Replay.Core.Systems;

/// <summary>
/// A system whose lines of states tell what happened, beside how things are: it says how a part is at this moment.
/// </summary>
public interface IDescribesState
{
    /// <summary>The part's state; null for one that is as its last line says.</summary>
    /// <param name="subject">Part as lines of states name it.</param>
    string? StateOf(string subject);
}
