using System;
using System.Collections.Generic;
using System.IO;
using Replay.Formats.Ctf;

namespace Replay.Formats;

/// <summary>Opens a capture of any known format from a path or a stream, compressed as a whole or not.</summary>
public sealed class RecordingOpener
{
    private readonly FormatCatalog _formats;
    private readonly OpenOptions _options;

    public RecordingOpener(FormatCatalog formats, OpenOptions options)
    {
        _formats = formats;
        _options = options;
    }

    /// <summary>
    /// Opens a file, or a folder that is a CTF trace or has one inside. Pipes and devices are read as streams; a
    /// regular file is handed to its importer by path.
    /// </summary>
    /// <exception cref="BadInputException">Not readable, or of no known format.</exception>
    public Recording Open(string path)
    {
        if (Directory.Exists(path))
        {
            string trace = CtfFolder.Find(path) ?? throw new BadInputException(DescribeFolder(path));
            return ImporterTable.OpenCtf(trace, _options);
        }
        FileStream file = OpenFile(path);
        try
        {
            string name = Path.GetFileName(path);
            // trace_pipe and its like seem to be empty files; what is read from them is gone.
            if (!file.CanSeek || file.Length == 0) return Open(file, name);
            byte[] first = ReadFirst(file, path, _formats.Importers);
            if (!TraceSniffer.IsZstd(first))
            {
                Importer importer = TraceSniffer.Find(_formats.Importers, first)
                    ?? throw TraceSniffer.Unknown(path, _formats.Importers, first);
                file.Dispose();
                return importer.OpenPath(path, _options);
            }
            file.Position = 0;
            return OpenCompressed(file, name, _options with { Folder = FolderOf(path) });
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a stream that need not seek, such as standard input. The recording owns the stream.</summary>
    /// <param name="stream">Positioned at the first byte of the capture.</param>
    /// <param name="name">For messages.</param>
    /// <exception cref="BadInputException">Of no known format.</exception>
    public Recording Open(Stream stream, string name)
    {
        byte[] first = ReadFirst(stream, name, _formats.Importers);
        var whole = new PrefixedStream(first, stream);
        return TraceSniffer.IsZstd(first) ? OpenCompressed(whole, name, _options)
            : OpenPlain(first, whole, name, _options);
    }

    private Recording OpenCompressed(Stream compressed, string name, OpenOptions options)
    {
        if (_formats.OpenZstd is null)
        {
            throw BadInputException.At(name, 0, "an uncompressed recording",
                $"a zstd stream, which this build cannot unpack (unpack it first: zstd -dc {name} | irqreplay info -)");
        }
        string inner = name.EndsWith(".zst", StringComparison.Ordinal) ? name[..^4] : name;
        Stream plain = _formats.OpenZstd(compressed);
        byte[] first = ReadFirst(plain, name, _formats.Importers);
        // Only one layer is taken off: a stream that unpacks to another one for ever must not be followed.
        return OpenPlain(first, new PrefixedStream(first, plain), inner, options);
    }

    private Recording OpenPlain(byte[] first, Stream whole, string name, OpenOptions options)
    {
        Importer importer = TraceSniffer.Find(_formats.Importers, first)
            ?? throw TraceSniffer.Unknown(name, _formats.Importers, first);
        return importer.OpenStream(whole, name, options);
    }

    private static string? FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path));

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"{path}: there is no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BadInputException($"{path}: cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>
    /// The first bytes: as few as tell the format, because a live pipe may not have more yet. Where they tell nothing
    /// and are text, more lines may: up to <see cref="TraceSniffer.TextPrefixBytes"/>.
    /// </summary>
    private static byte[] ReadFirst(Stream stream, string name, IReadOnlyList<Importer> importers)
    {
        Span<byte> first = stackalloc byte[TraceSniffer.TextPrefixBytes];
        try
        {
            int length = stream.ReadAtLeast(first[..TraceSniffer.PrefixBytes],
                TraceSniffer.PrefixBytes, throwOnEndOfStream: false);
            while (length is >= TraceSniffer.PrefixBytes and < TraceSniffer.TextPrefixBytes
                && !first[..length].Contains((byte)0) && !TraceSniffer.IsZstd(first[..length])
                && TraceSniffer.Find(importers, first[..length]) is null)
            {
                int more = stream.Read(first[length..]);
                if (more == 0) break;
                length += more;
            }
            return first[..length].ToArray();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new BadInputException($"{name}: offset 0: cannot be read: {e.Message}", e);
        }
    }

    private static string DescribeFolder(string path)
    {
        string inside = Path.Combine(path, "trace.dat");
        return File.Exists(inside) ? $"{path}: this is a folder; the recording in it is {inside}"
            : $"{path}: this is a folder without a CTF trace (a file metadata); name a file in it";
    }
}
