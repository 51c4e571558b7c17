using System;
using System.Collections.Generic;
using System.IO;
using Replay.Formats.Text;

namespace Replay.Formats.Machines;

/// <summary>Writes a file of several machines, one after the other in the order of their names.</summary>
public abstract class MachinesSink : IDisposable
{
    /// <summary>Begins the next machine; its sink must be completed and disposed before the one after it.</summary>
    /// <param name="info">What is known of its recording at the start.</param>
    public abstract EventSink Begin(RecordingInfo info);

    /// <summary>Writes what is known when all machines were written.</summary>
    public abstract void Complete();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}

/// <summary>As text: each machine's own text behind a line that names it.</summary>
internal sealed class TextMachinesSink : MachinesSink
{
    private readonly FileStream _stream;
    private readonly IReadOnlyList<string> _names;
    private int _next;

    private TextMachinesSink(string path, IReadOnlyList<string> names)
    {
        _stream = File.Create(path);
        _names = names;
    }

    public static MachinesSink Create(string path, IReadOnlyList<string> names) => new TextMachinesSink(path, names);

    public override EventSink Begin(RecordingInfo info) =>
        TextSink.Attach(_stream, info, TextMachines.Heading(_names, _next++));

    public override void Complete() => _stream.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _stream.Dispose();
        base.Dispose(disposing);
    }
}
