using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using Replay.Cli.Machines;
using Replay.Formats;
using Replay.Formats.Lanes;
using Replay.Formats.Machines;

namespace Replay.Cli;

/// <summary>The argument and options that every command has, and what they lead to.</summary>
internal sealed class SharedOptions
{
    /// <summary>Largest mapping file that is read.</summary>
    private const int MapBytesMax = 4 << 20;

    private readonly FormatOption _format;
    private readonly LanesOption? _lanes;
    private readonly InputPaths _paths = new();

    /// <param name="command">Gets the argument and the options.</param>
    /// <param name="formats">Formats of results.</param>
    /// <param name="file">Name of the argument.</param>
    /// <param name="divides">The command takes <c>--lanes</c>.</param>
    public SharedOptions(Command command, string formats = "text|json", string file = "FILE", bool divides = false)
    {
        File = new Argument<string>(file)
        {
            Description = "The recording; - is standard input. Its format is told from its content, "
                + "compressed (zstd) or not.",
        };
        command.Arguments.Add(File);
        _format = new FormatOption(command, formats);
        command.Options.Add(Map);
        command.Options.Add(Ignore);
        command.Options.Add(Log);
        command.Options.Add(Machine);
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
        Description = "The recorded machine's kernel log, as dmesg or journalctl -k -o short-monotonic write it: "
            + "its lines become events among the recorded ones.",
        HelpName = "FILE",
    };

    public Option<string?> Machine { get; } = new("--machine")
    {
        Description = "Of a file that holds several machines, this one.",
        HelpName = "NAME",
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
    public Recording Open(ParseResult result, CliHost host, string path) =>
        Opener(result, host)(path, GetLanes(result));

    /// <summary>As the other ones, for a recording that is chosen by other options.</summary>
    /// <exception cref="UsageException">A pattern or mapping file is wrong.</exception>
    /// <exception cref="BadInputException">The recording is wrong.</exception>
    public Recording Open(ParseResult result, CliHost host, RecordingChoice choice) =>
        Open(choice, host, ReadOptions(result), GetLanes(result));

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
        OpenOptions options = ReadOptions(result);
        (string? log, string file, string? machine) = (result.GetValue(Log),
            result.GetValue(File)!, result.GetValue(Machine));
        return (path, lanes) =>
        {
            bool isMain = path == file;
            var name = new RecordingName(path, machine);
            var choice = new RecordingChoice(name, isMain ? log : null) { MayBeUnnamed = !isMain };
            return Open(choice, host, options, lanes);
        };
    }

    /// <summary>How messages and hints name the recording.</summary>
    public RecordingName GetName(ParseResult result) => new(result.GetValue(File)!, result.GetValue(Machine));

    /// <summary>The machines of the file where it names them and the command line none; else null.</summary>
    /// <exception cref="UsageException">A pattern or mapping file is wrong.</exception>
    /// <exception cref="BadInputException">The file names its machines wrongly.</exception>
    public List<MachineSource>? FindMachines(ParseResult result, CliHost host)
    {
        if (result.GetValue(Machine) is not null) return null;
        List<MachineSource> sources = ReadSources(result, host, result.GetValue(File)!);
        return sources[0].Recording.Machine is null ? null : sources;
    }

    /// <summary>
    /// The machines of a file, by the names that it gives them; what names none is one machine by the file's own name.
    /// </summary>
    /// <exception cref="UsageException">A pattern or mapping file is wrong, or the option of one machine is given
    /// for several.</exception>
    /// <exception cref="BadInputException">The file names its machines wrongly.</exception>
    public List<MachineSource> ReadSources(ParseResult result, CliHost host, string path)
    {
        MachineDirectory? directory = _paths.FindMachines(path, host);
        if (directory is null)
        {
            Func<string, int, Recording> open = Opener(result, host);
            return [new MachineSource(path, new RecordingName(path, null), lanes => open(path, lanes))];
        }
        if (result.GetValue(Log) is not null)
            throw new UsageException(
                $"--log: of one machine, and {path} holds {Count(directory)}; name one with --machine");
        OpenOptions options = ReadOptions(result);
        var sources = new List<MachineSource>(directory.Names.Count);
        for (int i = 0; i < directory.Names.Count; i++)
        {
            int index = i;
            string name = directory.Names[i];
            sources.Add(new MachineSource(name, new RecordingName(path, name),
                lanes => Divide(directory.Open(index), options, path, lanes)));
        }
        return sources;
    }

    private Recording Open(RecordingChoice choice, CliHost host, OpenOptions options, int lanes)
    {
        Func<Recording> open = Choose(choice, new RecordingOpener(host.Formats, options), host);
        Recording recording = Divide(open(), options, choice.Name.File, lanes);
        return choice.Log is null ? recording : LogOption.Merge(recording, choice, open);
    }

    // The one machine of the file, or the one that is asked for.
    private Func<Recording> Choose(RecordingChoice choice, RecordingOpener opener, CliHost host)
    {
        ((string path, string? machine), string option) = (choice.Name, choice.MachineOption);
        MachineDirectory? directory = _paths.FindMachines(path, host);
        if (directory is null)
        {
            // The other one of two recordings may well be of one machine.
            if (machine is not null && !choice.MayBeUnnamed)
            {
                throw new UsageException(
                    $"{option} {machine}: {path} does not name its machines; give it without {option}");
            }
            return path == "-"
                ? () => opener.Open(_paths.OpenIn(host), InputPaths.StandardInput)
                : () => opener.Open(path);
        }
        int index = 0;
        if (machine is null && directory.Names.Count > 1)
        {
            throw new UsageException($"{path} holds {Count(directory)}; name one of them, for example "
                + $"{option} {Output.ReplayText.FileArgument(directory.Names[0])}");
        }
        while (machine is not null && directory.Names[index] != machine)
        {
            if (++index == directory.Names.Count)
                throw new UsageException($"{option} {machine}: {path} holds {Count(directory)}");
        }
        return () => directory.Open(index);
    }

    private static string Count(MachineDirectory directory) =>
        $"{PlainText.Count(directory.Names.Count, "machine")}: {PlainText.Clean(MachineNames.List(directory.Names))}";

    private static Recording Divide(Recording recording, OpenOptions options, string path, int lanes)
    {
        if (recording.MapsNames || (options.MapText is null && options.IgnorePatterns.Count == 0))
            return RecordingLanes.Divide(recording, lanes);
        string format = recording.Info.Format;
        recording.Dispose();
        throw new UsageException($"{(options.MapText is null ? "--ignore" : "--map")}: "
            + $"{path} is in the format {format}, whose events have left "
            + "their recorded names behind; give the option when you convert the original recording");
    }

    private OpenOptions ReadOptions(ParseResult result)
    {
        string? map = result.GetValue(Map);
        return new OpenOptions
        {
            MapText = map is null ? null : ReadMap(map),
            MapName = map ?? "",
            IgnorePatterns = CheckPatterns(result.GetValue(Ignore) ?? []),
        };
    }

    private static string ReadMap(string path)
    {
        try
        {
            long bytes = new FileInfo(path).Length;
            if (bytes > MapBytesMax)
                throw new UsageException($"--map {path}: {bytes} bytes is no mapping file; "
                    + $"{MapBytesMax} is the most that is read");
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
                + $"--ignore \"{(name.Length == 0 ? "sched" : name)}:*\" or --ignore "
                + $"\"*:{(name.Length == 0 ? "vector_alloc" : name)}\"");
        }
        return patterns;
    }
}
