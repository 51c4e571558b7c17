using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Spec;

namespace Replay.Bench;

/// <summary>
/// A made machine that keeps its own books and records what it does: 8 CPUs, 8 devices of 8 MSI-X entries behind a VT-d
/// unit. The same seed gives the same events, and each record's counters are true, so a replay has no finding.
/// </summary>
/// <remarks>
/// A pass ends in the state in which it began, so that it can be replayed any number of times. Interrupts that moved
/// away come back last out, first in, and no more than one of a CPU is away at a time: first fit then gives
/// each its old vector again.
/// </remarks>
internal sealed class MixedMachine
{
    public const int CpuCount = 8;
    public const int IrqCount = 64;

    private const uint FirstIrq = 24;
    private const int DeviceCount = 8;
    private const byte Syscall = 0x80;

    // Events that are enough to bring all interrupts home and to let all handlers return.
    private const int ClosingEvents = 200;

    // One step of 256 moves an interrupt: with 13 events a move, about 5 % of the events are not deliveries.
    private const int MoveOdds = 256;

    private readonly bool[,] _used = new bool[CpuCount, 256];
    private readonly uint[] _allocated = new uint[CpuCount];
    private readonly Place[] _places = new Place[IrqCount];
    private readonly List<int>[] _irqsOf = new List<int>[CpuCount];
    private readonly bool[] _isAway = new bool[CpuCount];
    private readonly Stack<(int Irq, int Home)> _away = new();
    private readonly Running?[] _running = new Running?[CpuCount];
    private readonly ushort[] _names = new ushort[IrqCount];
    private readonly ushort[] _devices = new ushort[DeviceCount];
    private readonly ushort _unit;
    private readonly ushort _chip;
    private List<IrqEvent> _records = [];
    private ulong _random;
    private ulong _timeNs = 1_000_000_000;
    private uint _onlineMaps;
    private uint _reserved;
    private int _events;

    public MixedMachine(EventTables tables, ulong seed)
    {
        _random = seed;
        for (int irq = 0; irq < IrqCount; irq++) _names[irq] = (ushort)tables.Names.Intern($"nic{irq / 8}-q{irq % 8}");
        for (int i = 0; i < DeviceCount; i++) _devices[i] = (ushort)tables.Devices.Intern($"0000:0{i + 1}:00.0");
        for (int cpu = 0; cpu < CpuCount; cpu++) _irqsOf[cpu] = [];
        _unit = (ushort)tables.Names.Intern("dmar0");
        _chip = (ushort)tables.Names.Intern("IR-PCI-MSIX");
    }

    private static uint Window => VectorRanges.LocalTimer - VectorRanges.FirstExternal - 1u;

    /// <summary>Boot: system vectors, CPUs online, every interrupt set up, activated and started.</summary>
    public IrqEvent[] SetUp()
    {
        _records = [];
        AssignSystem(Syscall);
        for (int vector = VectorRanges.LocalTimer; vector < 256; vector++) AssignSystem((byte)vector);
        for (ushort cpu = 0; cpu < CpuCount; cpu++)
        {
            _onlineMaps++;
            Add(EventKind.MatrixOnline, cpu, IrqEvent.NoIrq, 0, GlobalA, GlobalB);
        }
        for (int device = 0; device < DeviceCount; device++)
        {
            Add(EventKind.MsixEnable, 0, IrqEvent.NoIrq, 0, _devices[device], 1 | 8UL << 32);
            Add(EventKind.MsixEnableReturn, 0, IrqEvent.NoIrq, 0, 8, 0);
            for (int entry = 0; entry < CpuCount; entry++) Start((device * CpuCount) + entry, device, entry);
        }
        return [.. _records];
    }

    /// <summary>A pass of exactly this many events (extension records not counted), at least 1000.</summary>
    public IrqEvent[] Pass(int events)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(events, 1000);
        Begin(events);
        while (_events < events - ClosingEvents)
        {
            if (Next(MoveOdds) == 0) MoveOne();
            else Step(isHandler: Next(16) < 10);
        }
        while (_away.Count > 0) ComeHome();
        Close(events);
        return [.. _records];
    }

    /// <summary>Nothing but handlers that start and return.</summary>
    public IrqEvent[] Handlers(int events)
    {
        Begin(events);
        while (_events < events - CpuCount) Step(isHandler: true);
        Close(events);
        return [.. _records];
    }

    /// <summary>Nothing but system vectors.</summary>
    public IrqEvent[] SystemVectors(int events)
    {
        Begin(events);
        while (_events < events - CpuCount) Step(isHandler: false);
        Close(events);
        return [.. _records];
    }

    /// <summary>Nothing but interrupts that move, with all that belongs to a move.</summary>
    public IrqEvent[] Moves(int events)
    {
        Begin(events);
        while (_events < events - ClosingEvents) MoveOne();
        while (_away.Count > 0) ComeHome();
        Close(events);
        return [.. _records];
    }

    private void Begin(int events)
    {
        _records = new List<IrqEvent>(events + (events / 16));
        _events = 0;
    }

    /// <summary>All handlers return; the rest is filled up with timer interrupts.</summary>
    private void Close(int events)
    {
        for (int cpu = 0; cpu < CpuCount; cpu++) Return(cpu);
        if ((events - _events) % 2 != 0) AddMask(EventKind.IrqSetAffinity, 0, 0, _places[0].Cpu);
        while (_events < events)
        {
            EnterSystem(0, VectorRanges.LocalTimer, 1);
            Return(0);
        }
    }

    private void Start(int irq, int device, int entry)
    {
        ushort cpu = (ushort)entry;
        Add(EventKind.VectorSetup, 0, irq, 0, 0, 0);
        _reserved++;
        Add(EventKind.MatrixReserve, 0, IrqEvent.NoIrq, 0, GlobalA, GlobalB);
        Add(EventKind.VectorReserve, 0, irq, 0, 0, 0);
        Add(EventKind.SetupIrq, 0, irq, 0, _names[irq], 0);
        Add(EventKind.VectorActivate, 0, irq, 0, 2, 0);
        _reserved--;
        byte vector = Allocate(0, cpu);
        Add(EventKind.VectorAlloc, 0, irq, vector, 1, 0);
        Direct(0, irq, cpu, vector);
        ulong address = 0xFEE0_0018 | (ulong)irq << 5;
        Add(EventKind.MsiWrite, 0, irq, 0, address, (ulong)_devices[device] << 48 | (ulong)entry << 32);
        Add(EventKind.IrqStartup, 0, irq, 0, 0, 0);
        Add(EventKind.MsiUnmask, 0, irq, 0, (ulong)entry, _chip);
        _irqsOf[cpu].Add(irq);
    }

    /// <summary>A random CPU returns from what it runs, or starts something.</summary>
    private void Step(bool isHandler)
    {
        int cpu = Next(CpuCount);
        if (_running[cpu] is not null)
        {
            Return(cpu);
        }
        else if (isHandler && _irqsOf[cpu].Count > 0)
        {
            EnterHandler(cpu, _irqsOf[cpu][Next(_irqsOf[cpu].Count)]);
        }
        else
        {
            (byte vector, byte systemClass) = Next(8) switch
            {
                < 5 => (VectorRanges.LocalTimer, (byte)1),
                5 => ((byte)0xFD, (byte)6),
                6 => ((byte)0xFB, (byte)8),
                _ => ((byte)0xF6, (byte)5),
            };
            EnterSystem(cpu, vector, systemClass);
        }
    }

    private void EnterHandler(int cpu, int irq)
    {
        Add(EventKind.HandlerEntry, (ushort)cpu, irq, 0, _names[irq], 0);
        _running[cpu] = new Running(irq, 0, 0);
    }

    private void EnterSystem(int cpu, byte vector, byte systemClass)
    {
        Add(EventKind.SystemEntry, (ushort)cpu, IrqEvent.NoIrq, vector, systemClass, 0);
        _running[cpu] = new Running(-1, vector, systemClass);
    }

    private void Return(int cpu)
    {
        if (_running[cpu] is not { } running) return;
        _running[cpu] = null;
        if (running.Irq >= 0) Add(EventKind.HandlerExit, (ushort)cpu, running.Irq, 0, 1, 0);
        else Add(EventKind.SystemExit, (ushort)cpu, IrqEvent.NoIrq, running.Vector, running.Class, 0);
    }

    private void MoveOne()
    {
        int from = Next(CpuCount);
        if (_isAway[from] || (_away.Count > 0 && Next(2) == 0))
        {
            ComeHome();
            return;
        }
        List<int> irqs = _irqsOf[from];
        int irq = irqs[Next(irqs.Count)];
        if (irq % CpuCount != from) return;
        _isAway[from] = true;
        _away.Push((irq, from));
        Move(irq, (from + 1 + Next(CpuCount - 1)) % CpuCount);
    }

    private void ComeHome()
    {
        if (!_away.TryPop(out (int Irq, int Home) visit)) return;
        Move(visit.Irq, visit.Home);
        _isAway[visit.Home] = false;
    }

    /// <summary>
    /// An affinity is asked for and taken: new vector, entry rewritten and invalidated, first arrival at the new place,
    /// old vector given back there (Linux intel_ir_set_affinity, then apic_ack_edge and the clean-up).
    /// </summary>
    private void Move(int irq, int to)
    {
        Place old = _places[irq];
        ushort by = (ushort)Next(CpuCount);
        Return(old.Cpu);
        AddMask(EventKind.IrqDoSetAffinity, by, irq, to);
        AddMask(EventKind.IrSetAffinity, by, irq, to);
        byte vector = Allocate(by, (ushort)to);
        Add(EventKind.VectorAlloc, by, irq, vector, 0, 0);
        Direct(by, irq, (ushort)to, vector);
        _irqsOf[old.Cpu].Remove(irq);
        _irqsOf[to].Add(irq);
        Return(to);
        EnterHandler(to, irq);
        Add(EventKind.VectorFreeMoved, old.Cpu, irq, old.Vector, old.Cpu, 0);
        _used[old.Cpu, old.Vector] = false;
        _allocated[old.Cpu]--;
        AddMatrix(EventKind.MatrixFree, old.Cpu, old.Cpu, old.Vector);
    }

    private void Direct(ushort by, int irq, ushort cpu, byte vector)
    {
        Place old = _places[irq];
        Add(EventKind.VectorUpdate, by, irq, vector, cpu | (ulong)old.Cpu << 16 | (ulong)old.Vector << 32, 0);
        Add(EventKind.VectorConfig, by, irq, vector, cpu | (ulong)cpu << 32, 0);
        _places[irq] = new Place(cpu, vector);
        ulong lo = IrteBits.Present | (ulong)vector << 16 | (ulong)cpu << 32;
        ulong hi = 1UL << 18 | (ulong)((irq / CpuCount) + 1) << 8;
        Append(EventKind.IrteWrite, by, (uint)irq, 0, lo, hi);
        Append(EventKind.QiSubmit, by, _unit, 0, QiDescriptor.InterruptEntryCache | 1 << 4 | (ulong)irq << 32, 0);
        Extend(0, 0);
    }

    private byte Allocate(ushort by, ushort cpu)
    {
        int vector = VectorRanges.FirstExternal;
        while (_used[cpu, vector] || vector == Syscall) vector++;
        _used[cpu, vector] = true;
        _allocated[cpu]++;
        AddMatrix(EventKind.MatrixAlloc, by, cpu, (byte)vector);
        return (byte)vector;
    }

    private void AssignSystem(byte vector) => Add(EventKind.MatrixAssignSystem, 0, IrqEvent.NoIrq, vector, 0, 0);

    private void AddMatrix(EventKind kind, ushort by, ushort cpu, byte vector)
    {
        Append(kind, by, IrqEvent.NoIrq, vector,
            cpu | 1UL << 16 | (ulong)(Window - _allocated[cpu]) << 32, _allocated[cpu]);
        Extend(GlobalA, GlobalB);
    }

    private void AddMask(EventKind kind, ushort by, int irq, int cpu) => Add(kind, by, irq, 0, 1UL << cpu, 0);

    private uint Total
    {
        get
        {
            uint total = 0;
            foreach (uint allocated in _allocated) total += allocated;
            return total;
        }
    }

    private ulong GlobalA => _onlineMaps | (ulong)((_onlineMaps * Window) - Total) << 32;

    private ulong GlobalB => _reserved | (ulong)Total << 32;

    private void Add(EventKind kind, ushort cpu, int irq, byte vector, ulong a, ulong b) =>
        Append(kind, cpu, FirstIrq + (uint)irq, vector, a, b);

    private void Add(EventKind kind, ushort cpu, uint irq, byte vector, ulong a, ulong b) =>
        Append(kind, cpu, irq, vector, a, b);

    private void Append(EventKind kind, ushort cpu, uint irq, byte vector, ulong a, ulong b)
    {
        _timeNs += 1 + (ulong)Next(400);
        _events++;
        _records.Add(
            new IrqEvent { TimeNs = _timeNs, Cpu = cpu, Kind = kind, Irq = irq, Vector = vector, A = a, B = b });
    }

    private void Extend(ulong a, ulong b)
    {
        IrqEvent last = _records[^1];
        _records.Add(new IrqEvent
        {
            TimeNs = last.TimeNs,
            Cpu = last.Cpu,
            Kind = EventKind.Extension,
            Irq = IrqEvent.NoIrq,
            A = a,
            B = b,
        });
    }

    // xorshift64*: the workload must not change when a library's generator does.
    private int Next(int below)
    {
        _random ^= _random >> 12;
        _random ^= _random << 25;
        _random ^= _random >> 27;
        return (int)((_random * 0x2545F4914F6CDD1D >> 33) % (ulong)below);
    }

    private readonly record struct Place(ushort Cpu, byte Vector);

    private readonly record struct Running(int Irq, byte Vector, byte Class);
}
