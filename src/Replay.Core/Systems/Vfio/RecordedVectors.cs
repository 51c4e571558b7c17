using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Systems.Vfio;

/// <summary>
/// Host interrupts that VFIO holds, as probes on the interrupt core show them. A change of a vector's eventfd is
/// free_irq, perhaps a write of the message, request_irq; what stands between the two tells which kernel was recorded.
/// </summary>
/// <remarks>
/// <code>
/// vfio_msi_set_vector_signal   QEMU has said before whose eventfd it will be
///   free_irq irq               layered code deactivates: zeros are written
///   write message irq          since b8f02af096b1 (3.17): the cached message; zeros again where it was deactivated
///   request_irq irq            layered code activates: the message is written
///   unmask irq
/// </code>
/// </remarks>
internal sealed class RecordedVectors
{
    private const string Policy = "vfio.restoreMsixMessage";

    /// <summary>Interrupts that are followed; a host has as many as it has vectors.</summary>
    private const int IrqsMax = 16384;

    private readonly VfioModel _model;
    private readonly Dictionary<uint, HostIrq> _byIrq = [];
    private readonly Dictionary<ushort, (int Row, ulong TimeNs)> _signalled = [];
    private bool _shownRewritten;
    private bool _shownLeft;

    public RecordedVectors(VfioModel model) => _model = model;

    private enum Phase : byte
    {
        Stable,
        Freed,
        Requested,
    }

    private sealed class HostIrq
    {
        public required AssignedFunction Function { get; init; }

        public required int Index { get; init; }

        public Phase Phase { get; set; }

        /// <summary>Writes of the message since it was freed.</summary>
        public int MessageWrites { get; set; }

        /// <summary>Writes of zeros since it was freed.</summary>
        public int ZeroWrites { get; set; }

        /// <summary>The recording has writes of this interrupt's message, so that none means none.</summary>
        public bool WritesSeen { get; set; }
    }

    /// <summary>request_irq with the name that VFIO gives its vectors: <c>vfio-msix[3](0000:01:00.0)</c>.</summary>
    public void Requested(uint irq, string name)
    {
        if (!TryReadName(name, out string device, out int index))
        {
            _byIrq.Remove(irq);
            return;
        }
        if ((_model.Find(device) ?? _model.Assume(device)) is not { IsAssigned: true } function
            || !_model.HasEntry(function, index))
            return;
        if (!_byIrq.TryGetValue(irq, out HostIrq? host) || host.Function != function || host.Index != index)
        {
            if (_byIrq.Count == IrqsMax) return;
            _byIrq[irq] = host = new HostIrq { Function = function, Index = index };
        }
        AssignedEntry entry = function.Entries[index];
        entry.Irq = (int)irq;
        Learn(host, entry);
        if (host.Phase == Phase.Freed) Judge(host);
        if (!entry.IsTold)
        {
            _model.Interrupts.Ensure(function, index);
            entry.Route ??= entry.Shadow;
            function.ShadowEnabled = true;
            entry.ShadowMasked = false;
            _model.Interrupts.SetTrigger(function, index, Trigger.Kvm);
        }
        entry.IsTold = false;
        host.Phase = Phase.Requested;
    }

    /// <summary>free_irq. Where QEMU told of the change before, the model has made it already.</summary>
    public void Freed(uint irq)
    {
        if (!_byIrq.TryGetValue(irq, out HostIrq? host)) return;
        host.Phase = Phase.Freed;
        host.MessageWrites = host.ZeroWrites = 0;
        if (!host.Function.Entries[host.Index].IsTold)
            _model.Interrupts.SetTrigger(host.Function, host.Index, Trigger.None);
    }

    /// <summary>The kernel writes the interrupt's message into the device.</summary>
    public void Written(uint irq, MsiMessage message)
    {
        if (!_byIrq.TryGetValue(irq, out HostIrq? host)) return;
        host.WritesSeen = true;
        AssignedEntry entry = host.Function.Entries[host.Index];
        switch (host.Phase)
        {
            case Phase.Freed when message.IsZero: host.ZeroWrites++; return;
            case Phase.Freed:
                host.MessageWrites++;
                Adopt(entry, message);
                return;
            case Phase.Requested when !message.IsZero:
                _model.NoteLayered();
                Adopt(entry, message);
                return;
        }
        if (message.IsZero) return;
        // A change of affinity: the device gets the new message, whatever it held.
        Adopt(entry, message);
        if (!entry.HasHandler) return;
        entry.Cache = message;
        DeviceHardware.WriteMessage(host.Function, entry, message);
        _model.Log.Entry(host.Function, host.Index, "the kernel writes the message");
    }

    /// <summary>The entry is unmasked: request_irq is over.</summary>
    public void Unmasked(uint irq)
    {
        if (_byIrq.TryGetValue(irq, out HostIrq? host) && host.Phase == Phase.Requested) host.Phase = Phase.Stable;
    }

    /// <summary>VFIO's handler ran: the device signalled. What became of it the model says, under its rules.</summary>
    public bool Signalled(uint irq, ushort cpu)
    {
        if (!_byIrq.TryGetValue(irq, out HostIrq? host)) return false;
        int row = _model.Report.Events.Count;
        _model.Hardware.Raise(host.Function, host.Index);
        _signalled[cpu] = (row, _model.Context.TimeNs);
        return true;
    }

    /// <summary>KVM injects what a handler on the same CPU has just signalled: the guest's CPU and vector.</summary>
    public bool Injected(ushort cpu, MsiMessage message)
    {
        const ulong WithinNs = 100_000;
        if (!_signalled.Remove(cpu, out (int Row, ulong TimeNs) signal)
            || _model.Context.TimeNs - signal.TimeNs > WithinNs)
            return false;
        if (signal.Row >= _model.Report.Events.Count || !message.IsInterrupt) return false;
        EventVerdict verdict = _model.Report.Events[signal.Row];
        if (verdict.Verdict != Verdict.Delivered) return true;
        _model.Report.Settle(signal.Row, verdict with { Cpu = (int)message.Destination, Vector = message.Vector });
        if (_model.Find(verdict.Device) is not { GuestSeen: false } function) return true;
        AssignedEntry entry = function.Entries[verdict.Entry];
        entry.Shadow = entry.GuestCache = message;
        entry.Route = message;
        return true;
    }

    /// <summary>Saves or restores the interrupts that are followed.</summary>
    public void Transfer(StateArchive archive)
    {
        archive.Lookup(_byIrq, IrqsMax, archive.Value, host => TransferIrq(archive, host));
        archive.Lookup(_signalled, ushort.MaxValue + 1, archive.Value,
            signal => (archive.Value(signal.Row), archive.Value(signal.TimeNs)));
        _shownRewritten = archive.Value(_shownRewritten);
        _shownLeft = archive.Value(_shownLeft);
    }

    private HostIrq TransferIrq(StateArchive archive, HostIrq? host)
    {
        AssignedFunction function = _model.RequireFunction(archive.Value(host?.Function.Name ?? ""));
        int index = archive.Value(host?.Index ?? 0);
        if ((uint)index >= (uint)function.Entries.Count)
            throw new CheckpointException($"entry {index} is beyond the table of {function.Name}");
        host ??= new HostIrq { Function = function, Index = index };
        host.Phase = (Phase)archive.Value((byte)host.Phase);
        host.MessageWrites = archive.Value(host.MessageWrites);
        host.ZeroWrites = archive.Value(host.ZeroWrites);
        host.WritesSeen = archive.Value(host.WritesSeen);
        return host;
    }

    private static bool TryReadName(string name, out string device, out int index)
    {
        const string Start = "vfio-msix[";
        (device, index) = ("", 0);
        int close = name.IndexOf("](", StringComparison.Ordinal);
        if (!name.StartsWith(Start, StringComparison.Ordinal) || close < 0 || !name.EndsWith(')')) return false;
        device = name[(close + 2)..^1];
        return device.Length > 0 && int.TryParse(name.AsSpan(Start.Length, close - Start.Length), NumberStyles.None,
            CultureInfo.InvariantCulture, out index);
    }

    /// <summary>The message that was written before this system came to life, at MSI-X enable.</summary>
    private void Learn(HostIrq host, AssignedEntry entry)
    {
        MachineState machine = _model.Context.Machine;
        int device = machine.Tables.Devices.Find(host.Function.Name);
        if (device <= 0 || machine.Msix.Find(device) is not { } function || host.Index >= function.Count) return;
        ref MsixEntry held = ref function[host.Index];
        if (!held.MessageKnown) return;
        host.WritesSeen = true;
        var message = new MsiMessage(held.Address, held.Data);
        if (!message.IsZero && host.Phase == Phase.Stable) Adopt(entry, message);
    }

    /// <summary>What was made up for the host's message becomes the recorded one.</summary>
    private static void Adopt(AssignedEntry entry, MsiMessage message)
    {
        MsiMessage old = entry.HostMessage;
        entry.HostMessage = message;
        if (entry.Cache == old) entry.Cache = message;
        if (entry.Hardware == old) entry.Hardware = message;
    }

    private void Judge(HostIrq host)
    {
        if (host.ZeroWrites > 0) _model.NoteLayered();
        if (!host.WritesSeen) return;
        bool rewritten = host.MessageWrites > 0 || host.ZeroWrites > 1;
        if (rewritten ? _shownRewritten : _shownLeft) return;
        _shownRewritten |= rewritten;
        _shownLeft |= !rewritten;
        _model.Report.Add(new PolicyEvidence(Policy, rewritten ? "yes" : "no", _model.Context.Index,
            host.Function.Name, rewritten
                ? "VFIO wrote the message between free_irq and request_irq of a vector"
                : "VFIO wrote no message between free_irq and request_irq of a vector"));
    }
}
