using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Replay.Formats.Bytes;

namespace Replay.Formats.Native;

/// <summary>
/// Walks the blocks of a file in their order, steps over damage and says what it stepped over. Serves blocks whole:
/// a payload is given only when header, length and checksum hold.
/// </summary>
internal sealed class BlockReader
{
    private readonly ByteSource _source;
    private BlockBuffer _buffer;
    private readonly uint _fileHeaderCrc;
    private long _position = NativeSpec.FileHeaderBytes;
    private long _lastSequence = -1;
    private bool _saidNoFooter;

    // Bytes at _position that came with the block before: the header there, or the file's end. -1 for none.
    private HeaderBytes _ahead;
    private int _aheadLength = -1;

    /// <summary>The buffer stays the caller's; payloads are valid until the next read.</summary>
    public BlockReader(ByteSource source, BlockBuffer buffer, uint fileHeaderCrc, ImportReport report)
    {
        _source = source;
        _buffer = buffer;
        _fileHeaderCrc = fileHeaderCrc;
        Report = report;
    }

    /// <summary>Where damage goes.</summary>
    public ImportReport Report { get; }

    /// <summary>Offset at which blocks end; known when the footer was read first.</summary>
    public long End { get; set; } = long.MaxValue;

    /// <summary>Offset of the block read last.</summary>
    public long BlockOffset { get; private set; }

    /// <summary>Offset at which the next block is looked for. May be read from another thread.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>The footer that ended the walk, if one did.</summary>
    public Footer? Footer { get; private set; }

    /// <summary>Goes on in another buffer; the payload read last stays in the old one.</summary>
    public void Exchange(BlockBuffer buffer) => _buffer = buffer;

    /// <summary>Sequence number of the block read last; -1 before the first.</summary>
    public long LastSequence => _lastSequence;

    /// <summary>Checksum of the headers read so far, each of which has the checksum of its block.</summary>
    public uint HeadersCrc { get; private set; }

    /// <summary>
    /// Goes on at another block. Nothing is expected of its sequence number, and nothing known of the headers before
    /// it, unless it is given.
    /// </summary>
    public void MoveTo(long offset, long lastSequence = -1, uint headersCrc = 0)
    {
        HeadersCrc = headersCrc;
        _position = offset;
        _lastSequence = lastSequence;
        _aheadLength = -1;
    }

    /// <summary>
    /// The next block whose header is valid, and that is whole as far as the input's length is known. The payload is
    /// read by <see cref="TryReadPayload"/>, or not at all.
    /// </summary>
    public bool TryReadHeader(out BlockHeader header)
    {
        Span<byte> bytes = _buffer.Span[..NativeSpec.BlockHeaderBytes];
        bool searching = false;
        while (_position < End)
        {
            int got = ReadHeaderBytes(bytes);
            if (got >= NativeSpec.FooterBytes && TryEnd(bytes[..got])) break;
            if (got < NativeSpec.BlockHeaderBytes)
            {
                if (got > 0 && !searching && !BeginsLikeFooter(bytes[..got]))
                    Torn(_position, NativeSpec.BlockHeaderBytes, got);
                if (Footer is null) NoFooter(_position, bytes[..got]);
                break;
            }
            if (!BlockHeader.IsValid(bytes))
            {
                // A run of bad places is one damage: reported where it begins.
                if (!searching) NoHeader(bytes);
                searching = true;
                Step(NativeSpec.Alignment);
                continue;
            }
            header = MemoryMarshal.Read<BlockHeader>(bytes);
            BlockOffset = _position;
            if (_source.Length >= 0 && header.TotalBytes > _source.Length - _position)
            {
                Torn(_position, header.TotalBytes, _source.Length - _position);
                NoFooter(_source.Length, default);
                break;
            }
            Step(header.TotalBytes);
            if ((long)header.Sequence <= _lastSequence)
            {
                SequenceBack(header);
                continue;
            }
            _lastSequence = (long)header.Sequence;
            HeadersCrc = Crc32C.Append(HeadersCrc, bytes[BlockHeader.CrcOffset..]);
            return true;
        }
        header = default;
        return false;
    }

    /// <summary>
    /// Reads and checks the payload of the block whose header was read last. False when it is damaged; that is then
    /// reported, and the walk may go on.
    /// </summary>
    public bool TryReadPayload(scoped in BlockHeader header, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        Span<byte> block = _buffer.Span[..(int)header.TotalBytes];
        int wanted = block.Length - NativeSpec.BlockHeaderBytes;

        // The next header comes with the block, which saves a call; from a pipe that would mean to wait for it.
        int ahead = _source.CanSeek ? NativeSpec.BlockHeaderBytes : 0;
        Span<byte> target = _buffer.Span.Slice(NativeSpec.BlockHeaderBytes, wanted + ahead);
        int got = _source.ReadAt(BlockOffset + NativeSpec.BlockHeaderBytes, target);
        if (got < wanted)
        {
            Torn(BlockOffset, header.TotalBytes, NativeSpec.BlockHeaderBytes + got);
            return false;
        }
        if (ahead != 0)
        {
            _aheadLength = got - wanted;
            target.Slice(wanted, _aheadLength).CopyTo(_ahead);
        }
        if (header.Codec != 0)
        {
            Report.Add(SeverityOf(header.Type), NativeTexts.UnknownCodec, BlockOffset, "codec 0",
                NativeTexts.Number(header.Codec));
            return false;
        }
        ReadOnlySpan<byte> bytes = block.Slice(NativeSpec.BlockHeaderBytes, (int)header.PayloadBytes);
        uint crc = Crc32C.Compute(bytes);
        if (crc != header.PayloadCrc)
        {
            Report.Add(SeverityOf(header.Type), NativeTexts.BadPayload, BlockOffset,
                NativeTexts.Hex(header.PayloadCrc), NativeTexts.Hex(crc));
            return false;
        }
        ref readonly BlockTrailer trailer = ref MemoryMarshal.AsRef<BlockTrailer>(
            block[^NativeSpec.BlockTrailerBytes..]);
        if (trailer.Magic != NativeSpec.TrailerMagic || trailer.TotalBytes != header.TotalBytes
            || trailer.Sequence != header.Sequence)
            BadTrailer(header, trailer);
        payload = bytes;
        return true;
    }

    /// <summary>The payload read last, as memory.</summary>
    public ReadOnlyMemory<byte> PayloadMemory(in BlockHeader header) =>
        _buffer.Memory(NativeSpec.BlockHeaderBytes, (int)header.PayloadBytes);

    /// <summary>Says once that the file does not end as a complete one does.</summary>
    public void NoFooter(long offset, ReadOnlySpan<byte> found)
    {
        if (_saidNoFooter) return;
        _saidNoFooter = true;
        Report.Add(LossSeverity.DataLoss, NativeTexts.NoFooter, offset,
            "a footer: 8D 49 51 45 4E 44 0D 0A and 56 bytes",
            found.IsEmpty ? "the end of the file" : NativeTexts.Hex(found[..Math.Min(found.Length, 8)]));
    }

    private int ReadHeaderBytes(Span<byte> target)
    {
        int length = _aheadLength;
        if (length < 0) return _source.ReadAt(_position, target);
        _aheadLength = -1;
        ReadOnlySpan<byte> ahead = _ahead;
        ahead[..length].CopyTo(target);
        return length;
    }

    private void Step(long bytes) => Volatile.Write(ref _position, _position + bytes);

    private bool TryEnd(ReadOnlySpan<byte> bytes)
    {
        if (!Native.Footer.IsValid(bytes[..NativeSpec.FooterBytes], _position, _fileHeaderCrc)) return false;
        Footer = MemoryMarshal.Read<Footer>(bytes);
        if (bytes.Length > NativeSpec.FooterBytes)
        {
            Report.Add(LossSeverity.Warning, NativeTexts.AfterFooter,
                _position + NativeSpec.FooterBytes, "the end of the file",
                NativeTexts.Hex(bytes[NativeSpec.FooterBytes..Math.Min(bytes.Length, NativeSpec.FooterBytes + 8)]));
        }
        return true;
    }

    // The rest of a torn footer is no torn block; that it is missing is said anyway.
    private static bool BeginsLikeFooter(ReadOnlySpan<byte> bytes)
    {
        Span<byte> magic = stackalloc byte[sizeof(ulong)];
        MemoryMarshal.Write(magic, NativeSpec.FooterMagic);
        return magic.StartsWith(bytes[..Math.Min(bytes.Length, magic.Length)]);
    }

    private static LossSeverity SeverityOf(BlockType type) =>
        type is BlockType.Records or BlockType.Sidecar ? LossSeverity.DataLoss : LossSeverity.Warning;

    private void Torn(long offset, long expected, long found) =>
        Report.Add(LossSeverity.DataLoss, NativeTexts.TornBlock, offset,
            NativeTexts.Bytes(expected), NativeTexts.Bytes(found));

    private void NoHeader(ReadOnlySpan<byte> bytes)
    {
        if (Report.Seen(NativeTexts.NoBlockHeader)) return;
        bool isMagic = MemoryMarshal.Read<ulong>(bytes) == NativeSpec.BlockMagic;
        Report.Add(LossSeverity.DataLoss, NativeTexts.NoBlockHeader, _position, isMagic
            ? "header CRC " + NativeTexts.Hex(Crc32C.Compute(bytes[..BlockHeader.CrcOffset])) + " and lengths that fit"
            : "8B 49 52 51 42 4B 0D 0A", isMagic
                ? NativeTexts.Hex(MemoryMarshal.Read<uint>(bytes[BlockHeader.CrcOffset..]))
                : NativeTexts.Hex(bytes[..8]));
    }

    private void SequenceBack(in BlockHeader header)
    {
        if (Report.Seen(NativeTexts.SequenceBack)) return;
        Report.Add(LossSeverity.DataLoss, NativeTexts.SequenceBack, BlockOffset,
            "sequence number " + NativeTexts.Number(_lastSequence + 1), NativeTexts.Number((long)header.Sequence));
    }

    private void BadTrailer(in BlockHeader header, in BlockTrailer trailer)
    {
        if (Report.Seen(NativeTexts.BadTrailer)) return;
        Report.Add(LossSeverity.Warning, NativeTexts.BadTrailer,
            BlockOffset + header.TotalBytes - NativeSpec.BlockTrailerBytes,
            NativeTexts.Bytes(header.TotalBytes), NativeTexts.Bytes(trailer.TotalBytes));
    }

    [InlineArray(NativeSpec.BlockHeaderBytes)]
    private struct HeaderBytes
    {
        private byte _first;
    }
}
