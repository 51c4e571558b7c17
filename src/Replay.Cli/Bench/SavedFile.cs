using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Cli.Output;

namespace Replay.Cli.Bench;

/// <summary>Results that <c>--save</c> wrote and <c>--baseline</c> reads.</summary>
internal static class SavedFile
{
    /// <summary>A saved result is some kilobytes; what is larger is none.</summary>
    private const int BytesMax = 32 << 20;

    /// <summary>
    /// Writes a file that appears whole or not at all. A device or a pipe, /dev/stdout for instance, is written to:
    /// put in its place, as a file is, the result would take it away from the whole machine.
    /// </summary>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            if (IsEmptyOrNoFile(path))
            {
                using var target = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
                write(target);
                return;
            }
            using var file = new OutputFile(path, "--save");
            using (FileStream stream = File.Create(file.TemporaryPath)) write(stream);
            file.Commit();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--save {path}: cannot be written: {e.Message}", e);
        }
    }

    private static bool IsEmptyOrNoFile(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) return false;
        FileSystemInfo? target = file.ResolveLinkTarget(returnFinalTarget: true);
        return target is null ? file.Length == 0 : target is not FileInfo { Exists: true, Length: > 0 };
    }

    /// <summary>True when a file's first letter is that of a saved result and of no recording.</summary>
    public static bool IsOne(string path)
    {
        if (!File.Exists(path)) return false;
        using FileStream stream = File.OpenRead(path);
        return stream.ReadByte() == '{';
    }

    /// <summary>Reads a saved result and checks what it is of.</summary>
    /// <exception cref="UsageException">It is no result of this command, or of a later version.</exception>
    public static JsonDocument Read(string path, string kind)
    {
        try
        {
            long bytes = new FileInfo(path).Length;
            if (bytes > BytesMax)
                throw new UsageException($"--baseline {path}: {bytes} bytes are too many for a saved result");
            JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("kind", out JsonElement found)
                && found.ValueEquals(kind))
            {
                int schema = root.GetProperty("schema").GetInt32();
                if (schema == JsonOutput.Schema) return document;
                throw new UsageException(
                    $"--baseline {path}: its schema is {schema}; this program reads {JsonOutput.Schema}");
            }
            throw new UsageException($"--baseline {path}: this is not what \"irqreplay {kind} FILE --save\" writes");
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw new UsageException(
                $"--baseline {path}: this is not what \"irqreplay {kind} FILE --save\" writes: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--baseline {path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>True for what reading a member of the wrong type, or one that is not there, throws.</summary>
    public static bool IsMalformed(Exception e) =>
        e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException;
}
