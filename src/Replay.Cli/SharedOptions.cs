using System;
using System.CommandLine;
using System.IO;
using Replay.Formats;
using Replay.Formats.Lanes;

namespace Replay.Cli;

/// <summary>The argument and options that every command has, and what they lead to.</summary>
internal sealed class SharedOptions
{
    /// <summary>Largest mapping file that is read.</summary>
    private const int MapBytesMax = 4 << 20;

    private readonly FormatOption _format;
    private readonly LanesOption? _lanes;

    /// <param name="command">Gets the argument and the options.</param>
    /// <param name="formats">Formats of results.</param>
    /// <param name="file">Name of the argument.</param>
    /// <param name="divides">The command takes <c>--lanes</c>.</param>
    public SharedOptions(Command command, string formats = "text|json", string file = "FILE", bool divides = false)
    {
        File = new Argument<string>(file)
        {
            Description = "The recording; - is standard input. Its format is told from its content, compressed (zstd) or not.",
        };
        command.Arguments.Add(File);
        _format = new FormatOption(command, formats);
        command.Options.Add(Map);
        command.Options.Add(Ignore);
        command.Options.Add(Log);
        if (divides) _lanes = new LanesOption(command);
    }

    public Argument<string> File { get; }

    public Option<string?> Map { get; } = new("--map")
    {
        Description = "Mapping rules laid over the built-in ones: which recorded names mean which event.",
        HelpName = "FILE",
    };

    public Option<string[]> Ignore { get; } = new("--ignore")
    {
        Description = "Leave out records whose system:name matches; * is any text. May be given several times.",
        HelpName = "PATTERN",
        DefaultValueFactory = static _ => [],
    };

    public Option<string?> Log { get; } = new("--log")
    {
        Description = "The recorded machine's kernel log, as dmesg or journalctl -k -o short-monotonic write it: its lines become "
            + "events among the recorded ones.",
        HelpName = "FILE",
    };

    /// <exception cref="UsageException">No such format.</exception>
    public OutputFormat GetFormat(ParseResult result) => _format.Get(result);

    /// <summary>Opens the recording that the command line names.</summary>
    /// <exception cref="UsageException">A pattern or mapping file is wrong.</exception>
    /// <exception cref="BadInputException">The recording is wrong.</exception>
    public Recording Open(ParseResult result, CliHost host) => Open(result, host, result.GetValue(File)!);

    /// <summary>As the other one, for a second recording.</summary>
    /// <exception cref="UsageException">A pattern or mapping file is wrong.</exception>
    /// <exception cref="BadInputException">The recording is wrong.</exception>
    public Recording Open(ParseResult result, CliHost host, string path) => Opener(result, host)(path, GetLanes(result));

    /// <summary>Lanes that the command line asks for, or the default.</summary>
    /// <exception cref="UsageException">Not a possible number.</exception>
    public int GetLanes(ParseResult result) => _lanes?.Get(result) ?? 1;

    /// <summary>
    /// Opens recordings by path, with their reading divided among a number of lanes. May be called on any thread; the
    /// command line is read here.
    /// </summary>
    /// <exception cref="UsageException">A pattern or mapping file is wrong.</exception>
    public Func<string, int, Recording> Opener(ParseResult result, CliHost host)
    {
        string? map = result.GetValue(Map);
        var options = new OpenOptions
        {
            MapText = map is null ? null : ReadMap(map),
            MapName = map ?? "",
            IgnorePatterns = CheckPatterns(result.GetValue(Ignore) ?? []),
        };
        var opener = new RecordingOpener(host.Formats, options);
        (string? log, string file) = (result.GetValue(Log), result.GetValue(File)!);
        return (path, lanes) => WithLog(Open(opener, options, host, path, lanes), path == file ? log : null, path, opener);
    }

    /// <summary>Of two recordings the log is the first one's.</summary>
    private static Recording WithLog(Recording recording, string? log, string path, RecordingOpener opener) =>
        log is null ? recording : LogOption.Merge(recording, log, path, () => opener.Open(path));

    private static Recording Open(RecordingOpener opener, OpenOptions options, CliHost host, string path, int lanes)
    {
        Recording recording = path == "-" ? opener.Open(host.OpenIn(), "standard input") : opener.Open(path);
        if (recording.MapsNames || (options.MapText is null && options.IgnorePatterns.Count == 0))
            return RecordingLanes.Divide(recording, lanes);
        string format = recording.Info.Format;
        recording.Dispose();
        throw new UsageException($"{(options.MapText is null ? "--ignore" : "--map")}: {path} is in the format {format}, whose events have left "
            + "their recorded names behind; give the option when you convert the original recording");
    }

    private static string ReadMap(string path)
    {
        try
        {
            long bytes = new FileInfo(path).Length;
            if (bytes > MapBytesMax)
                throw new UsageException($"--map {path}: {bytes} bytes is no mapping file; {MapBytesMax} is the most that is read");
            return System.IO.File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--map {path}: cannot be read: {e.Message}", e);
        }
    }

    private static string[] CheckPatterns(string[] patterns)
    {
        foreach (string pattern in patterns)
        {
            int colon = pattern.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && colon < pattern.Length - 1) continue;
            string name = pattern.Trim(':');
            throw new UsageException($"--ignore {pattern}: a pattern is system:name, for example "
                + $"--ignore \"{(name.Length == 0 ? "sched" : name)}:*\" or --ignore \"*:{(name.Length == 0 ? "vector_alloc" : name)}\"");
        }
        return patterns;
    }
}
