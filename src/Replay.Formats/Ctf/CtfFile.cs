using System;
using Replay.Formats.Bytes;

namespace Replay.Formats.Ctf;

/// <summary>A file of a stream. Of many files each is opened for each read, so that any number can be merged.</summary>
internal sealed class CtfFile(string path, long length, bool keepOpen) : IDisposable
{
    private InputFile? _file;

    public string Name { get; } = System.IO.Path.GetFileName(path);

    /// <summary>Bytes when the folder was looked at.</summary>
    public long Length { get; } = length;

    /// <summary>As <see cref="InputFile.Read"/>.</summary>
    /// <exception cref="BadInputException">It cannot be opened or read.</exception>
    public int Read(long offset, Span<byte> buffer)
    {
        _file ??= InputFile.OpenPlain(path);
        int read = _file.Read(offset, buffer);
        if (!keepOpen) Dispose();
        return read;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }
}
