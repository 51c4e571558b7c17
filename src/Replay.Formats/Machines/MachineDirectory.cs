using System;
using System.Collections.Generic;
using System.IO;
using Replay.Formats.Native;
using Replay.Formats.Text;

namespace Replay.Formats.Machines;

/// <summary>The machines of a file that names them, each of which is opened as a recording of its own.</summary>
public sealed class MachineDirectory
{
    private readonly Func<int, Recording> _open;

    internal MachineDirectory(IReadOnlyList<string> names, Func<int, Recording> open)
    {
        Names = names;
        _open = open;
    }

    /// <summary>In the order of the file; 1 to <see cref="MachineNames.MachinesMax"/> different ones.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// The machines of a regular file; null for a recording of one machine without a name, for what is no recording, and for
    /// what cannot be read a second time.
    /// </summary>
    /// <exception cref="BadInputException">The file names its machines, but wrongly.</exception>
    public static MachineDirectory? Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if ((file.ResolveLinkTarget(returnFinalTarget: true) ?? file) is not FileInfo { Exists: true, Length: > 0 }) return null;
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            Span<byte> first = stackalloc byte[TraceSniffer.PrefixBytes];
            first = first[..stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
            stream.Position = 0;
            string name = Path.GetFileName(path);
            if (NativeRecording.LooksLike(first))
            {
                return NativeMachines.Read(stream, name) is { } entries
                    ? new MachineDirectory(entries.ConvertAll(static e => e.Name), i => NativeRecording.OpenPart(path, entries[i]))
                    : null;
            }
            return TextRecording.LooksLike(first) && TextMachines.Read(stream, path) is { } names
                ? new MachineDirectory(names, i => TextRecording.Open(path, names[i]))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Whoever opens it next says what is wrong with it.
            return null;
        }
    }

    /// <summary>Opens one machine's recording.</summary>
    /// <param name="index">Of its name in <see cref="Names"/>.</param>
    /// <exception cref="BadInputException">It is damaged where it begins.</exception>
    public Recording Open(int index) => _open(index);
}
