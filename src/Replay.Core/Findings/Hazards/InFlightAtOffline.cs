using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-12, I-17, I-22: what a CPU's local APIC had accepted and not served when the CPU went down, or when the vector was
/// given back. The dying CPU must send it again to the new target (Linux fixup_irqs); what comes after that is dropped.
/// </summary>
internal sealed class InFlightAtOffline(HazardContext context)
{
    // One request a vector and CPU; a recording of more CPUs than this has no local APIC events.
    private const int WaitingMax = 1 << 16;

    private readonly Dictionary<int, Request> _waiting = [];
    private readonly HashSet<int> _closed = [];

    public void Accepted(in IrqEvent e)
    {
        MachineState machine = context.Machine;
        ushort cpu = new LapicStep(in e).Cpu;
        if (cpu >= machine.Slots.CpuCount) return;
        int owner = machine.Slots[cpu, e.Vector];
        if (_closed.Contains(cpu))
        {
            machine.Lost++;
            context.Report(FindingCode.LostAtOffline, machine.Cpus[cpu].OfflineEvent, string.Create(
                CultureInfo.InvariantCulture,
                $"An interrupt reached CPU {cpu} vector {e.Vector} after that CPU had moved its interrupts and gone "
                + $"offline: it is dropped."),
                new About { Cpu = cpu, Vector = e.Vector });
            return;
        }
        if (owner < 0 || (_waiting.Count >= WaitingMax && !_waiting.ContainsKey(Key(cpu, e.Vector)))) return;
        _waiting[Key(cpu, e.Vector)] = new Request(owner, context.Index);
    }

    public void Served(in IrqEvent e) => _waiting.Remove(Key(new LapicStep(in e).Cpu, e.Vector));

    /// <summary>The interrupt is sent again: what waited for it anywhere will arrive.</summary>
    public void Retriggered(uint irq)
    {
        foreach ((int key, Request request) in _waiting)
        {
            if (request.Irq == irq) _waiting.Remove(key);
        }
    }

    /// <summary>
    /// The CPU's map goes offline: everything that it had accepted must have been served or sent again.
    /// </summary>
    public void WentOffline(int cpu)
    {
        if (!_closed.Add(cpu) || _waiting.Count == 0) return;
        for (int vector = 0; vector < 256; vector++)
        {
            if (!_waiting.Remove(Key(cpu, vector), out Request request)) continue;
            context.Machine.Lost++;
            context.Report(FindingCode.NotRetriggered, request.AcceptEvent, string.Create(CultureInfo.InvariantCulture,
                $"irq {request.Irq} was pending on CPU {cpu} vector {vector} when that CPU went offline and was "
                + $"not sent again."), new About { Irq = request.Irq, Cpu = cpu, Vector = vector });
        }
    }

    public void CameOnline(int cpu) => _closed.Remove(cpu);

    /// <summary>The old vector of a move is given back.</summary>
    public void Freed(uint irq, int cpu, byte vector)
    {
        if (!_waiting.Remove(Key(cpu, vector), out Request request) || request.Irq != irq) return;
        if (context.Machine.IsOffline(cpu)) return;
        context.Report(FindingCode.FreedWhilePending, request.AcceptEvent, string.Create(CultureInfo.InvariantCulture,
            $"Vector {vector} of irq {irq} on CPU {cpu} is given back while an interrupt is pending there."),
            new About { Irq = (int)irq, Cpu = cpu, Vector = vector });
    }

    private static int Key(int cpu, int vector) => (cpu << 8) | vector;

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget()
    {
        _waiting.Clear();
        _closed.Clear();
    }

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Lookup(_waiting, WaitingMax, archive.Value,
            request => new Request(archive.Value(request.Irq), archive.Value(request.AcceptEvent)));
        archive.Set(_closed, WaitingMax);
    }

    private readonly record struct Request(int Irq, long AcceptEvent);
}
