using System.CommandLine;
using Replay.Cli.Machines;
using Replay.Core.Rules;
using Replay.Formats;

namespace Replay.Cli.Checkpoints;

/// <summary><c>--checkpoints</c> and <c>--no-checkpoints</c>: whether saved states are kept beside the recording.</summary>
internal sealed class CheckpointOptions
{
    private readonly Option<bool> _make = new("--checkpoints")
    {
        Description = "Keep saved states beside the recording (FILE.irqc), so that \"state --at\" answers at once and "
            + "replay's lanes share the stretches between them; native files of 10 million events and more get them anyway, "
            + "and so does a trace.dat of about that size (320 MB; packed, 40 MB).",
    };

    private readonly Option<bool> _off = new("--no-checkpoints")
    {
        Description = "Neither use nor make saved states.",
    };

    public CheckpointOptions(Command command)
    {
        command.Options.Add(_make);
        command.Options.Add(_off);
    }

    /// <exception cref="UsageException">Both are given.</exception>
    public void Check(ParseResult result)
    {
        if (result.GetValue(_make) && result.GetValue(_off)) throw new UsageException("--checkpoints and --no-checkpoints: give one of them");
    }

    /// <summary>Where the recording's checkpoints are or would be; null when there are to be none.</summary>
    public CheckpointStore? Find(ParseResult result, string file, Recording recording, RuleChoice rules, CliHost host)
    {
        if (result.GetValue(_off) || file == "-") return null;
        bool isAsked = result.GetValue(_make);
        if (recording.Identify() is { } identity)
        {
            bool isLong = recording.EventsExpected >= host.Pace.LongEvents;
            var name = new RecordingName(file, result.GetValue<string?>("--machine"));
            return new CheckpointStore(name, CheckpointStore.KeyOf(identity, rules), isAsked, isLong, host);
        }
        if (isAsked)
            host.Error.WriteLine($"irqreplay: note: --checkpoints: {file} cannot be begun in its middle; convert it to a native file first "
                + $"(irqreplay convert {file} -o {System.IO.Path.GetFileNameWithoutExtension(file)}.irqt)");
        return null;
    }
}
