using System;
using System.Globalization;
using System.Text;

namespace Replay.Cli.Tests.WhatIf;

/// <summary>
/// A recording written by hand as a kernel records it: allocator records with their counters, and the probes.
/// The counters are kept here, so that a test says only what happens.
/// </summary>
internal sealed class TraceText
{
    private readonly StringBuilder _text = new();
    private readonly int[] _available;
    private readonly int[] _allocated;
    private readonly int[] _managed;
    private readonly bool[] _online;
    private long _timeUs = 1_000_000;
    private int _reserved;
    private int _total;

    public TraceText(int cpus, int available = 201)
    {
        _available = new int[cpus];
        _allocated = new int[cpus];
        _managed = new int[cpus];
        _online = new bool[cpus];
        _text.Append(CultureInfo.InvariantCulture, $"irqs 1\n@clock mono\n@cpus {cpus}\n");
        Line(0, "cpuhp_exit cpu=0 state=236 step=235 ret=0");
        foreach (int bit in (int[])[0x20, 0x80, 0x32]) Line(0, $"matrix_assign_system vector={bit} {Global}");
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            _available[cpu] = 201;
            _online[cpu] = true;
            Line(cpu, $"matrix_online {Global}");
            for (int taken = 201; taken > available; taken--) Take(cpu, 0x21 + 201 - taken + (taken <= 184 ? 1 : 0));
        }
    }

    /// <summary>The trace as far as it is written.</summary>
    public override string ToString() => _text.ToString();

    public TraceText Wait(long microseconds)
    {
        _timeUs += microseconds;
        return this;
    }

    public TraceText Line(int cpu, FormattableString what) => Line(cpu, FormattableString.Invariant(what));

    /// <summary>A message is allocated in reservation mode.</summary>
    public TraceText Allocate(int irq)
    {
        _reserved++;
        Line(0, $"matrix_reserve {Global}");
        Line(0, $"vector_reserve irq={irq} ret=0");
        Line(0, $"vector_config irq={irq} vector=239 cpu=0 apicdest=0x1");
        Line(0, $"vector_setup irq={irq} is_legacy=0 ret=0");
        Line(0, $"vector_activate irq={irq} is_managed=0 can_reserve=1 reserve=1");
        return Line(0, $"msi_write irq={irq} device=0000:00:03.0 entry={irq - 40} address=0xfee01000 data=0xef");
    }

    /// <summary>A managed message is allocated: a vector is set aside on one CPU.</summary>
    public TraceText AllocateManaged(int irq, int cpu, int vector)
    {
        _available[cpu]--;
        _managed[cpu]++;
        Line(0, $"matrix_reserve_managed vector={vector} {Books(cpu)} {Global}");
        Line(0, $"vector_reserve_managed irq={irq} ret=0");
        return Line(0, $"vector_setup irq={irq} is_legacy=0 ret=0");
    }

    /// <summary>It is requested and gets its vector.</summary>
    public TraceText Request(int irq, int cpu, int vector)
    {
        _reserved--;
        Line(0, $"vector_activate irq={irq} is_managed=0 can_reserve=1 reserve=0");
        Take(cpu, vector);
        Line(0, $"vector_alloc irq={irq} vector={vector} reserved=1 ret=0");
        Line(0, $"vector_update irq={irq} vector={vector} cpu={cpu} prev_vector=0 prev_cpu=0");
        Line(0, $"vector_config irq={irq} vector={vector} cpu={cpu} apicdest=0x{1 << cpu:x}");
        return Line(0, $"irq_startup irq={irq}");
    }

    /// <summary>
    /// The kernel moves it: at a request, at an arrival, or on a CPU that goes down (then only probes tell).
    /// </summary>
    public TraceText Move(int on, int irq, int fromCpu, int fromVector, int cpu, int vector,
        ulong mask, bool dark = false)
    {
        Line(on, $"irq_do_set_affinity irq={irq} mask=0x{mask:x} force=0");
        Line(on, $"apic_set_affinity irq={irq} mask=0x{mask:x} force=0");
        if (!dark)
        {
            Take(cpu, vector);
            Line(on, $"vector_alloc irq={irq} vector={vector} reserved=0 ret=0");
        }
        Line(on, $"apic_update_vector irq={irq} vector={vector} cpu={cpu}");
        if (!dark)
        {
            Line(on, $"vector_update irq={irq} vector={vector} cpu={cpu} prev_vector={fromVector} prev_cpu={fromCpu}");
            Line(on, $"vector_config irq={irq} vector={vector} cpu={cpu} apicdest=0x{1 << cpu:x}");
        }
        else
        {
            _available[cpu]--;
            _allocated[cpu]++;
            _available[fromCpu]++;
            _allocated[fromCpu]--;
        }
        return Line(on, $"apic_set_affinity_return ret=0");
    }

    /// <summary>The old place of a move is given back.</summary>
    public TraceText CleanUp(int irq, int cpu, int vector, int newCpu, int newVector)
    {
        Line(newCpu,
            $"send_cleanup_vector irq={irq} vector={newVector} cpu={newCpu} prev_vector={vector} prev_cpu={cpu}");
        Line(cpu, $"free_moved_vector irq={irq} vector={newVector} cpu={newCpu} prev_vector={vector} prev_cpu={cpu}");
        Line(cpu, $"vector_free_moved irq={irq} cpu={cpu} vector={vector} is_managed=0");
        _available[cpu]++;
        _allocated[cpu]--;
        _total--;
        return Line(cpu, $"matrix_free vector={vector} {Books(cpu)} {Global}");
    }

    public TraceText Arrive(int irq, int cpu)
    {
        Line(cpu, $"handler_entry irq={irq} name=dev{irq}");
        return Line(cpu, $"handler_exit irq={irq} ret=1");
    }

    /// <summary>A CPU is taken offline, up to the moment when it moves its interrupts.</summary>
    public TraceText BeginOffline(int cpu)
    {
        Line(0, $"cpuhp_enter cpu={cpu} target=0 step=153 fun=takedown_cpu");
        Line(cpu, $"lapic_can_unplug_return ret=0");
        return Line(cpu, $"fixup_irqs");
    }

    public TraceText EndOffline(int cpu)
    {
        Line(cpu, $"lapic_offline");
        _online[cpu] = false;
        return Line(0, $"cpuhp_exit cpu={cpu} state=92 step=153 ret=0");
    }

    public TraceText Online(int cpu)
    {
        _online[cpu] = true;
        return Line(cpu, $"matrix_online {Global}");
    }

    private void Take(int cpu, int vector)
    {
        _available[cpu]--;
        _allocated[cpu]++;
        _total++;
        Line(0, $"matrix_alloc vector={vector} {Books(cpu)} {Global}");
    }

    private TraceText Line(int cpu, string what)
    {
        _timeUs++;
        _text.Append(CultureInfo.InvariantCulture, $"{_timeUs / 1_000_000}.{_timeUs % 1_000_000:D6}000 {cpu} {what}\n");
        return this;
    }

    private string Books(int cpu) => string.Create(CultureInfo.InvariantCulture,
        $"cpu={cpu} online={(_online[cpu] ? 1 : 0)} available={_available[cpu]} "
        + $"allocated={_allocated[cpu]} managed={_managed[cpu]}");

    private string Global
    {
        get
        {
            int available = 0, maps = 0;
            for (int cpu = 0; cpu < _available.Length; cpu++)
            {
                if (!_online[cpu]) continue;
                maps++;
                available += _available[cpu];
            }
            return string.Create(CultureInfo.InvariantCulture,
                $"online_maps={maps} global_available={available} "
                + $"global_reserved={_reserved} total_allocated={_total}");
        }
    }
}
