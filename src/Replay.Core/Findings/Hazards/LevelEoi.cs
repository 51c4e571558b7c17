using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Spec;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-22 and I-52: a level interrupt's pin waits (remote IRR) for the end of the vector that it sent.
/// A pin that was given another vector meanwhile never sees that end, and its line is dead (Linux io_apic.c
/// ioapic_prepare_move avoids it).
/// </summary>
internal sealed class LevelEoi(HazardContext context, InheritedInterrupt inherited)
{
    private const int PinsMax = 4096;

    // A guest that is slow ends its interrupt later; one that lost it never does.
    private const ulong GuestPatienceNs = 1_000_000_000;

    private readonly Dictionary<int, Pin> _pins = [];
    private readonly GuestWait[] _guestPins = new GuestWait[byte.MaxValue + 1];
    private bool _endsSeen;
    private bool _guestEndsSeen;

    public void Entry(in IrqEvent e)
    {
        var state = new PinState(in e);
        int key = (state.IoApic << 8) | state.Pin;
        ulong rte = state.Rte;
        bool waits = IoApicRte.IsLevel(rte) && IoApicRte.RemoteIrr(rte);
        if (!_pins.TryGetValue(key, out Pin pin))
        {
            if (_pins.Count == PinsMax) return;
            if (waits) inherited.PinWaits(Name(key), IoApicRte.Vector(rte));
        }
        else if (pin.Waits && !waits && IoApicRte.IsLevel(rte) && _endsSeen)
        {
            ReportCleared(key, in pin);
        }
        if (!waits)
        {
            _pins[key] = new Pin { WaitEvent = -1, ChangeEvent = -1 };
            return;
        }
        if (!pin.Waits)
            pin = new Pin
            {
                Waits = true,
                SentVector = IoApicRte.Vector(rte),
                WaitEvent = context.Index,
                ChangeEvent = -1,
            };
        else if (pin.ChangeEvent < 0 && IoApicRte.Vector(rte) != pin.SentVector) pin.ChangeEvent = context.Index;
        _pins[key] = pin;
    }

    /// <summary>A vector ends; a level one is told to the IO-APICs.</summary>
    public void Ended(in IrqEvent e)
    {
        _endsSeen = true;
        if (!new LapicStep(in e).Level) return;
        foreach ((int key, Pin pin) in _pins)
        {
            if (!pin.Waits || pin.SentVector != e.Vector) continue;
            _pins[key] = new Pin { WaitEvent = -1, ChangeEvent = -1 };
            if (pin.ChangeEvent < 0) continue;
            context.Report(FindingCode.RemoteIrrStuck, pin.ChangeEvent, string.Create(CultureInfo.InvariantCulture,
                $"{Name(key)} was given another vector before vector {e.Vector} ended: "
                + $"the end does not reach it and its line is dead."),
                new About { Cpu = new LapicStep(in e).Cpu, Vector = e.Vector });
        }
    }

    /// <summary>
    /// A guest's pin, by number: records of KVM do not say which guest's. Waits of two guests look like one, so what is
    /// found is a hint.
    /// </summary>
    public void GuestEntry(in IrqEvent e)
    {
        var state = new PinState(in e);
        ref GuestWait wait = ref _guestPins[state.Pin];
        if (!IoApicRte.IsLevel(state.Rte) || !IoApicRte.RemoteIrr(state.Rte))
        {
            wait = default;
            return;
        }
        byte vector = IoApicRte.Vector(state.Rte);
        if (!wait.Waits || wait.Vector != vector)
        {
            wait =
                new GuestWait { Waits = true, Vector = vector, SinceNs = context.TimeNs, SinceEvent = context.Index };
            return;
        }
        if (wait.Told || !_guestEndsSeen || context.TimeNs - wait.SinceNs < GuestPatienceNs) return;
        wait.Told = true;
        context.Report(FindingCode.RemoteIrrStuck, wait.SinceEvent, string.Create(CultureInfo.InvariantCulture,
            $"Pin {state.Pin} of a guest's IO-APIC has waited for the end of vector {vector} for "
            + $"{(context.TimeNs - wait.SinceNs) / 1_000_000} ms: its line is dead or its guest stands still."),
            new About { Vector = vector }, Certainty.Hint, Severity.Major);
    }

    public void GuestEnded(in IrqEvent e)
    {
        _guestEndsSeen = true;
        foreach (ref GuestWait wait in _guestPins.AsSpan())
        {
            if (wait.Waits && wait.Vector == e.Vector) wait = default;
        }
    }

    private void ReportCleared(int key, in Pin pin) => context.Report(FindingCode.RemoteIrrOrder, pin.WaitEvent,
        string.Create(CultureInfo.InvariantCulture,
            $"{Name(key)} does not wait any more, and vector {pin.SentVector} that it sent was never ended."),
        new About { Vector = pin.SentVector });

    private static string Name(int key) =>
        string.Create(CultureInfo.InvariantCulture, $"IO-APIC {key >> 8} pin {key & 0xFF}");

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget()
    {
        _pins.Clear();
        Array.Clear(_guestPins);
    }

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Map(_pins, PinsMax, archive.Value, pin => new Pin
        {
            Waits = archive.Value(pin.Waits),
            SentVector = archive.Value(pin.SentVector),
            WaitEvent = archive.Value(pin.WaitEvent),
            ChangeEvent = archive.Value(pin.ChangeEvent),
        });
        archive.Rows(_guestPins.AsSpan(), (ref GuestWait wait) => wait = new GuestWait
        {
            Waits = archive.Value(wait.Waits),
            Told = archive.Value(wait.Told),
            Vector = archive.Value(wait.Vector),
            SinceNs = archive.Value(wait.SinceNs),
            SinceEvent = archive.Value(wait.SinceEvent),
        });
        _endsSeen = archive.Value(_endsSeen);
        _guestEndsSeen = archive.Value(_guestEndsSeen);
    }

    private struct Pin
    {
        public bool Waits;
        public byte SentVector;
        public long WaitEvent;
        public long ChangeEvent;
    }

    private struct GuestWait
    {
        public bool Waits;
        public bool Told;
        public byte Vector;
        public ulong SinceNs;
        public long SinceEvent;
    }
}
