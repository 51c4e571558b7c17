using System;
using System.Numerics;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

/// <summary>What one lane needs to read pages and must not share while it does.</summary>
internal sealed class DataTools : IDisposable
{
    private byte[] _packed = [];

    /// <param name="report">Where damage goes.</param>
    /// <param name="decompressor">Null when nothing in the file is compressed. The tools own it.</param>
    public DataTools(ImportReport report, Decompressor? decompressor)
    {
        Report = report;
        Decompressor = decompressor;
    }

    public ImportReport Report { get; }

    public Decompressor? Decompressor { get; }

    /// <summary>
    /// Room for the packed bytes of the chunk at hand; chunks are unpacked one after the other.
    /// Rather more room than that:
    /// packed sizes vary, and each largest one so far would allocate again.
    /// </summary>
    public byte[] Packed(int length)
    {
        if (_packed.Length < length) _packed = new byte[BitOperations.RoundUpToPowerOf2((uint)length)];
        return _packed;
    }

    public void Dispose() => Decompressor?.Dispose();
}
