using Replay.Cli.Output;

namespace Replay.Cli.Machines;

/// <summary>How people name a recording: a file, or one machine of a file.</summary>
/// <param name="File">As the command line gave it.</param>
/// <param name="Machine">The machine, where the file holds more than that one; else null.</param>
internal sealed record RecordingName(string File, string? Machine)
{
    /// <summary>For headings.</summary>
    public string Title => Machine is null ? File : $"{File}: {Machine}";

    /// <summary>As it is typed in the next command.</summary>
    public string Argument => Machine is null ? ReplayText.FileArgument(File)
        : $"{ReplayText.FileArgument(File)} --machine {ReplayText.FileArgument(Machine)}";
}
