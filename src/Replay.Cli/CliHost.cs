using System;
using System.IO;
using Replay.Cli.Checkpoints;
using Replay.Cli.Top;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>
/// Everything outside the program that it touches, so that tests run commands inside their own process.
/// </summary>
internal sealed record CliHost
{
    /// <summary>Results; UTF-8 bytes.</summary>
    public required Stream Out { get; init; }

    /// <summary>Progress and notes.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Opens standard input, when a command asks for <c>-</c>.</summary>
    public required Func<Stream> OpenIn { get; init; }

    /// <summary>Formats read and written.</summary>
    public FormatCatalog Formats { get; init; } = FormatCatalog.BuiltIn;

    /// <summary>Makes the machine that <c>replay</c> and <c>state</c> drive; without one they do not exist.</summary>
    public SessionFactory? CreateSession { get; init; } = MachineSession.Create;

    /// <summary>When saved states are kept, and how far apart.</summary>
    public CheckpointPace Pace { get; init; } = CheckpointPace.Usual;

    /// <summary>Results go to a person's terminal, not to a file or pipe.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Keys can be read.</summary>
    public bool HasKeyboard { get; init; }

    /// <summary>
    /// This host with keys to be read, also where standard input is the recording; itself where there are none.
    /// </summary>
    public Func<CliHost, CliHost> TakeKeyboard { get; init; } = static host => host;

    /// <summary>Notes go to a person's terminal.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public Func<int> TerminalWidth { get; init; } = static () => 80;

    /// <summary>Lines of the terminal.</summary>
    public Func<int> TerminalHeight { get; init; } = static () => 24;

    /// <summary>A key that the user pressed, or null; never waits. Null for ever where there is no keyboard.</summary>
    public Func<char?> ReadKey { get; init; } = static () => null;

    /// <summary>
    /// Calls the action when the user interrupts, until the result is disposed; the process goes on where that is said,
    /// and ends else.
    /// </summary>
    public Func<Action, bool, IDisposable?> OnInterrupt { get; init; } = static (_, _) => null;

    /// <summary>The clock of live views.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Value of an environment variable, or null.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>True when a non-empty <c>NO_COLOR</c> or a dumb terminal forbids colours (no-color.org).</summary>
    public bool ForbidsColour => !string.IsNullOrEmpty(Variable("NO_COLOR")) || Variable("TERM") == "dumb";

    /// <summary>The process that the user started.</summary>
    public static CliHost ForProcess() => new()
    {
        Out = new OutputStream(Descriptors.WasGiven(Descriptors.Out) ? StandardOutput.Open() : new ClosedOutput()),
        Error = Descriptors.WasGiven(Descriptors.Error) ? Console.Error : TextWriter.Null,
        OpenIn = OpenStandardInput,
        TakeKeyboard = Keyboard.Take,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        TerminalWidth = StandardOutput.Width,
        TerminalHeight = StandardOutput.Height,
        ReadKey = Keyboard.Read,
        OnInterrupt = static (action, goesOn) => new Interrupts(action, goesOn),
        Variable = Environment.GetEnvironmentVariable,
    };

    private static Stream OpenStandardInput() => Descriptors.WasGiven(Descriptors.In)
        ? Console.OpenStandardInput()
        : throw new UsageException(
            "-: this is standard input, and it is closed; give a file, or a pipe: cat capture.dat | irqreplay info -");
}
