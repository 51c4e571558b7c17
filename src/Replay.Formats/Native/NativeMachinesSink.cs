using System.Collections.Generic;
using System.IO;
using Replay.Formats.Machines;

namespace Replay.Formats.Native;

/// <summary>
/// Writes several machines as one native file. The directory in front is written last: a file that was never completed
/// begins with zeros and is none.
/// </summary>
internal sealed class NativeMachinesSink : MachinesSink
{
    private readonly string _path;
    private readonly IReadOnlyList<string> _names;
    private readonly List<MachinePart> _parts = [];
    private long _begun;

    private NativeMachinesSink(string path, IReadOnlyList<string> names)
    {
        _path = path;
        _names = names;
        File.Create(path).Dispose();
        _begun = NativeSpec.FileHeaderBytes + NativeSpec.BlockBytes(names.Count * MachineEntry.SizeBytes);
    }

    public static MachinesSink Create(string path, IReadOnlyList<string> names) => new NativeMachinesSink(path, names);

    public override EventSink Begin(RecordingInfo info)
    {
        EndPart();
        FileStream stream = Open();
        stream.Position = _begun;
        return NativeSink.Attach(stream, info);
    }

    public override void Complete()
    {
        EndPart();
        using FileStream stream = Open();
        stream.Write(NativeMachines.Write(_parts));
    }

    // Everything from where the part began to the file's end is the part; before the first one nothing is.
    private void EndPart()
    {
        long length = new FileInfo(_path).Length;
        if (length == 0) return;
        _parts.Add(new MachinePart(_names[_parts.Count], _begun, length - _begun));
        _begun = (length + NativeSpec.Alignment - 1) / NativeSpec.Alignment * NativeSpec.Alignment;
    }

    private FileStream Open() => new(_path, FileMode.Open, FileAccess.Write, FileShare.Read, 0);
}
