using System;
using System.Collections.Generic;
using System.IO;
using Replay.Formats.Ctf;
using Replay.Formats.FtraceText;
using Replay.Formats.KernelLog;
using Replay.Formats.Mapping;
using Replay.Formats.MmioTrace;
using Replay.Formats.Native;
using Replay.Formats.PerfData;
using Replay.Formats.QemuLog;
using Replay.Formats.Text;
using Replay.Formats.TraceDat;

namespace Replay.Formats;

/// <summary>
/// True when a file that starts with <c>firstBytes</c> (64, or all of a shorter file) is of this format.
/// </summary>
public delegate bool FormatProbe(ReadOnlySpan<byte> firstBytes);

/// <summary>One format that can be read.</summary>
/// <param name="Name">What people call it (<c>trace.dat</c>).</param>
/// <param name="LooksLike">Decides by content, never by extension.</param>
/// <param name="OpenPath">Opens a regular, uncompressed file.</param>
/// <param name="OpenStream">Opens a pipe or decompressed stream that need not seek; the name is for messages.</param>
/// <param name="NeedsWhole">Of a stream nothing is given out before it has ended.</param>
public sealed record Importer(
    string Name,
    FormatProbe LooksLike,
    Func<string, OpenOptions, Recording> OpenPath,
    Func<Stream, string, OpenOptions, Recording> OpenStream,
    bool NeedsWhole = false);

/// <summary>What a user may say about how records become events.</summary>
public sealed record OpenOptions
{
    /// <summary>Text of the user's mapping file, to be laid over the built-in one; null for none.</summary>
    public string? MapText { get; init; }

    /// <summary>Name of that file, for messages.</summary>
    public string MapName { get; init; } = "";

    /// <summary>
    /// Folder of the recording, where files beside it tell more; null when it comes from a pipe.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Records to leave out: <c>system:name</c> with <c>*</c> for any text.</summary>
    public IReadOnlyList<string> IgnorePatterns { get; init; } = [];
}

/// <summary>The formats that can be read.</summary>
public static class ImporterTable
{
    /// <summary>In the order in which they are asked.</summary>
    public static IReadOnlyList<Importer> Rows { get; } =
    [
        new("irqt", NativeRecording.LooksLike,
            static (path, _) => NativeRecording.Open(path),
            static (stream, name, _) => NativeRecording.Open(stream, name)),
        new("trace.dat", TraceDatRecording.LooksLike,
            static (path, options) => TraceDatRecording.Open(path, TraceDat(options)),
            static (stream, name, options) => TraceDatRecording.Open(stream, name, TraceDat(options)),
            NeedsWhole: true),
        new("perf.data", PerfDataRecording.LooksLike,
            static (path, options) => PerfDataRecording.Open(path, MappingOf(options), options.IgnorePatterns),
            static (stream, name, options) => PerfDataRecording.Open(stream, name, MappingOf(options),
                options.IgnorePatterns), NeedsWhole: true),
        // Told by its metadata: the trace is the folder around it.
        new("CTF", CtfRecording.LooksLike,
            static (path, options) => OpenCtf(Path.GetDirectoryName(Path.GetFullPath(path))!, options),
            static (_, name, _) => throw new BadInputException($"{name}: expected a folder, since a CTF trace is one, "
                + "found the metadata of one; name the folder"), NeedsWhole: true),
        new("irqs", TextRecording.LooksLike,
            static (path, _) => TextRecording.Open(path),
            static (stream, name, _) => TextRecording.Open(stream, name)),
        new("kernel log", KernelLogRecording.LooksLike,
            static (path, _) => KernelLogRecording.Open(path),
            static (stream, name, _) => KernelLogRecording.Open(stream, name),
            NeedsWhole: true),
        new("qemu log", QemuLogRecording.LooksLike,
            static (path, _) => QemuLogRecording.Open(path),
            static (stream, name, options) => QemuLogRecording.Open(stream, name, options.Folder)),
        new("mmiotrace", MmioTraceRecording.LooksLike,
            static (path, _) => MmioTraceRecording.Open(path),
            static (stream, name, _) => MmioTraceRecording.Open(stream, name)),
        // Last: its lines are told by their columns, not by a magic number.
        new("ftrace text", FtraceTextRecording.LooksLike,
            static (path, options) => FtraceTextRecording.Open(path, MappingOf(options), options.IgnorePatterns),
            static (stream, name, options) => FtraceTextRecording.Open(stream, name,
                MappingOf(options), options.IgnorePatterns)),
    ];

    /// <summary>Opens the trace that a folder is.</summary>
    internal static Recording OpenCtf(string folder, OpenOptions options) =>
        CtfRecording.Open(folder, MappingOf(options), options.IgnorePatterns);

    private static TraceDatOptions TraceDat(OpenOptions options) => new()
    {
        Mapping = MappingOf(options),
        IgnorePatterns = options.IgnorePatterns,
    };

    private static MappingTable MappingOf(OpenOptions options) => options.MapText is null
        ? MappingTable.BuiltIn
        : MappingTable.Parse(options.MapText, options.MapName, MappingTable.BuiltIn);
}
