using System;
using Replay.Core.Checkpoints;

namespace Replay.Formats.TraceDat;

/// <content>The record at hand, saved and gone to again.</content>
internal sealed partial class CpuStream
{
    /// <summary>Saves or restores the place among the pages and the record that was not consumed yet.</summary>
    /// <param name="archive">Where they go or come from.</param>
    /// <param name="hasStarted">False before the first batch, when there is no record at hand.</param>
    /// <exception cref="CheckpointException">There is no such place.</exception>
    public void Transfer(StateArchive archive, bool hasStarted)
    {
        _source.Transfer(archive);
        _pageEnd = archive.Value(_pageEnd);
        Next = archive.Value(Next);
        End = archive.Value(End);
        Clock = archive.Value(Clock);
        RecordStart = archive.Value(RecordStart);
        RecordLength = archive.Value(RecordLength);
        HasLoss = archive.Value(HasLoss);
        LossCount = archive.Value(LossCount);
        IsSeen = archive.Value(IsSeen);
        HasEnded = archive.Value(HasEnded);
        PageCount = archive.Value(PageCount);
        if (!archive.IsLoading) return;
        bool fits = Next >= 0 && Next <= End && End <= _pageEnd && _pageEnd <= _source.Length;
        if (hasStarted && !HasEnded)
        {
            fits &= RecordLength == -1 ? HasLoss
                : RecordStart >= 0 && RecordLength >= _context.TypeOffset + 2
                    && RecordStart + (long)RecordLength == Next;
        }
        if (!fits)
        {
            throw new CheckpointException($"CPU {Cpu} has no record of {RecordLength} bytes at {RecordStart} of the "
                + $"{_source.Length} bytes at offset {FileOffset(0)}");
        }
        Data = _source.Buffer;
        TimeNs = Convert(Clock);
    }

    /// <inheritdoc cref="PageSource.IsUnchangedBefore"/>
    public bool IsUnchangedBefore(Span<byte> buffer) => _source.IsUnchangedBefore(buffer);
}
