using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Threading;
using Replay.Cli.Output;
using Replay.Core.Events;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats;
using Replay.Formats.Machines;

namespace Replay.Cli.Machines;

/// <summary><c>replay</c> of several recordings: each is a machine of its own, replayed on a lane of its own.</summary>
internal sealed class MachinesCommand
{
    private readonly CliHost _host;
    private readonly SessionFactory _createSession;
    private readonly RuleOptions _rules;
    private readonly bool _paranoid;
    private readonly ParseResult _result;
    private readonly Lock _parsed = new();

    /// <param name="host">What is outside.</param>
    /// <param name="createSession">Makes machines.</param>
    /// <param name="rules">How they behave.</param>
    /// <param name="paranoid">Check the machines' own books.</param>
    /// <param name="result">The command line.</param>
    public MachinesCommand(CliHost host, SessionFactory createSession, RuleOptions rules,
        bool paranoid, ParseResult result)
    {
        _host = host;
        _createSession = createSession;
        _rules = rules;
        _paranoid = paranoid;
        _result = result;
    }

    /// <summary>Replays all of them, prints, and gives the exit code.</summary>
    /// <param name="sources">The machines.</param>
    /// <param name="lanes">Lanes in all.</param>
    /// <param name="format">Of the results.</param>
    /// <param name="all">Every finding, and the machines without one too.</param>
    public int Run(IReadOnlyList<MachineSource> sources, int lanes, OutputFormat format, bool all)
    {
        Check(sources);
        long start = Stopwatch.GetTimestamp();
        int each = Math.Max(1, lanes / sources.Count);
        MachineReplay[] machines = ParallelWork.Map(sources, lanes, source => Replay(source, () => source.Open(each)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int code = ExitCodes.Clean;
        foreach (MachineReplay machine in machines)
        {
            if (machine.Error is { } error) _host.Error.WriteLine("irqreplay: " + PlainText.CleanLines(error));
            else Losses.Write(machine.Recording!, format, _host.Error, machine.Name);
            code = Math.Max(code, machine.ExitCode);
        }
        if (format == OutputFormat.Json) MachinesJson.Write(machines, seconds, _host.Out);
        else MachinesText.Write(machines, all, seconds, _host);
        return code;
    }

    private static void Check(IReadOnlyList<MachineSource> sources)
    {
        if (sources.Count > MachineNames.MachinesMax)
            throw new UsageException($"replay: {sources.Count} recordings at once; "
                + $"at most {MachineNames.MachinesMax} are replayed beside each other");
        int inputs = 0;
        foreach (MachineSource source in sources) inputs += source.Recording is { File: "-", Machine: null } ? 1 : 0;
        if (inputs > 1) throw new UsageException("replay - -: standard input can be one of the recordings only");
    }

    private MachineReplay Replay(MachineSource source, Func<Recording> open)
    {
        try
        {
            using Recording recording = open();
            RuleChoice rules;
            lock (_parsed) rules = _rules.Choose(_result, recording);
            ReplayReport report = Replay(recording, rules);
            RuleChoice recorded;
            lock (_parsed) recorded = RecognisedRules.Lay(rules, report.Policies,
                policy => _rules.Decides(_result, policy));
            if (recorded.ToString() != rules.ToString()
                && (!RecognisedRules.Decide(report) || RecognisedRules.CanReadAgain(source.Recording.File)))
            {
                rules = recorded;
                if (RecognisedRules.Decide(report))
                {
                    using Recording again = open();
                    report = Replay(again, rules);
                }
            }
            return new MachineReplay(source, recording, report, rules, null);
        }
        catch (Exception e) when (e is BadInputException or InvalidDataException or IOException
            or UnauthorizedAccessException)
        {
            // One recording that cannot be read says nothing about the others.
            return new MachineReplay(source, null, null, null, e.Message);
        }
    }

    private ReplayReport Replay(Recording recording, RuleChoice rules)
    {
        long start = Stopwatch.GetTimestamp();
        ReplaySession session = _createSession(recording, new SessionOptions(_paranoid, rules));
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) session.Apply(batch, recording.Tables);
        return session.Finish(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
