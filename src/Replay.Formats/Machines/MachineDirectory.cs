using System;
using System.Collections.Generic;
using System.IO;
using Replay.Formats.Bytes;
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
    /// The machines of a regular file, packed (zstd) or not; null for a recording of one machine without a name, for
    /// what is no recording, and for what cannot be read a second time. A packed one that names machines is unpacked
    /// into a temporary file.
    /// </summary>
    /// <exception cref="BadInputException">The file names its machines, but wrongly.</exception>
    public static MachineDirectory? Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if ((file.ResolveLinkTarget(returnFinalTarget: true) ?? file) is not FileInfo { Exists: true, Length: > 0 })
                return null;
            using FileStream stream = OpenFile(path);
            Span<byte> first = stackalloc byte[TraceSniffer.PrefixBytes];
            first = first[..stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
            stream.Position = 0;
            return TraceSniffer.IsZstd(first) ? Read(stream, path, out _) : Read(() => OpenFile(path), first, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Whoever opens it next says what is wrong with it.
            return null;
        }
    }

    /// <summary>
    /// The same for a stream, of which no more is read than tells whether it names machines: a live one goes on. Where
    /// it does, it is read to its end, into a temporary file.
    /// </summary>
    /// <param name="stream">Positioned at the first byte.</param>
    /// <param name="name">For messages.</param>
    /// <param name="whole">Where there are no machines: the stream from its first byte on, which owns it.</param>
    /// <exception cref="BadInputException">It cannot be read, or names its machines wrongly.</exception>
    public static MachineDirectory? Read(Stream stream, string name, out Stream whole)
    {
        byte[] start = MachineSniffer.ReadStart(stream, name, out bool names);
        whole = new PrefixedStream(start, stream);
        if (!names) return null;
        InputFile file = Spool.Fill(whole, name);
        Span<byte> first = stackalloc byte[TraceSniffer.PrefixBytes];
        first = first[..file.Read(0, first)];
        return Read(file.OpenStream, first, name);
    }

    /// <summary>Opens one machine's recording.</summary>
    /// <param name="index">Of its name in <see cref="Names"/>.</param>
    /// <exception cref="BadInputException">It is damaged where it begins.</exception>
    public Recording Open(int index) => _open(index);

    private static MachineDirectory? Read(Func<FileStream> open, ReadOnlySpan<byte> first, string path)
    {
        using FileStream stream = open();
        string name = Path.GetFileName(path);
        if (NativeRecording.LooksLike(first))
        {
            return NativeMachines.Read(stream, name) is { } entries
                ? new MachineDirectory(
                    entries.ConvertAll(static e => e.Name), i => NativeRecording.OpenPart(open(), name, entries[i]))
                : null;
        }
        return TextRecording.LooksLike(first) && TextMachines.Read(stream, path) is { } names
            ? new MachineDirectory(names, i => TextRecording.Open(open(), path, names[i]))
            : null;
    }

    private static FileStream OpenFile(string path) => new(path, new FileStreamOptions
    {
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        Options = FileOptions.SequentialScan,
        BufferSize = 0,
    });
}
