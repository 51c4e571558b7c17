using System;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.IO;
using System.Threading;
using Replay.Cli.Commands;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>Starts a command and turns every way in which it can fail into a message and an exit code.</summary>
internal static class Program
{
    private static readonly TimeSpan WordsMax = TimeSpan.FromMilliseconds(250);

    private static int Main(string[] args) => Run(args, CliHost.ForProcess());

    /// <summary>Runs one command line to its exit code. Never throws.</summary>
    internal static int Run(string[] args, CliHost host)
    {
        try
        {
            int code = RunCommand(args, host);
            host.Out.Flush();
            return code;
        }
        catch (UsageException e)
        {
            host.Error.WriteLine("irqreplay: " + PlainText.CleanLines(e.Message));
            return ExitCodes.Usage;
        }
        catch (OutputException e)
        {
            if (e.ReaderGone) return ExitCodes.Clean;
            host.Error.WriteLine("irqreplay: the results could not be written: " + e.Message);
            return ExitCodes.Usage;
        }
        catch (Exception e) when (e is BadInputException or InvalidDataException or IOException
            or UnauthorizedAccessException)
        {
            host.Error.WriteLine("irqreplay: " + PlainText.CleanLines(e.Message));
            ShowTrace(e, host);
            return ExitCodes.BadInput;
        }
#pragma warning disable CA1031 // The last door: whatever is left is our bug, and a bare stack trace helps no user.
        catch (Exception e)
#pragma warning restore CA1031
        {
            host.Error.WriteLine(Messages.InternalError(e));
            ShowTrace(e, host);
            return ExitCodes.InternalError;
        }
    }

    private static int RunCommand(string[] args, CliHost host)
    {
        RootCommand root = CommandTree.Build(host);
        if (args.Length == 0)
        {
            HelpText.Write(root, host.Error);
            return ExitCodes.Usage;
        }
        // Files called @name are files, not lists of more arguments.
        ParseResult result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is not HelpText && UsageErrors.FindUnknownOption(result) is { } unknown)
            throw new UsageException(unknown);
        if (result.Action is ParseErrorAction) throw new UsageException(UsageErrors.Describe(result));
        // The live view ends of itself, and looks at the terminal before the runtime does.
        bool endsItself = result.CommandResult.Command.Name == TopCommand.Name;
        using IDisposable? interrupts = endsItself ? null : host.OnInterrupt(() => SayInterrupted(host), false);
        using var text = new StreamWriter(host.Out, leaveOpen: true);
        return result.Invoke(new InvocationConfiguration
        {
            Output = text,
            Error = host.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private static void SayInterrupted(CliHost host)
    {
        var words = new Thread(() =>
        {
            // In place of the progress bar, if there is one.
            if (host.ErrorIsTerminal && host.Variable("TERM") != "dumb") host.Error.Write("\r\x1b[K");
            host.Error.WriteLine(Messages.Interrupted);
            host.Error.Flush();
        })
        {
            IsBackground = true,
        };
        words.Start();
        words.Join(WordsMax); // A full pipe takes none.
    }

    private static void ShowTrace(Exception e, CliHost host)
    {
        if (!string.IsNullOrEmpty(host.Variable("IRQREPLAY_DEBUG"))) host.Error.WriteLine(e.ToString());
    }
}
