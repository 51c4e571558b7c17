using System;
using System.CommandLine;
using System.IO;
using System.Text.Json;
using Replay.Cli.Output;
using Replay.Core.Events;
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

    private ConvertCommand(Command command, CliHost host)
    {
        _host = host;
        _shared = new SharedOptions(command, divides: true);
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
        string output = result.GetValue(_output)
            ?? throw new UsageException($"convert needs an output: irqreplay convert {input} -o {SuggestName(input)}.irqt");
        Exporter exporter = FindExporter(output, input);
        if (input != "-" && OutputFile.IsSameFile(input, output))
            throw new UsageException($"-o {output}: this is the input itself; name another file");
        using Recording recording = _shared.Open(result, _host);
        long events;
        using (var file = new OutputFile(output))
        {
            events = Copy(recording, exporter, file.TemporaryPath);
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
            _host.Error.WriteLine($"{output}: {PlainText.Count(events, "event")}, {PlainText.Count(bytes, "byte")}, {exporter.Name} format");
        }
        return ExitCodes.For(recording.Report);
    }

    private long Copy(Recording recording, Exporter exporter, string path)
    {
        using var progress = new ProgressLine(recording, _host);
        using EventSink sink = Create(exporter, path, recording.Info);
        long events = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            Guard(sink, batch, recording.Tables);
            events += EventCounter.Count(batch);
            progress.Report(events);
        }
        try
        {
            sink.Complete(recording.Info, recording.Tables, recording.Report);
            sink.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException(e.Message, e);
        }
        return events;
    }

    private static EventSink Create(Exporter exporter, string path, RecordingInfo info)
    {
        try
        {
            return exporter.Create(path, info);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException(e.Message, e);
        }
    }

    private static void Guard(EventSink sink, ReadOnlySpan<IrqEvent> batch, EventTables tables)
    {
        try
        {
            sink.Write(batch, tables);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException(e.Message, e);
        }
    }

    private static void Commit(OutputFile file)
    {
        try
        {
            file.Commit();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException(e.Message, e);
        }
    }

    private Exporter FindExporter(string output, string input)
    {
        if (output == "-")
        {
            throw new UsageException("-o -: a converted file is written whole or not at all, so it cannot go to standard output; "
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

    private void WriteJson(string input, string output, Exporter exporter, long events, long bytes, long lost)
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
        json.WriteEndObject();
        JsonOutput.End(json, _host.Out);
    }
}
