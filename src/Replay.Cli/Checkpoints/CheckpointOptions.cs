using System.CommandLine;
using Replay.Cli.Machines;
using Replay.Formats;
using Replay.Formats.Checkpoints;

namespace Replay.Cli.Checkpoints;

/// <summary>
/// <c>--checkpoints</c> and <c>--no-checkpoints</c>: whether saved states are kept beside the recording.
/// </summary>
internal sealed class CheckpointOptions
{
    /// <summary>The option that leaves them alone.</summary>
    public const string OffName = "--no-checkpoints";

    private readonly CheckpointKind _kind;
    private readonly Option<bool> _make;

    private readonly Option<bool> _off = new(OffName)
    {
        Description = "Neither use nor make saved states.",
    };

    /// <param name="command">Gets the options.</param>
    /// <param name="kind">Whose states it saves.</param>
    public CheckpointOptions(Command command, CheckpointKind kind)
    {
        _kind = kind;
        string use = kind == CheckpointKind.Verifier ? "verify's lanes share the stretches between them"
            : "\"state --at\" answers at once and replay's lanes share the stretches between them";
        _make = new Option<bool>("--checkpoints")
        {
            Description = $"Keep saved states beside the recording (FILE{kind.Extension}), so that {use}; "
                + "native files of 10 million events and more get them anyway, and so does a trace.dat of about that "
                + "size (1 GB; packed, 120 MB).",
        };
        command.Options.Add(_make);
        command.Options.Add(_off);
    }

    /// <exception cref="UsageException">Both are given.</exception>
    public void Check(ParseResult result)
    {
        if (result.GetValue(_make) && result.GetValue(_off))
            throw new UsageException("--checkpoints and --no-checkpoints: give one of them");
    }

    /// <summary>Where the recording's checkpoints are or would be; null when there are to be none.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="file">The recording.</param>
    /// <param name="recording">The same, open.</param>
    /// <param name="rules">What shapes the states besides the recording: the rules' text, as a rule.</param>
    /// <param name="host">Where notes go.</param>
    public CheckpointStore? Find(ParseResult result, string file, Recording recording, string rules, CliHost host)
    {
        if (result.GetValue(_off) || file == "-") return null;
        bool isAsked = result.GetValue(_make);
        if (recording.Identify() is { } identity)
        {
            bool isLong = recording.EventsExpected >= host.Pace.LongEvents;
            var name = new RecordingName(file, result.GetValue<string?>("--machine"));
            return new CheckpointStore(name, _kind, identity, rules, isAsked, isLong, host);
        }
        if (isAsked)
            host.Error.WriteLine($"irqreplay: note: --checkpoints: {file} cannot be begun in its middle; "
                + $"convert it to a native file first (irqreplay convert {file} -o "
                + $"{System.IO.Path.GetFileNameWithoutExtension(file)}.irqt)");
        return null;
    }
}
