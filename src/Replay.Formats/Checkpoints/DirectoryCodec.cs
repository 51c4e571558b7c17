using System;
using System.Buffers;
using Replay.Core.Checkpoints;
using Replay.Formats.Sidecar;

namespace Replay.Formats.Checkpoints;

/// <summary>The directory of a file of checkpoints as a MessagePack map.</summary>
internal static class DirectoryCodec
{
    public static byte[] Write(CheckpointDirectory directory)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        (string Key, long Value)[] numbers =
        [
            ("version", CheckpointSpec.Version), ("bytes", directory.Key.Recording.Bytes),
            ("modified", directory.Key.Recording.ModifiedTicks), ("digest", (long)directory.Key.Recording.Digest),
            ("covered", directory.Covered), ("whole", directory.IsWhole ? 1 : 0),
            ("marksCovered", directory.MarksCovered),
        ];
        writer.WriteMapHeader(numbers.Length + 7);
        foreach ((string key, long value) in numbers)
        {
            writer.Write(key);
            writer.Write(value);
        }
        writer.Write("reading");
        writer.Write(directory.Key.Recording.Reading);
        writer.Write("kind");
        writer.Write(directory.Key.Kind);
        writer.Write("rules");
        writer.Write(directory.Key.Rules);
        writer.Write("product");
        writer.Write(directory.Key.Product);
        writer.Write("marks");
        writer.WriteArrayHeader(directory.Marks.Count);
        foreach (CheckpointMark mark in directory.Marks)
        {
            writer.WriteArrayHeader(2);
            writer.Write(mark.Event);
            writer.Write(mark.Text);
        }
        writer.Write("findings");
        writer.WriteArrayHeader(directory.Findings.Count);
        foreach (Chunk chunk in directory.Findings) Write(writer, chunk);
        writer.Write("checkpoints");
        writer.WriteArrayHeader(directory.Checkpoints.Count);
        foreach (Checkpoint checkpoint in directory.Checkpoints)
        {
            writer.WriteArrayHeader(4);
            writer.Write(checkpoint.Events);
            writer.Write(checkpoint.MaxTimeNs);
            writer.Write((long)checkpoint.Findings);
            Write(writer, checkpoint.State);
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="CheckpointException">The bytes are no directory.</exception>
    public static CheckpointDirectory Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return ReadMap(bytes);
        }
        catch (MessagePackSerializationException bad)
        {
            throw new CheckpointException("its directory is damaged: " + bad.Message, bad);
        }
    }

    private static void Write(MessagePackWriter writer, Chunk chunk)
    {
        writer.WriteArrayHeader(3);
        writer.Write(chunk.Offset);
        writer.Write((long)chunk.Length);
        writer.Write((long)chunk.Crc);
    }

    private static CheckpointDirectory ReadMap(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        var directory = new CheckpointDirectory();
        long version = 0, size = 0, modified = 0, digest = 0;
        string reading = "", kind = "", rules = "", product = "";
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            switch (reader.ReadString())
            {
                case "version": RequireVersion(version = reader.ReadInt64()); break;
                case "bytes": size = reader.ReadInt64(); break;
                case "modified": modified = reader.ReadInt64(); break;
                case "digest": digest = reader.ReadInt64(); break;
                case "covered": directory.Covered = reader.ReadInt64(); break;
                case "whole": directory.IsWhole = reader.ReadInt64() == 1; break;
                case "marksCovered": directory.MarksCovered = reader.ReadInt64(); break;
                case "reading": reading = reader.ReadString() ?? ""; break;
                case "kind": kind = reader.ReadString() ?? ""; break;
                case "rules": rules = reader.ReadString() ?? ""; break;
                case "product": product = reader.ReadString() ?? ""; break;
                case "marks": ReadMarks(ref reader, directory); break;
                case "findings": ReadFindings(ref reader, directory); break;
                case "checkpoints": ReadCheckpoints(ref reader, directory); break;
                default: reader.Skip(); break;
            }
        }
        RequireVersion(version);
        RequireBytes(directory);
        directory.Key = new CheckpointKey(new RecordingIdentity(size, modified, (ulong)digest, reading),
            kind, rules, product);
        return directory;
    }

    private static void RequireVersion(long version)
    {
        if (version != CheckpointSpec.Version)
            throw new CheckpointException(
                $"it is of version {version}, and this program reads version {CheckpointSpec.Version}");
    }

    // A few bytes of directory could otherwise ask for the same large chunk a million times.
    private static void RequireBytes(CheckpointDirectory directory)
    {
        long bytes = 0;
        foreach (Chunk chunk in directory.Findings) bytes += (uint)chunk.Length;
        foreach (Checkpoint checkpoint in directory.Checkpoints) bytes += (uint)checkpoint.State.Length;
        if (bytes <= CheckpointSpec.ChunkBytesMax) return;
        const int Max = CheckpointSpec.ChunkBytesMax;
        throw new CheckpointException($"its chunks are said to be {bytes} bytes together, more than {Max}");
    }

    private static void ReadMarks(ref MessagePackReader reader, CheckpointDirectory directory)
    {
        for (int left = reader.ReadArrayHeader(); left > 0; left--)
        {
            RequireParts(ref reader, 2);
            long number = reader.ReadInt64();
            directory.Marks.Add(new CheckpointMark(number, reader.ReadString() ?? ""));
        }
    }

    private static void ReadFindings(ref MessagePackReader reader, CheckpointDirectory directory)
    {
        for (int left = reader.ReadArrayHeader(); left > 0; left--) directory.Findings.Add(ReadChunk(ref reader));
    }

    private static void ReadCheckpoints(ref MessagePackReader reader, CheckpointDirectory directory)
    {
        long before = 0;
        int findingsBefore = 0;
        for (int left = reader.ReadArrayHeader(); left > 0; left--)
        {
            RequireParts(ref reader, 4);
            long events = reader.ReadInt64();
            if (events <= before) throw new CheckpointException($"its checkpoints are out of order at event {events}");
            before = events;
            ulong maxTime = reader.ReadUInt64();
            int findings = reader.ReadInt32();
            if (findings < findingsBefore)
                throw new CheckpointException($"its findings are out of order at event {events}");
            findingsBefore = findings;
            directory.Checkpoints.Add(new Checkpoint(events, maxTime, findings, ReadChunk(ref reader)));
        }
    }

    private static Chunk ReadChunk(ref MessagePackReader reader)
    {
        RequireParts(ref reader, 3);
        long offset = reader.ReadInt64();
        int length = reader.ReadInt32();
        return new Chunk(offset, length, (uint)reader.ReadUInt64());
    }

    private static void RequireParts(ref MessagePackReader reader, int parts)
    {
        int found = reader.ReadArrayHeader();
        if (found != parts) throw new CheckpointException($"its directory has {found} parts where {parts} belong");
    }
}
