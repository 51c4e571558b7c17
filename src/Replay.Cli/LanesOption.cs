using System;
using System.CommandLine;
using System.Globalization;
using Replay.Formats.Lanes;

namespace Replay.Cli;

/// <summary><c>--lanes</c>: how many threads share the work. Results do not depend on it.</summary>
internal sealed class LanesOption
{
    // More have not been seen to help; who knows better says so.
    private const int DefaultMax = 8;

    private readonly Option<string?> _option = new("--lanes")
    {
        Description = "Threads that share the work. The results are the same for any number. "
            + "Without it: as many as there are processors, 8 at most; 1 works without a second thread.",
        HelpName = "N",
    };

    public LanesOption(Command command) => command.Options.Add(_option);

    /// <exception cref="UsageException">Not a possible number.</exception>
    public int Get(ParseResult result)
    {
        if (result.GetValue(_option) is not { } text) return Math.Clamp(Environment.ProcessorCount, 1, DefaultMax);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int lanes)
            && lanes is >= 1 and <= RecordingLanes.Max)
            return lanes;
        throw new UsageException(
            $"--lanes {text}: a number of threads from 1 to {RecordingLanes.Max}, for example --lanes 2");
    }
}
