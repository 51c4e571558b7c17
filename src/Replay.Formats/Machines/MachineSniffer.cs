using System;
using System.IO;
using Replay.Formats.Bytes;
using Replay.Formats.Native;
using Replay.Formats.Text;

namespace Replay.Formats.Machines;

/// <summary>Tells from the first bytes of a stream whether it names machines.</summary>
internal static class MachineSniffer
{
    /// <summary>
    /// Most bytes looked at: a zstd block, of which nothing is known before it is whole, has up to half of them.
    /// </summary>
    public const int StartBytesMax = 256 * 1024;

    /// <summary>Reads as much as tells it, and no more than is there when that much is.</summary>
    /// <param name="stream">Positioned at its first byte.</param>
    /// <param name="name">For messages.</param>
    /// <param name="namesMachines">The answer.</param>
    /// <exception cref="BadInputException">It cannot be read.</exception>
    public static byte[] ReadStart(Stream stream, string name, out bool namesMachines)
    {
        byte[] start = new byte[StartBytesMax];
        int length = 0;
        try
        {
            while (true)
            {
                int read = stream.Read(start, length, start.Length - length);
                length += read;
                bool isAll = read == 0 || length == start.Length;
                if (NamesMachines(start.AsSpan(0, length), isAll) is { } known)
                {
                    namesMachines = known;
                    return start[..length];
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new BadInputException($"{name}: offset {length}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Null while more bytes are needed; never where <paramref name="isAll"/>.</summary>
    internal static bool? NamesMachines(ReadOnlySpan<byte> start, bool isAll)
    {
        if (start.Length < TraceSniffer.PrefixBytes && !isAll) return null;
        if (!TraceSniffer.IsZstd(start)) return NamesMachinesPlainly(start, isAll);
        byte[] plain = new byte[StartBytesMax];
        int length = Unpack(start, plain);
        return NamesMachinesPlainly(plain.AsSpan(0, length), isAll || length == plain.Length);
    }

    private static bool? NamesMachinesPlainly(ReadOnlySpan<byte> start, bool isAll)
    {
        if (start.Length < TraceSniffer.PrefixBytes && !isAll) return null;
        if (NativeRecording.LooksLike(start)) return NativeMachines.AreIn(start);
        return TextRecording.LooksLike(start) ? TextMachines.AreNamed(start, isAll) : false;
    }

    private static int Unpack(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        int length = 0;
        using var stream = new ZstdStream(new MemoryStream(packed.ToArray()));
        try
        {
            for (int read = 1; read > 0 && length < plain.Length; length += read) read = stream.Read(plain[length..]);
        }
        catch (BadInputException)
        {
            // Of a frame that goes on behind these bytes; what is wrong with it else, its reader says.
        }
        return length;
    }
}
