using System;
using System.Numerics;

namespace Replay.Core.State;

/// <summary>Whether a CPU is online.</summary>
public enum Online : byte
{
    Unknown = 0,
    No = 1,
    Yes = 2,
}

/// <summary>One CPU: hotplug state, and the context that pairs records of one operation.</summary>
public struct CpuState // mutable struct: never readonly
{
    public Online Online;

    /// <summary>True from the moment the CPU left the online mask until it is back: it emits no tracepoint.</summary>
    public bool Dark;

    /// <summary>The CPU has recorded something: its data have begun.</summary>
    public bool Begun;

    /// <summary>Before it had, records of others showed that the CPU works, or goes offline.</summary>
    public bool WorkedUnseen;

    /// <summary>
    /// Its last event that is no arrival, or another as frequent as those; -1 when none. What is missing before a loss
    /// is after this one.
    /// </summary>
    public long LastEvent;

    /// <summary>True while a takedown of this CPU is under way (cpuhp step takedown_cpu entered, not left).</summary>
    public bool GoingDown;

    /// <summary>Event that started the last takedown; -1 when none.</summary>
    public long TakedownEvent;

    /// <summary>CPU that recorded it.</summary>
    public ushort TakedownBy;

    /// <summary>Hotplug step number of the takedown under way.</summary>
    public int TakedownStep;

    /// <summary>
    /// Interrupt whose vector a probe on this CPU has just changed; the tracepoint of the same change follows.
    /// </summary>
    public uint ProbedIrq;

    /// <summary>Old vector that a probe on this CPU has just freed; its tracepoint follows.</summary>
    public uint ProbedFreeIrq;

    /// <summary>Vector and CPU before the probed change, for the tracepoint's prev_* operands.</summary>
    public byte ProbedOldVector;

    public ushort ProbedOldCpu;

    public bool ProbedOldKnown;

    /// <summary>
    /// Interrupt that a remapping or affinity function on this CPU is working on; IRTE writes belong to it.
    /// </summary>
    public uint WorkIrq;

    /// <summary>Interrupt of an IO-APIC pin whose affinity is being set on this CPU.</summary>
    public uint IoApicIrq;

    /// <summary>
    /// CPUs 0 to 63 on which a managed vector was just set aside, for the interrupt that the next record names.
    /// </summary>
    public ulong AsideMask;

    /// <summary>Device index that MSI-X is being enabled for.</summary>
    public ushort EnablingDevice;

    /// <summary>Event that last took the CPU offline or brought it online; -1 when none.</summary>
    public long OnlineEvent;

    /// <summary>Event that last took the CPU offline; -1 when none.</summary>
    public long OfflineEvent;
}

/// <summary>All CPUs by number. Grows by doubling up to <see cref="CpuMax"/>.</summary>
public sealed partial class CpuTable
{
    /// <summary>CPU numbers below this are modelled (Linux NR_CPUS is at most 8192 on x86).</summary>
    public const int CpuMax = 8192;

    private CpuState[] _cpus = new CpuState[8];
    private CpuArrival[] _arrivals = new CpuArrival[8];

    public CpuTable() => Initialize(0);

    /// <summary>CPUs seen: 0 to this, exclusive.</summary>
    public int Used { get; private set; }

    /// <summary>The CPU; it must have been ensured.</summary>
    public ref CpuState this[int cpu] => ref _cpus[cpu];

    /// <summary>The table's storage, for the replay loop; replaced when the table grows.</summary>
    internal CpuState[] Cpus => _cpus;

    /// <summary>What arrives at each CPU, by the same numbers; replaced when the table grows.</summary>
    internal CpuArrival[] Arrivals => _arrivals;

    /// <summary>Makes room for a CPU; false when its number is beyond the model.</summary>
    public bool TryEnsure(int cpu)
    {
        if ((uint)cpu >= CpuMax) return false;
        if (cpu >= Used) Used = cpu + 1;
        if (cpu < _cpus.Length) return true;
        int from = _cpus.Length;
        Array.Resize(ref _cpus, (int)BitOperations.RoundUpToPowerOf2((uint)cpu + 1));
        Array.Resize(ref _arrivals, _cpus.Length);
        Initialize(from);
        return true;
    }

    /// <summary>CPUs known to be online.</summary>
    public int OnlineCount
    {
        get
        {
            int count = 0;
            for (int cpu = 0; cpu < Used; cpu++)
            {
                if (_cpus[cpu].Online == Online.Yes) count++;
            }
            return count;
        }
    }

    private void Initialize(int from)
    {
        for (int cpu = from; cpu < _cpus.Length; cpu++)
        {
            _cpus[cpu] = new CpuState
            {
                ProbedIrq = Events.IrqEvent.NoIrq,
                ProbedFreeIrq = Events.IrqEvent.NoIrq,
                WorkIrq = Events.IrqEvent.NoIrq,
                IoApicIrq = Events.IrqEvent.NoIrq,
                OnlineEvent = -1,
                OfflineEvent = -1,
                TakedownEvent = -1,
                LastEvent = -1,
            };
            _arrivals[cpu] = CpuArrival.Unseen;
        }
    }
}
