using System.Collections.Generic;
using Replay.Core.Events;

namespace Replay.Formats.Lanes;

/// <summary>
/// What a recording came to know while a batch was read: new names, facts, damage. It travels with the batch, so that
/// whoever takes the batch knows exactly what a straight reader would know then, however far the reading is ahead.
/// </summary>
/// <remarks>Nothing is allocated while nothing is new; a recording's names and kinds of damage are bounded.</remarks>
internal sealed class LaneFacts
{
    private readonly List<string> _names = [];
    private readonly List<string> _devices = [];
    private readonly List<LossRow> _losses = [];
    private readonly RecordingInfo _info = new();
    private bool _hasSources;

    /// <summary>
    /// Notes what is new in <paramref name="recording"/> since <paramref name="sent"/>. Reader's lane.
    /// </summary>
    public void Capture(Recording recording, Sent sent, bool isLast)
    {
        CaptureNames(recording.Tables.Names, _names, ref sent.Names);
        CaptureNames(recording.Tables.Devices, _devices, ref sent.Devices);
        recording.Info.CopyTo(_info);
        _hasSources = isLast || recording.Info.Sources.Count != sent.Sources;
        if (_hasSources)
        {
            sent.Sources = recording.Info.Sources.Count;
            _info.Sources.Clear();
            _info.Sources.AddRange(recording.Info.Sources);
        }
        _losses.Clear();
        long occurrences = 0;
        IReadOnlyList<LossEntry> entries = recording.Report.Entries;
        for (int i = 0; i < entries.Count; i++) occurrences += entries[i].Count;
        if (occurrences == sent.Occurrences) return;
        sent.Occurrences = occurrences;
        for (int i = 0; i < entries.Count; i++) _losses.Add(new LossRow(entries[i], entries[i].Count));
    }

    /// <summary>Makes the facts those of <paramref name="recording"/>. The taker's lane.</summary>
    public void Apply(Recording recording)
    {
        foreach (string name in _names) recording.Tables.Names.Intern(name);
        foreach (string device in _devices) recording.Tables.Devices.Intern(device);
        _info.CopyTo(recording.Info);
        if (_hasSources)
        {
            recording.Info.Sources.Clear();
            recording.Info.Sources.AddRange(_info.Sources);
        }
        foreach (LossRow row in _losses) recording.Report.Restate(row.Entry, row.Count);
    }

    private static void CaptureNames(NameTable table, List<string> news, ref int sent)
    {
        news.Clear();
        for (; sent < table.Count; sent++) news.Add(table[sent]);
    }

    /// <summary>How much of a recording was noted so far. Reader's lane.</summary>
    internal sealed class Sent
    {
        /// <summary>Names noted; the empty one is in every table.</summary>
        public int Names = 1;

        public int Devices = 1;

        public int Sources;

        /// <summary>Sum of the counts of all damage.</summary>
        public long Occurrences;
    }

    // The count at that time: the entry itself goes on counting. Its texts never change.
    private readonly record struct LossRow(LossEntry Entry, long Count);
}
