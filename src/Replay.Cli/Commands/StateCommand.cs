using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using Replay.Cli.Checkpoints;
using Replay.Cli.Output;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats;
using Replay.Formats.Checkpoints;

namespace Replay.Cli.Commands;

/// <summary><c>state</c>: the whole machine at one position.</summary>
internal sealed class StateCommand
{
    private readonly CliHost _host;
    private readonly SessionFactory _createSession;
    private readonly SharedOptions _shared;
    private readonly RuleOptions _rules;
    private readonly CheckpointOptions _checkpoints;

    private readonly Option<string> _at = new("--at")
    {
        Description = "Where: end, event:N (just after event N), time:SECONDS (trace clock) or \"mark:TEXT\" (just "
            + "after the first marker that starts with TEXT).",
        HelpName = "POSITION",
        DefaultValueFactory = static _ => "end",
    };

    private readonly Option<string?> _view = new("--view")
    {
        Description = "Only these parts, with commas between them.",
        HelpName = "cpus,irqs,remap,msix,matrix",
    };

    private readonly Option<string[]> _irq = new("--irq")
    {
        Description = "Only this interrupt and what belongs to it. May be given several times.",
        HelpName = "N",
        DefaultValueFactory = static _ => [],
    };

    private readonly Option<string[]> _cpu = new("--cpu")
    {
        Description = "Only this CPU and the interrupts on it. May be given several times.",
        HelpName = "N",
        DefaultValueFactory = static _ => [],
    };

    private readonly Option<bool> _paranoid = SessionOptionsOnCommand.Paranoid();

    private StateCommand(Command command, CliHost host, SessionFactory createSession)
    {
        _host = host;
        _createSession = createSession;
        _shared = new SharedOptions(command, divides: true);
        command.Options.Add(_at);
        command.Options.Add(_view);
        command.Options.Add(_irq);
        command.Options.Add(_cpu);
        _rules = new RuleOptions(command);
        _checkpoints = new CheckpointOptions(command, CheckpointKind.Machine);
        command.Options.Add(_paranoid);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host, SessionFactory createSession)
    {
        var command = new Command("state",
            "The machine at one position: CPUs and vectors, interrupts, remapping, MSI-X, allocator.");
        _ = new StateCommand(command, host, createSession);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        _rules.Check(result);
        _checkpoints.Check(result);
        Position position = Position.Parse(result.GetValue(_at)!);
        var selection = new StateSelection(StateSelection.ParseViews(result.GetValue(_view)),
            ParseIrqs(result), ParseCpus(result));
        using var replay = new StateReplay(position, _host);
        StateReport state = selection.Apply(replay.Run(() => Open(result)));
        Recording recording = replay.Recording;
        Losses.Write(recording, format, _host.Error);
        if (format == OutputFormat.Json)
        {
            StateJson.Write(state, selection, replay.Systems, _host.Out);
        }
        else
        {
            StateText.Write(state, selection, replay.Systems, _host);
        }
        return ExitCodes.For(recording.Report);
    }

    private StateStart Open(ParseResult result)
    {
        Recording recording = _shared.Open(result, _host);
        try
        {
            RuleChoice rules = _rules.Choose(result, recording);
            bool paranoid = result.GetValue(_paranoid); // Every event is to be checked: none may be passed over.
            string file = result.GetValue(_shared.File)!;
            CheckpointStore? store = paranoid
                ? null : _checkpoints.Find(result, file, recording, rules.ToString(), _host);
            return new StateStart(recording, _createSession(recording, new SessionOptions(paranoid, rules)), store);
        }
        catch
        {
            recording.Dispose();
            throw;
        }
    }

    private uint[] ParseIrqs(ParseResult result)
    {
        string[] texts = result.GetValue(_irq) ?? [];
        var irqs = new List<uint>(texts.Length);
        foreach (string text in texts)
        {
            if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint irq))
                throw new UsageException(
                    $"--irq {text}: an interrupt is a number, as in /proc/interrupts, for example --irq 24");
            irqs.Add(irq);
        }
        return [.. irqs];
    }

    private int[] ParseCpus(ParseResult result)
    {
        string[] texts = result.GetValue(_cpu) ?? [];
        var cpus = new List<int>(texts.Length);
        foreach (string text in texts)
        {
            if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort cpu))
                throw new UsageException($"--cpu {text}: a CPU is a number from 0 to 65535, for example --cpu 2");
            cpus.Add(cpu);
        }
        return [.. cpus];
    }
}
