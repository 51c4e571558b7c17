using System;
using System.Runtime.InteropServices;
using Replay.Formats.Sidecar;

namespace Replay.Formats.Native;

public sealed partial class NativeWriter
{
    private void WriteFileHeader()
    {
        Span<byte> bytes = _buffer.Span[..NativeSpec.FileHeaderBytes];
        _headerCrc = FileHeader.Write(bytes, WriterName, WriterVersion);
        _stream.Write(bytes);
        _position += bytes.Length;
    }

    private void WriteNewNames(BlockFlags flags)
    {
        while (_namesWritten < _tables.Names.Count || _devicesWritten < _tables.Devices.Count)
        {
            _payload.ResetWrittenCount();
            _namesCut += NamesCodec.Write(_payload, _tables, ref _namesWritten, ref _devicesWritten);
            WritePayload(BlockType.Names, flags);
        }
    }

    private void WriteSidecar(RecordingInfo info, ImportReport? report, bool isFinal)
    {
        int source = 0;
        for (int part = 0; part == 0 || (isFinal && source < info.Sources.Count); part++)
        {
            _payload.ResetWrittenCount();
            long events = isFinal ? (long)_events : info.EventCount;
            source = SidecarCodec.WritePart(_payload, info, events, report, isFinal, part, source);
            WritePayload(BlockType.Sidecar, isFinal ? BlockFlags.Tail : BlockFlags.None);
        }
    }

    // A block of its own beside the one that gathers records.
    private void WritePayload(BlockType type, BlockFlags flags)
    {
        BlockBuffer buffer = BlockBuffer.Rent();
        try
        {
            Span<byte> block = buffer.Span;
            ref BlockHeader header = ref MemoryMarshal.AsRef<BlockHeader>(block);
            header = default;
            header.Type = type;
            header.Flags = flags;
            ReadOnlySpan<byte> payload = _payload.WrittenSpan;
            payload.CopyTo(block[NativeSpec.BlockHeaderBytes..]);
            WriteBlock(block, payload.Length);
        }
        finally
        {
            BlockBuffer.Return(buffer);
        }
    }

    private void WriteIndex()
    {
        ReadOnlySpan<IndexEntry> left = CollectionsMarshal.AsSpan(_index);
        Span<byte> block = _buffer.Span;
        while (!left.IsEmpty)
        {
            ReadOnlySpan<IndexEntry> part = left[..Math.Min(left.Length, IndexEntry.PerBlockMax)];
            ref BlockHeader header = ref MemoryMarshal.AsRef<BlockHeader>(block);
            header = default;
            header.Type = BlockType.Index;
            header.Flags = BlockFlags.Tail;
            header.RecordCount = (uint)part.Length;
            header.FirstEvent = part[0].FirstEvent;
            header.MinTime = ulong.MaxValue;
            foreach (ref readonly IndexEntry entry in part)
            {
                header.EventCount += entry.EventCount;
                header.MinTime = Math.Min(header.MinTime, entry.MinTime);
                header.MaxTime = Math.Max(header.MaxTime, entry.MaxTime);
                header.CpuMask |= entry.CpuMask;
            }
            header.FirstTime = header.MinTime;
            header.LastTime = header.MaxTime;
            ReadOnlySpan<byte> payload = MemoryMarshal.AsBytes(part);
            payload.CopyTo(block[NativeSpec.BlockHeaderBytes..]);
            WriteBlock(block, payload.Length);
            left = left[part.Length..];
        }
    }

    private void WriteFooter(long tail)
    {
        Span<byte> bytes = stackalloc byte[NativeSpec.FooterBytes];
        bytes.Clear();
        ref Footer footer = ref MemoryMarshal.AsRef<Footer>(bytes);
        footer.TailOffset = (ulong)tail;
        footer.RecordCount = _records;
        footer.EventCount = _events;
        footer.LossTotal = _lossTotal;
        footer.BlockCount = _blocks;
        footer.FileHeaderCrc = _headerCrc;
        Footer.Seal(bytes);
        _stream.Write(bytes);
        _position += bytes.Length;
    }
}
