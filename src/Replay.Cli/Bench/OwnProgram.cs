using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;

namespace Replay.Cli.Bench;

/// <summary>This program, to be started once more.</summary>
internal static class OwnProgram
{
    /// <summary>What to start, and what comes before its arguments.</summary>
    /// <exception cref="UsageException">It does not know its own file.</exception>
    public static (string Program, string[] Prefix) Find(string option)
    {
        string program = Environment.ProcessPath
            ?? throw new UsageException($"{option}: this program cannot find its own file");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? (program, [Path.Combine(AppContext.BaseDirectory, "irqreplay.dll")])
            : (program, []);
    }

    /// <summary>What a program prints, and its exit code; what it notes is passed over.</summary>
    /// <exception cref="UsageException">It cannot be started.</exception>
    public static (int Code, string Output) Run(string option, string program, ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            using Process process = Process.Start(start)
                ?? throw new UsageException($"{option} {program}: cannot be started");
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (Win32Exception e)
        {
            throw new UsageException($"{option} {program}: cannot be started: {e.Message}", e);
        }
    }
}
