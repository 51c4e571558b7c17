using System.Collections.Generic;

namespace Replay.Formats.Ctf;

/// <summary>
/// Which files are one stream: those whose packets say the same number of it, as LTTng's do when files rotate. What
/// does not say is a stream of its own; merging by time puts it in the right place, too.
/// </summary>
internal static class StreamGrouping
{
    /// <summary>Enough for the head of a packet.</summary>
    private const int HeadBytes = 4096;

    /// <summary>Files of each stream, in the order of their first packets; streams by CPU, then by name.</summary>
    public static List<List<CtfFile>> Group(CtfLayout layout, List<CtfFile> files, byte[] record)
    {
        List<Head> heads = [];
        for (int i = 0; i < files.Count; i++) heads.Add(Read(layout, files[i], i, record));
        var groups = new Dictionary<(ulong Stream, ulong Instance), List<Head>>();
        List<List<Head>> all = [];
        foreach (Head head in heads)
        {
            List<Head>? group = null;
            if (head.Instance is { } instance && !groups.TryGetValue((head.Stream, instance), out group))
                groups.Add((head.Stream, instance), group = []);
            group ??= [];
            if (group.Count == 0) all.Add(group);
            group.Add(head);
        }
        foreach (List<Head> group in all) group.Sort(static (a, b) => (a.Order, a.Place).CompareTo((b.Order, b.Place)));
        all.Sort(static (a, b) => (a[0].Cpu, a[0].Place).CompareTo((b[0].Cpu, b[0].Place)));
        return all.ConvertAll(static group => group.ConvertAll(static head => head.File));
    }

    /// <summary>What is wrong with a packet is said when it is read in its turn.</summary>
    private static Head Read(CtfLayout layout, CtfFile file, int place, byte[] record)
    {
        var stream = new CtfStream(layout, [file], HeadBytes, record, new ImportReport());
        if (!stream.TryOpenFirst()) return new Head(file, place, 0, null, 0, 0);
        ulong order = stream.Register(stream.Layout.SequenceNumber) ?? stream.Register(stream.Layout.TimeBegin) ?? 0;
        return new Head(file, place, stream.Layout.Id, stream.Register(layout.StreamInstanceId), stream.Cpu, order);
    }

    /// <param name="File">The file.</param>
    /// <param name="Place">Among all files by name.</param>
    /// <param name="Stream">Number of its kind of stream.</param>
    /// <param name="Instance">Number of the stream; null for none.</param>
    /// <param name="Cpu">Of its first packet.</param>
    /// <param name="Order">Among the files of the stream.</param>
    private readonly record struct Head(
        CtfFile File, int Place, ulong Stream, ulong? Instance, ushort Cpu, ulong Order);
}
