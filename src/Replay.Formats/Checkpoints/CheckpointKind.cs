namespace Replay.Formats.Checkpoints;

/// <summary>
/// Whose saved states they are. Each kind has a file of its own beside the recording, so that no command replaces what
/// another one uses.
/// </summary>
/// <param name="Name">As it stands in the file.</param>
/// <param name="Extension">What the file is called, after the recording's whole name.</param>
public sealed record CheckpointKind(string Name, string Extension)
{
    /// <summary>The machine that follows the recording: <c>replay</c> and <c>state</c>.</summary>
    public static CheckpointKind Machine { get; } = new("machine", ".irqc");

    /// <summary>The kernel that decides by rules: <c>verify</c>.</summary>
    public static CheckpointKind Verifier { get; } = new("verifier", ".irqv");
}
