using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;

namespace Replay.Cli.Tests.Fakes;

/// <summary>The program that users run, as a process of its own.</summary>
internal static class RealProcess
{
    /// <summary>Program and arguments that come before the user's.</summary>
    public static IReadOnlyList<string> Command
    {
        get
        {
            string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
                ?? Environment.ProcessPath ?? "dotnet";
            if (Path.GetFileNameWithoutExtension(dotnet) != "dotnet") dotnet = "dotnet";
            return [dotnet, "exec", Path.Combine(AppContext.BaseDirectory, "irqreplay.dll")];
        }
    }

    /// <summary>
    /// This process, and so each that it starts, does not heed Ctrl-C: a shell starts its background jobs like that.
    /// </summary>
    public static bool IgnoresInterrupts
    {
        get
        {
            const string Label = "SigIgn:";
            const int Interrupt = 2;
            foreach (string line in OperatingSystem.IsLinux() ? File.ReadAllLines("/proc/self/status") : [])
            {
                if (line.StartsWith(Label, StringComparison.Ordinal))
                    return (Convert.ToUInt64(line[Label.Length..].Trim(), 16) >> (Interrupt - 1) & 1) != 0;
            }
            return false;
        }
    }

    /// <summary>Starts it with its results and notes redirected.</summary>
    public static Process Start(params string[] args) => StartProgram([.. Command, .. args]);

    /// <summary>
    /// Starts any program, its input, results and notes redirected; null when there is no such program.
    /// </summary>
    public static Process? TryStart(params string[] commandLine)
    {
        try
        {
            return StartProgram(commandLine);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static Process StartProgram(string[] commandLine)
    {
        var start = new ProcessStartInfo(commandLine[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        for (int i = 1; i < commandLine.Length; i++) start.ArgumentList.Add(commandLine[i]);
        return Process.Start(start)!;
    }
}
