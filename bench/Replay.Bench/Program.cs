using System;
using System.Collections.Generic;
using System.IO;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Replay.Formats;

namespace Replay.Bench;

/// <summary>
/// The suites, and the verbs that are no BenchmarkDotNet: <c>whole</c>, <c>compare</c>, <c>gate</c>,
/// <c>make</c>, <c>reader</c>.
/// </summary>
internal static class Program
{
    private const int Failed = 1;
    private const int Usage = 2;

    private static int Main(string[] args)
    {
        try
        {
            return args.Length == 0 ? RunSuites(args) : args[0] switch
            {
                "whole" => WholeCommand.Run(args.AsSpan(1)),
                "compare" => CompareCommand.Run(args.AsSpan(1)),
                "gate" => GateCommand.Run(),
                "make" => MakeCommand.Run(args.AsSpan(1)),
                "reader" => ReaderCommand.Run(args.AsSpan(1)),
                _ => RunSuites(args),
            };
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine(e.Message);
            return Usage;
        }
        catch (Exception e) when (e is BadInputException or IOException)
        {
            Console.Error.WriteLine(e.Message);
            return Failed;
        }
    }

    /// <summary>Exit code 1 when any benchmark failed, so that a dry run is a test.</summary>
    private static int RunSuites(string[] args)
    {
        // A dry run asks whether every benchmark works; a process and a build for each would take minutes.
        bool isDry = Array.Exists(args, arg => arg.Equals("Dry", StringComparison.OrdinalIgnoreCase));
        if (isDry) args = [.. args, "--inProcess"];
        IConfig config = DefaultConfig.Instance.AddColumn(StatisticColumn.OperationsPerSecond)
            .AddExporter(JsonExporter.Full);
        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
        int reports = 0;
        foreach (Summary summary in summaries)
        {
            if (summary.HasCriticalValidationErrors) return Failed;
            foreach (BenchmarkReport report in summary.Reports)
            {
                if (!report.Success) return Failed;
                reports++;
            }
        }
        bool onlyLists = Array.Exists(args, arg => arg is "--list" or "--help" or "--info" or "--version");
        return reports > 0 || onlyLists ? 0 : Failed;
    }
}
