using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using Replay.Formats;
using Replay.Formats.Bytes;

namespace Replay.Cli.Top;

/// <summary>
/// What a live view reads. A pipe is read ahead, so that the replay knows when it would wait, and the view what has
/// come; a file needs none of that.
/// </summary>
internal sealed class TopInput
{
    private readonly string _path;
    private readonly CliHost _host;

    // Written by the replaying thread once (release), read by the view (acquire).
    private PumpedStream? _pipe;
    private Importer? _importer;

    public TopInput(string path, CliHost host)
    {
        _path = path;
        _host = host;
    }

    /// <summary>Bytes that came through a pipe; null for a file.</summary>
    public long? BytesReceived => Volatile.Read(ref _pipe)?.BytesReceived;

    /// <summary>The format of what comes through a pipe, as soon as it shows.</summary>
    public Importer? Importer => Volatile.Read(ref _importer);

    /// <summary>Opens it; <paramref name="open"/> gets the host that has it and the path to open.</summary>
    /// <param name="open">Opens a path; told of a pipe, which is read on the thread that replays, because only it knows
    /// what is applied.</param>
    /// <param name="beforeWait">Called before a read that would wait.</param>
    public Recording Open(Func<CliHost, string, bool, Recording> open, Action beforeWait)
    {
        if (_path != "-" && !IsPipe(_path)) return open(_host, _path, false);
        var pipe = new PumpedStream(_path == "-" ? _host.OpenIn() : OpenPipe(_path), beforeWait);
        Volatile.Write(ref _pipe, pipe);
        return open(_host with { OpenIn = () => pipe, Formats = Watch(_host.Formats) }, "-", true);
    }

    /// <summary>Ends a read that waits, with an <see cref="OperationCanceledException"/>.</summary>
    public void CallOff() => Volatile.Read(ref _pipe)?.CallOff();

    private FormatCatalog Watch(FormatCatalog formats)
    {
        var importers = new List<Importer>(formats.Importers.Count);
        foreach (Importer importer in formats.Importers)
        {
            importers.Add(importer with
            {
                OpenStream = (stream, name, options) =>
                {
                    Volatile.Write(ref _importer, importer);
                    return importer.OpenStream(stream, name, options);
                },
            });
        }
        return formats with { Importers = importers };
    }

    /// <summary>Pipes, and files that the kernel makes while they are read (trace_pipe), have no length.</summary>
    private static bool IsPipe(string path) =>
        File.Exists(path)
        && (File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path)).Length == 0;

    private static FileStream OpenPipe(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
}
