namespace Replay.Cli.Machines;

/// <summary>A recording as the command line chooses it, and the options that it did it by, for messages.</summary>
/// <param name="Name">File, and the machine where one is chosen.</param>
/// <param name="Log">File of the machine's kernel log, or null.</param>
internal sealed record RecordingChoice(RecordingName Name, string? Log)
{
    public string MachineOption { get; init; } = "--machine";

    public string LogOption { get; init; } = "--log";

    /// <summary>The machine was chosen for another recording: a file that names none is taken as it is.</summary>
    public bool MayBeUnnamed { get; init; }
}
