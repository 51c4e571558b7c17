using System;
using System.Buffers;
using System.Text;
using Replay.Formats.Native;

namespace Replay.Formats.Sidecar;

/// <summary>
/// Payload of a sidecar block: facts about the recording that are not events, and the losses that were known when it
/// was made. A map of text keys; readers skip the keys that they do not know.
/// </summary>
internal static class SidecarCodec
{
    /// <summary>Version of the map. Raised when a key changes its meaning, not when one is added.</summary>
    private const int Version = 1;

    // What one block may take for counts by name, beside the rest: losses are bounded to 64 of three texts.
    private const int SourceBytesPerPart = 512 << 10;
    private const int SourceOverheadBytes = 24;
    private const int FactPairs = 13;
    private const int PartPairs = 4;

    /// <summary>
    /// Writes one part: the first one (<paramref name="part"/> 0) has the facts, each one has as many counts by name as
    /// fit. Returns the index of the first count that did not fit.
    /// </summary>
    public static int WritePart(IBufferWriter<byte> output, RecordingInfo info, long events, ImportReport? report,
        bool isFinal, int part, int firstSource)
    {
        int endSource = EndOfPart(info, firstSource, isFinal);
        var writer = new MessagePackWriter(output);
        writer.WriteMapHeader(PartPairs + (part == 0 ? FactPairs : 0));
        Pair(ref writer, "version", Version);
        Pair(ref writer, "part", part);
        writer.Write("final");
        writer.Write(isFinal);
        if (part == 0)
        {
            WriteFacts(ref writer, info, events);
            WriteLosses(ref writer, report);
        }
        writer.Write("sources");
        writer.WriteArrayHeader(endSource - firstSource);
        for (int i = firstSource; i < endSource; i++)
        {
            SourceCount source = info.Sources[i];
            writer.WriteArrayHeader(3);
            writer.Write(TextBudget.Fit(source.Name, NativeSpec.NameBytesMax));
            writer.Write(source.Count);
            writer.Write(TextBudget.Fit(source.KindName, NativeSpec.NameBytesMax));
        }
        return endSource;
    }

    /// <summary>
    /// Reads one part into <paramref name="info"/> and <paramref name="report"/>; returns true when it belongs to the
    /// final sidecar.
    /// </summary>
    /// <exception cref="MessagePackSerializationException">The payload is not a sidecar of version 1.</exception>
    public static bool ReadPart(ref MessagePackReader reader, RecordingInfo info,
        ImportReport report, TextBudget budget)
    {
        bool isFinal = false;
        int pairs = reader.ReadMapHeader();
        for (int i = 0; i < pairs; i++)
        {
            switch (reader.ReadString())
            {
                case "version":
                    long version = reader.ReadInt64();
                    if (version != Version)
                    {
                        throw new MessagePackSerializationException(
                            "sidecar version: expected 1, found " + NativeTexts.Number(version));
                    }
                    break;

                // The first part replaces what an earlier sidecar said.
                case "part": if (reader.ReadInt64() == 0) info.Sources.Clear(); break;
                case "final": isFinal = reader.ReadBoolean(); break;
                case "sourceFormat": info.SourceFormat = Text(ref reader, budget); break;
                case "sourceFile": info.SourceFile = Text(ref reader, budget); break;
                case "sourceBytes": info.SourceBytes = reader.ReadInt64(); break;
                case "clock": info.Clock = Text(ref reader, budget); break;
                case "kernel": info.Kernel = Text(ref reader, budget); break;
                case "cpuCount": info.CpuCount = reader.ReadInt32(); break;
                case "wallOffsetNs": info.WallOffsetNs = reader.TryReadNil() ? null : reader.ReadInt64(); break;
                case "recordCount": info.RecordCount = reader.ReadInt64(); break;
                case "eventCount": info.EventCount = reader.ReadInt64(); break;
                case "lostCount": info.LostCount = reader.ReadInt64(); break;
                case "firstTimeNs": info.FirstTimeNs = reader.TryReadNil() ? null : reader.ReadUInt64(); break;
                case "lastTimeNs": info.LastTimeNs = reader.TryReadNil() ? null : reader.ReadUInt64(); break;
                case "losses": ReadLosses(ref reader, report, budget); break;
                case "sources": ReadSources(ref reader, info, budget); break;
                default: reader.Skip(); break;
            }
        }
        return isFinal;
    }

    private static void WriteFacts(ref MessagePackWriter writer, RecordingInfo info, long events)
    {
        Pair(ref writer, "sourceFormat", info.SourceFormat.Length > 0 ? info.SourceFormat : info.Format);
        Pair(ref writer, "sourceFile", info.SourceFile);
        Pair(ref writer, "sourceBytes", info.SourceBytes);
        Pair(ref writer, "clock", info.Clock);
        Pair(ref writer, "kernel", info.Kernel);
        Pair(ref writer, "cpuCount", info.CpuCount);
        writer.Write("wallOffsetNs");
        if (info.WallOffsetNs is { } offset) writer.Write(offset);
        else writer.WriteNil();
        Pair(ref writer, "recordCount", info.RecordCount);
        Pair(ref writer, "eventCount", events);
        Pair(ref writer, "lostCount", info.LostCount);
        Time(ref writer, "firstTimeNs", info.FirstTimeNs);
        Time(ref writer, "lastTimeNs", info.LastTimeNs);
    }

    private static void WriteLosses(ref MessagePackWriter writer, ImportReport? report)
    {
        writer.Write("losses");
        writer.WriteArrayHeader(report?.Entries.Count ?? 0);
        if (report is null) return;
        foreach (LossEntry loss in report.Entries)
        {
            writer.WriteArrayHeader(6);
            writer.Write((long)loss.Severity);
            writer.Write(TextBudget.Fit(loss.What, NativeSpec.NameBytesMax));
            writer.Write(loss.FirstOffset);
            writer.Write(TextBudget.Fit(loss.Expected, NativeSpec.NameBytesMax));
            writer.Write(TextBudget.Fit(loss.Found, NativeSpec.NameBytesMax));
            writer.Write(loss.Count);
        }
    }

    private static void ReadLosses(ref MessagePackReader reader, ImportReport report, TextBudget budget)
    {
        int count = reader.ReadArrayHeader();
        for (int i = 0; i < count; i++)
        {
            int parts = reader.ReadArrayHeader();
            if (parts < 6) throw new MessagePackSerializationException("losses: expected 6 parts");
            long severity = Math.Clamp(reader.ReadInt64(), (long)LossSeverity.Note, (long)LossSeverity.DataLoss);
            string what = Text(ref reader, budget);
            long offset = reader.ReadInt64();
            string expected = Text(ref reader, budget);
            string found = Text(ref reader, budget);
            long times = reader.ReadInt64();
            for (int part = 6; part < parts; part++)
                reader.Skip();
            Restore(report, (LossSeverity)severity, what, offset, expected, found, times);
        }
    }

    /// <summary>Adds a damage that was counted before, with its count.</summary>
    public static void Restore(ImportReport report, LossSeverity severity, string what, long offset, string expected,
        string found, long times)
    {
        report.Add(severity, what, offset, expected, found);
        if (times <= 1) return;
        foreach (LossEntry entry in report.Entries)
        {
            if (entry.What == what) entry.Count = long.CreateSaturating((Int128)entry.Count + times - 1);
        }
    }

    private static void ReadSources(ref MessagePackReader reader, RecordingInfo info, TextBudget budget)
    {
        int count = reader.ReadArrayHeader();
        for (int i = 0; i < count; i++)
        {
            int parts = reader.ReadArrayHeader();
            if (parts < 3) throw new MessagePackSerializationException("sources: expected 3 parts");
            string? name = budget.Read(ref reader, NativeSpec.NameBytesMax);
            long records = reader.ReadInt64();
            string? kind = budget.Read(ref reader, NativeSpec.NameBytesMax);
            for (int part = 3; part < parts; part++)
                reader.Skip();
            if (name is null) continue;
            if (info.Sources.Count < NativeSpec.SourcesMax)
                info.Sources.Add(new SourceCount(name, records, kind ?? ""));
            else budget.IsSpent = true;
        }
    }

    private static int EndOfPart(RecordingInfo info, int firstSource, bool isFinal)
    {
        if (!isFinal) return firstSource; // Counts of a recording that has only begun say nothing.
        int room = SourceBytesPerPart;
        int end = firstSource;
        while (end < info.Sources.Count)
        {
            SourceCount source = info.Sources[end];
            room -= SourceOverheadBytes + Math.Min(Encoding.UTF8.GetByteCount(source.Name), NativeSpec.NameBytesMax)
                + Math.Min(Encoding.UTF8.GetByteCount(source.KindName), NativeSpec.NameBytesMax);
            if (room < 0) break;
            end++;
        }
        return end;
    }

    private static string Text(ref MessagePackReader reader, TextBudget budget) =>
        budget.Read(ref reader, NativeSpec.TextBytesMax) ?? "";

    private static void Pair(ref MessagePackWriter writer, string key, string value)
    {
        writer.Write(key);
        writer.Write(TextBudget.Fit(value, NativeSpec.TextBytesMax));
    }

    private static void Pair(ref MessagePackWriter writer, string key, long value)
    {
        writer.Write(key);
        writer.Write(value);
    }

    private static void Time(ref MessagePackWriter writer, string key, ulong? value)
    {
        writer.Write(key);
        if (value is { } time) writer.Write(time);
        else writer.WriteNil();
    }
}
