using Replay.Core.Checkpoints;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>Saving and restoring.</content>
public sealed partial class OfflineWhatIf
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("what if", 1);
        if (archive.Value(GivesBack) != GivesBack) throw new CheckpointException("made under the other alternative of cpu.forceCompleteFirst");
        archive.List(_kept, KeptMax, place => new KeptPlace(
            archive.Value(place.Irq), archive.Value(place.Cpu), archive.Value(place.Vector), archive.Value(place.Managed),
            archive.Value(place.Event), archive.Value(place.TimeNs), archive.Value(place.Delivered)));
        archive.Rows(ref _books, CpuTable.CpuMax, (ref CpuBooks books) => books = new CpuBooks
        {
            Freed = archive.Value(books.Freed),
            FreedManaged = archive.Value(books.FreedManaged),
            Allocated = archive.Value(books.Allocated),
            Available = archive.Value(books.Available),
        });
        FirstEvent = archive.Value(FirstEvent);
        FirstTimeNs = archive.Value(FirstTimeNs);
        FirstIrq = archive.Value(FirstIrq);
        FirstCpu = archive.Value(FirstCpu);
        FirstVector = archive.Value(FirstVector);
        Decisions = archive.Value(Decisions);
        Undecided = archive.Value(Undecided);
        Ignored = archive.Value(Ignored);
        Spared = archive.Value(Spared);
        Refused = archive.Value(Refused);
        _total = archive.Value(_total);
    }
}
