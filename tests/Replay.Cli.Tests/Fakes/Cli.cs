using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Formats;

namespace Replay.Cli.Tests.Fakes;

/// <summary>
/// Runs command lines inside the test's process, with a fake format and machine, in a folder of its own.
/// </summary>
internal sealed class Cli : IDisposable
{
    private readonly MemoryStream _out = new();
    private readonly StringWriter _error = new();

    public Cli()
    {
        Folder = Directory.CreateTempSubdirectory("irqreplay-test-").FullName;
        File = Path.Combine(Folder, "capture.dat");
        System.IO.File.WriteAllBytes(File, FakeFormats.FileBytes);
    }

    public string Folder { get; }

    /// <summary>A capture in the fake format.</summary>
    public string File { get; }

    /// <summary>What the capture holds.</summary>
    public FakeRecording Recording { get; set; } = FakeRecording.Small();

    public FakeSession Session { get; set; } = new();

    public byte[] Input { get; set; } = [];

    public bool OutIsTerminal { get; set; }

    public int Width { get; set; } = 80;

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>How the opener called the format.</summary>
    public List<string> Opened { get; } = [];

    public OpenOptions? OpenOptions { get; private set; }

    /// <summary>Replaces standard output.</summary>
    public Stream? OutStream { get; set; }

    public string Out => Encoding.UTF8.GetString(_out.ToArray()).Replace(Folder + "/", "", StringComparison.Ordinal);

    public string Error => _error.ToString().Replace(Folder + "/", "", StringComparison.Ordinal);

    public int Run(params string[] args)
    {
        var host = new CliHost
        {
            Out = new OutputStream(OutStream ?? _out),
            Error = _error,
            OpenIn = () => new MemoryStream(Input),
            Formats = FakeFormats.Catalog(
                options =>
                {
                    OpenOptions = options;
                    return Recording;
                },
                Opened),
            CreateSession = (_, options) =>
            {
                Session.Options = options;
                return Session;
            },
            OutIsTerminal = OutIsTerminal,
            TerminalWidth = () => Width,
            Variable = name => Variables.GetValueOrDefault(name),
        };
        return Program.Run(args, host);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
