using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text.Json;
using Replay.Cli.Machines;
using Replay.Cli.Output;
using Replay.Formats;

namespace Replay.Cli.Commands;

/// <summary><c>convert</c>: writes a recording in another format.</summary>
internal sealed class ConvertCommand
{
    private readonly CliHost _host;
    private readonly SharedOptions _shared;

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "The file to write; its extension says the format: .irqt native, .irqs text.",
        HelpName = "OUT.irqt|OUT.irqs",
    };

    private readonly Argument<string[]> _more = new("FILE…")
    {
        Description = "More recordings: the output holds each as a machine of its own, "
            + "named as in NAME=FILE, or else as its file.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private ConvertCommand(Command command, CliHost host)
    {
        _host = host;
        _shared = new SharedOptions(command, divides: true);
        command.Arguments.Add(_more);
        command.Options.Add(_output);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host)
    {
        var command = new Command("convert", "Writes a recording as a native file (replays fastest) or as text.");
        _ = new ConvertCommand(command, host);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        string input = result.GetValue(_shared.File)!;
        string[] inputs = [input, .. result.GetValue(_more) ?? []];
        string output = result.GetValue(_output) ?? throw new UsageException(inputs.Length == 1
            ? $"convert needs an output: irqreplay convert {input} -o {SuggestName(input)}.irqt"
            : $"convert needs an output; if {inputs[^1]} stands for the file to write, type: -o {inputs[^1]}");
        Exporter exporter = FindExporter(output, input);
        if (FindMachines(result, inputs) is { } machines)
            return RunMachines(result, machines, inputs, output, exporter, format);
        if (input != "-" && OutputFile.IsSameFile(input, output))
            throw new UsageException($"-o {output}: this is the input itself; name another file");
        using Recording recording = _shared.Open(result, _host);
        long events;
        using (var file = new OutputFile(output))
        {
            events = MachinesConversion.Copy(recording,
                () => exporter.Create(file.TemporaryPath, recording.Info), _host);
            Commit(file);
        }
        long bytes = new FileInfo(output).Length;
        Losses.Write(recording, format, _host.Error);
        if (format == OutputFormat.Json)
        {
            WriteJson(input, output, exporter, events, bytes, recording.Info.LostCount);
        }
        else
        {
            _host.Error.WriteLine($"{output}: {PlainText.Count(events, "event")}, {PlainText.Count(bytes, "byte")}, "
                + $"{exporter.Name} format");
        }
        return ExitCodes.For(recording.Report);
    }

    /// <summary>The machines that the output will name; null for one recording as it is.</summary>
    private List<MachineSource>? FindMachines(ParseResult result, string[] inputs)
    {
        bool isNamed = inputs.Length > 1 || MachineInputs.Split(inputs[0]).Name is not null;
        if (!isNamed) return _shared.FindMachines(result, _host);
        if (result.GetValue(_shared.Machine) is not null)
            throw new UsageException("--machine: takes one machine out of one file; name that file alone");
        if (result.GetValue(_shared.Log) is not null)
            throw new UsageException("--log: of one machine; convert that recording first, "
                + "then put it beside the others");
        if (Array.FindAll(inputs, static input => MachineInputs.Split(input).File == "-").Length > 1)
            throw new UsageException("convert - -: standard input can be one of the recordings only");
        return MachineInputs.Name(inputs, file => _shared.ReadSources(result, _host, file));
    }

    /// <summary>Several machines in one file.</summary>
    private int RunMachines(ParseResult result, List<MachineSource> machines, string[] inputs, string output,
        Exporter exporter, OutputFormat format)
    {
        if (machines.Exists(machine => machine.Recording.File != "-"
            && OutputFile.IsSameFile(machine.Recording.File, output)))
            throw new UsageException($"-o {output}: this is one of the inputs; name another file");
        List<ConvertedMachine> written;
        using (var file = new OutputFile(output))
        {
            written = MachinesConversion.Write(machines, _shared.GetLanes(result), exporter, file.TemporaryPath, _host);
            Commit(file);
        }
        long bytes = new FileInfo(output).Length, events = 0, lost = 0;
        int code = ExitCodes.Clean;
        foreach (ConvertedMachine machine in written)
        {
            Losses.Write(machine.Recording, format, _host.Error, machine.Source.Name);
            events += machine.Events;
            lost += machine.Recording.Info.LostCount;
            code = Math.Max(code, ExitCodes.For(machine.Recording.Report));
        }
        if (format == OutputFormat.Json)
        {
            WriteJson(string.Join(" ", inputs), output, exporter, events, bytes, lost, written);
        }
        else
        {
            _host.Error.WriteLine($"{output}: {PlainText.Count(written.Count, "machine")}, "
                + $"{PlainText.Count(events, "event")}, {PlainText.Count(bytes, "byte")}, {exporter.Name} format");
        }
        return code;
    }

    private static void Commit(OutputFile file) => MachinesConversion.Guard(() =>
    {
        file.Commit();
        return true;
    });

    private Exporter FindExporter(string output, string input)
    {
        if (output == "-")
        {
            throw new UsageException("-o -: a converted file is written whole or not at all, "
                + "so it cannot go to standard output; "
                + $"for text there type: irqreplay events {input}");
        }
        string extension = Path.GetExtension(output);
        string known = "";
        foreach (Exporter exporter in _host.Formats.Exporters)
        {
            if (string.Equals(exporter.Extension, extension, StringComparison.OrdinalIgnoreCase)) return exporter;
            known += $"{(known.Length == 0 ? "" : ", ")}{exporter.Extension} ({exporter.Name})";
        }
        string found = extension.Length == 0 ? "there is none" : $"{extension} is none of them";
        throw new UsageException($"-o {output}: the extension says the format, and {found}: {known}; "
            + $"did you mean -o {Path.ChangeExtension(output, ".irqt")}?");
    }

    private static string SuggestName(string input) =>
        input == "-" ? "capture" : Path.GetFileNameWithoutExtension(input);

    private void WriteJson(string input, string output, Exporter exporter, long events, long bytes, long lost,
        IReadOnlyList<ConvertedMachine>? machines = null)
    {
        using Utf8JsonWriter json = JsonOutput.Start(_host.Out);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteString("input", input);
        json.WriteString("output", output);
        json.WriteString("format", exporter.Name);
        json.WriteNumber("events", events);
        json.WriteNumber("bytes", bytes);
        json.WriteNumber("lost", lost);
        if (machines is not null)
        {
            json.WriteStartArray("machines");
            foreach (ConvertedMachine machine in machines)
            {
                json.WriteStartObject();
                json.WriteString("name", machine.Source.Name);
                json.WriteString("input", machine.Source.Recording.Title);
                json.WriteNumber("events", machine.Events);
                json.WriteNumber("lost", machine.Recording.Info.LostCount);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
        JsonOutput.End(json, _host.Out);
    }
}
