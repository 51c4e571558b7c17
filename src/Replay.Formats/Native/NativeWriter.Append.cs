using System.IO;
using Replay.Core.Events;
using Replay.Formats.Sidecar;

namespace Replay.Formats.Native;

public sealed partial class NativeWriter
{
    /// <summary>
    /// Goes on with a file after its last good block. The tail of a complete file (names, sidecar, index, footer) is
    /// cut and written anew by <see cref="Complete"/>; what was torn is cut, and counted as a loss of unknown size
    /// before the first record that follows. Earlier bytes are never rewritten.
    /// </summary>
    /// <remarks>
    /// Go on with the writer's <see cref="Tables"/>, <see cref="Info"/> and <see cref="Report"/>.
    /// </remarks>
    /// <exception cref="BadInputException">The file header is not one that this version reads.</exception>
    /// <exception cref="IOException">The file cannot be opened for writing.</exception>
    public static NativeWriter Append(string path, NativeWriterOptions? options = null)
    {
        var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
            BufferSize = 0,
        });
        try
        {
            using NativeRecording before = NativeRecording.Open(path);

            // A complete file has told all of itself by now; a torn one tells it while it is read.
            if (!before.IsComplete)
            {
                while (before.TryReadBatch(out _))
                {
                }
            }
            var writer = new NativeWriter(stream, options ?? new NativeWriterOptions(), before.Info, before.Tables);
            writer.TakeOver(before);
            return writer;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private void TakeOver(NativeRecording before)
    {
        foreach (LossEntry loss in before.Report.Entries)
        {
            // No longer true once the file is completed; the gap is told by the next block of records.
            if (loss.What is NativeTexts.NoFooter or NativeTexts.NoSidecar) continue;
            SidecarCodec.Restore(Report, loss.Severity, loss.What, loss.FirstOffset,
                loss.Expected, loss.Found, loss.Count);
        }
        _headerCrc = before.HeaderCrc;
        var written = new EventTables();
        bool sawTail = before.IsComplete;
        _position = NativeSpec.FileHeaderBytes;
        BlockReader walk = before.WalkAgain(_buffer);
        while (walk.TryReadHeader(out BlockHeader header))
        {
            if ((header.Flags & BlockFlags.Tail) != 0)
            {
                sawTail = true;
                continue;
            }

            // The last good block is the last one whose payload holds too; in a complete file all of them did.
            bool isNames = header.Type == BlockType.Names;
            if ((!before.IsComplete || isNames) && !walk.TryReadPayload(header, out _)) continue;
            if (isNames) ReadNames(walk, header, written);
            if (header.Type == BlockType.Records)
            {
                _index.Add(IndexEntry.Of(header, walk.BlockOffset));
                _records += header.RecordCount;
                _events = header.EndEvent;
            }
            _blocks++;
            _sequence = header.Sequence + 1;
            _lossTotal = header.LossTotal;
            _position = walk.BlockOffset + header.TotalBytes;
        }
        _namesWritten = written.Names.Count;
        _devicesWritten = written.Devices.Count;
        if (!sawTail)
        {
            _lossBefore = 1;
            _lossTotal = BlockSummary.Sum(_lossTotal, _lossBefore);
        }
        _stream.SetLength(_position);
        _stream.Position = _position;
    }

    private static void ReadNames(BlockReader walk, in BlockHeader header, EventTables tables)
    {
        try
        {
            var reader = new MessagePackReader(walk.PayloadMemory(header));
            bool wasMissing = false;
            NamesCodec.Read(ref reader, tables, new TextBudget(NativeSpec.TextBytesTotalMax), ref wasMissing);
        }
        catch (MessagePackSerializationException)
        {
            // The recording that was opened before has reported it; names from there on are written again.
        }
    }
}
