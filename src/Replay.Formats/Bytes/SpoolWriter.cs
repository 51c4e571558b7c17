using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Replay.Formats.Bytes;

/// <summary>A temporary file that no name refers to, filled from its start and then read by position.</summary>
internal sealed class SpoolWriter : IDisposable
{
    /// <summary>Longest content, in bytes.</summary>
    public const long LengthMax = 1L << 38;

    /// <summary>Unpacked bytes up to which no ratio is asked for.</summary>
    private const long RatioFreeBytes = 1L << 32;

    /// <summary>
    /// Highest ratio of unpacked to packed bytes past <see cref="RatioFreeBytes"/>; captures have 5 to 50.
    /// </summary>
    private const long RatioMax = 1000;

    private readonly string _name;
    private SafeFileHandle? _handle;

    /// <param name="name">Name of the input, for messages.</param>
    /// <exception cref="BadInputException">The temporary folder takes no file.</exception>
    public SpoolWriter(string name)
    {
        _name = name;
        _handle = CreateFile();
    }

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <exception cref="BadInputException">There are too many, or the disk takes no more.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Length + bytes.Length > LengthMax)
            throw BadInputException.At(_name, Length, $"at most {LengthMax} bytes", "a longer input");
        try
        {
            RandomAccess.Write(_handle!, bytes, Length);
        }
        catch (IOException e)
        {
            throw new BadInputException($"{_name}: cannot be copied to a temporary file: {e.Message}", e);
        }
        Length += bytes.Length;
    }

    /// <summary>
    /// As <see cref="Append"/>, of bytes that came out of <paramref name="packed"/> bytes of the input so far.
    /// </summary>
    public void AppendUnpacked(ReadOnlySpan<byte> bytes, long packed)
    {
        if (Length > RatioFreeBytes && Length / RatioMax > packed)
            throw BadInputException.At(_name, packed, $"a compression ratio below {RatioMax}", "a higher one");
        Append(bytes);
    }

    /// <summary>What was written, to be read; the writer has nothing any more.</summary>
    public InputFile ToFile()
    {
        var file = new InputFile(_handle!, _name, isCopy: true);
        _handle = null;
        return file;
    }

    public void Dispose() => _handle?.Dispose();

    private static SafeFileHandle CreateFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"irqreplay-{Guid.NewGuid():N}.spool");
        FileOptions options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        try
        {
            SafeFileHandle handle =
                File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, options);
            // Without a name there is nothing to clean up, even when the process is killed.
            if (!OperatingSystem.IsWindows()) File.Delete(path);
            return handle;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: temporary file cannot be made (TMPDIR says where): {e.Message}", e);
        }
    }
}
