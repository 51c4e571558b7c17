using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Findings;

namespace Replay.Core.Systems.Vfio;

/// <summary>
/// POWER's answer to a bad write (EEH): all functions of the partitionable endpoint read as ones and their writes are
/// dropped until an EEH reset. More than five freezes in an hour remove it for good (Linux powerpc
/// eeh.c, eeh_max_freezes).
/// </summary>
internal sealed class Isolation
{
    private const int FreezesMax = 5;
    private const ulong WindowNs = 3600UL * 1_000_000_000;

    private readonly VfioModel _model;
    private readonly Dictionary<BusPort, Queue<ulong>> _freezes = [];

    public Isolation(VfioModel model) => _model = model;

    /// <summary>A write of the function was rejected; <paramref name="blame"/> is what took its message.</summary>
    public void Freeze(AssignedFunction source, long blame)
    {
        BusPort port = source.Port;
        if (!_freezes.TryGetValue(port, out Queue<ulong>? times)) _freezes.Add(port, times = new Queue<ulong>());
        ulong now = _model.Context.TimeNs;
        while (times.Count > 0 && now - times.Peek() > WindowNs) times.Dequeue();
        times.Enqueue(now);
        int count = times.Count;
        bool forGood = count > FreezesMax;
        foreach (AssignedFunction function in port.Functions)
        {
            function.Isolated = true;
            if (forGood) function.ErrorState = ChannelState.PermanentFailure;
        }
        if (times.Count > FreezesMax + 1) times.Dequeue();
        _model.Log.Line(port.Name, forGood ? "EEH removes for good" : "EEH freezes", string.Create(
            CultureInfo.InvariantCulture, $"freeze {count} within an hour · reads all ones, writes and DMA dropped"));
        _model.Context.Raise(FindingCode.PlatformFreeze, blame, source.Name,
            null, string.Create(CultureInfo.InvariantCulture,
                $"EEH_FREEZE: freeze {count} within an hour isolates every function below {port.Name}")
                + (forGood ? ", and removes them for good." : ": reads are all ones, "
                    + "writes and interrupts are dropped until an EEH reset."));
    }

    /// <summary>An EEH reset ends the isolation, unless the device was removed for good.</summary>
    public static void Release(BusPort port)
    {
        foreach (AssignedFunction function in port.Functions)
        {
            if (function.ErrorState != ChannelState.PermanentFailure) function.Isolated = false;
        }
    }

    /// <summary>Saves or restores the times of freezes.</summary>
    public void Transfer(StateArchive archive) => archive.Map(_freezes, VfioModel.FunctionsMax,
        port => _model.RequirePort(archive.Value(port?.Name ?? "")), times =>
        {
            var list = new List<ulong>(times ?? []);
            archive.List(list, FreezesMax + 2, archive.Value);
            return new Queue<ulong>(list);
        });
}
