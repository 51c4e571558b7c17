using System;
using System.IO;
using System.Text;
using Replay.Cli.Tests.Captures;

namespace Replay.Cli.Tests.Fakes;

/// <summary>Runs command lines with the real formats and machine.</summary>
internal static class RealCli
{
    /// <summary>Exit code, results and notes; the repository's folder is left out of both.</summary>
    public static (int Code, string Out, string Error) Run(params string[] args) => RunWith(Stream.Null, args);

    /// <summary>The same with a standard input.</summary>
    public static (int Code, string Out, string Error) RunWith(Stream input, params string[] args) =>
        Run(input, terminalColumns: 0, Folders.Root + "/", args);

    /// <summary>
    /// The same on a terminal of so many columns. Traces are named relative to where the tests run, which is as short
    /// wherever the repository is: the length of a name must not show in how lines are broken.
    /// </summary>
    public static (int Code, string Out, string Error) RunOnTerminal(int columns, params string[] args) =>
        Run(Stream.Null, columns, Path.GetRelativePath(Environment.CurrentDirectory, Folders.Root) + "/", args);

    /// <summary>The same on a recording written as text.</summary>
    public static (int Code, string Out, string Error) RunOn(string trace, string command, params string[] options)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, trace);
            (int code, string output, string error) = Run([command, file, .. options]);
            return (code, output.Replace(file, "FILE", StringComparison.Ordinal),
                error.Replace(file, "FILE", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (int Code, string Out, string Error) Run(Stream input, int terminalColumns, string root,
        string[] args)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var host = new CliHost
        {
            Out = output,
            Error = error,
            OpenIn = () => input,
            OutIsTerminal = terminalColumns > 0,
            TerminalWidth = () => terminalColumns,
            Variable = static name => name == "NO_COLOR" ? "1" : null,
        };
        string[] rooted = Array.ConvertAll(args,
            arg => arg.StartsWith("traces/", StringComparison.Ordinal) ? root + arg : arg);
        int code = Program.Run(rooted, host);
        return (code, Encoding.UTF8.GetString(output.ToArray()).Replace(root, "", StringComparison.Ordinal),
            error.ToString().Replace(root, "", StringComparison.Ordinal));
    }
}
