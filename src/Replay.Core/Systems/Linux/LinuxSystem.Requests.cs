using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Systems.Linux;

/// <content>Drivers ask for interrupts, install handlers, and give both back.</content>
public sealed partial class LinuxSystem
{
    /// <summary>
    /// pci_alloc_irq_vectors: all, or as many as there are from the minimum on, or an error and none.
    /// </summary>
    private void AllocateIrqs(in IrqEvent e, ulong affinity)
    {
        var request = new IrqAllocation(in e);
        int count = Math.Max((int)request.Count, 1);
        int min = request.Min == 0 ? count : request.Min;
        if (e.Irq + (ulong)count > int.MaxValue || request.Entry + count > DeviceHardware.EntriesMax
            || !_kernel.HasRoomFor(request.Device))
        {
            Fail(request.Device, "pci_alloc_irq_vectors", Errno.Name(Errno.Inval));
            return;
        }
        var chip = (MessageChip)request.Store;
        MessageRoute route = RouteOf(request.Device, request.Passthrough);
        if (chip == MessageChip.Ims && !AllowIms(request.Device, route, request.Passthrough)) return;
        if (chip == MessageChip.MultiMsi && count > 1 && route == _direct)
        {
            // pci_msi_domain_check_cap: a block of messages needs a parent that keeps them together.
            if (min > 1)
            {
                Fail(request.Device, "pci_alloc_irq_vectors", Errno.Name(Errno.NotSupported), expected: true);
                return;
            }
            count = 1;
        }
        var made = new List<KernelIrq>();
        int error = 0;
        for (int i = 0; i < count && error == 0; i++)
        {
            if (_kernel.Irqs.ContainsKey((int)e.Irq + i)) error = Errno.Busy;
            else if (_kernel.Irqs.Count >= Kernel.IrqsMax) error = Errno.NoSpace;
            if (error != 0) break;
            var irq = new KernelIrq
            {
                Number = (int)e.Irq + i,
                Device = request.Device,
                Entry = request.Entry + i,
                Chip = chip,
                Managed = request.Managed,
                Passthrough = request.Passthrough,
                Affinity = affinity == 0 ? CpuMask.All : new CpuMask(affinity),
            };
            error = AllocateIrq(irq, route, affinity != 0);
            if (error == 0) made.Add(irq);
        }
        if (error != 0)
        {
            Fail(request.Device, "pci_alloc_irq_vectors", string.Create(CultureInfo.InvariantCulture,
                $"{Errno.Name(error)} at message {made.Count + 1} of {count}"));
            if (made.Count < min)
            {
                for (int i = made.Count - 1; i >= 0; i--) ReleaseIrq(made[i]);
                return;
            }
        }
        if (made.Count == 0) return;
        KernelDevice device = _kernel.Device(request.Device);
        device.Enabled = true;
        HardwareOf(request.Device).Enabled = true;
    }

    // Entries of all devices; the same ones may be allocated and freed as often as a recording likes.
    private const int EntriesMax = 16384;

    private int _entries;

    /// <summary>
    /// One interrupt down the hierarchy: vector domain first, then what the route needs; undone on an error.
    /// </summary>
    private int AllocateIrq(KernelIrq irq, MessageRoute route, bool explicitMask)
    {
        if (!HardwareOf(irq.Device).Entries.ContainsKey(irq.Entry) && ++_entries > EntriesMax) return Errno.NoSpace;
        int error = _kernel.AllocateVector(irq, explicitMask && !irq.Managed);
        if (error != 0) return error;
        error = route.Allocate(irq);
        if (error != 0)
        {
            _kernel.FreeVector(irq);
            return error;
        }
        _kernel.Add(irq);
        HardwareEntry entry = HardwareOf(irq.Device)[irq.Entry];
        entry.Masked = irq.CanMask;
        irq.CacheMasked = irq.CanMask;
        irq.GenericMasked = true;
        return 0;
    }

    /// <summary>
    /// A message store of a device is only safe when its messages never change, that is with remapping:
    /// refused without, or allowed and reported.
    /// </summary>
    private bool AllowIms(ushort device, MessageRoute route, bool passthrough)
    {
        bool remapped = passthrough ? _policy.GuestRemapping : route == _remapped;
        if (remapped) return true;
        if (_policy.ImsNeedsRemapping)
        {
            Fail(device, "irq_alloc(ims)", Errno.Name(Errno.NotSupported), expected: true);
            return false;
        }
        if (_unsafeStores.Add(device))
        {
            _context.Raise(FindingCode.UnsafeConfig, _event, NameOf(device), null,
                $"{NameOf(device)} keeps messages in its own store without interrupt remapping: "
                + "it may hold half of one for any time.");
        }
        return true;
    }

    /// <summary>Activation at allocation: reservation mode writes the placeholder down to the device.</summary>
    private void ActivateReserved(uint number)
    {
        if (IrqFor(number, "vector_activate") is { Activated: false } irq) Activate(irq, reserve: true);
    }

    private int Activate(KernelIrq irq, bool reserve)
    {
        int error = _kernel.ActivateVector(irq, reserve && irq.CanReserve);
        if (error != 0) return error;
        return RouteOf(irq).Activate(irq);
    }

    private void RequestIrqs(in IrqEvent e)
    {
        var request = new HandlerRequest(in e);
        for (int i = 0; i < Math.Max((int)request.Count, 1); i++)
        {
            if (IrqFor(e.Irq + (uint)i, "irq_request") is not { Requested: false } irq) continue;
            if (!irq.Managed && request.Affinity != 0) irq.Affinity = new CpuMask(request.Affinity);
            StartIrq(irq);
        }
    }

    /// <summary>request_irq: activation with a real vector, then start-up; an error leaves no handler behind.</summary>
    private int StartIrq(KernelIrq irq)
    {
        irq.Asked = true;
        int error = Activate(irq, reserve: false);
        if (error != 0)
        {
            Fail(irq.Device, $"request_irq({Text(irq.Number)})", Errno.Name(error));
            if (irq.Vector != 0) _kernel.DeactivateVector(irq);
            return error;
        }
        irq.Activated = irq.Requested = irq.Started = true;
        WarnBrokenAffinity(irq);
        irq.GenericMasked = false;
        RouteOf(irq).Unmask(irq);
        return 0;
    }

    private void WarnBrokenAffinity(KernelIrq irq)
    {
        if (irq.Vector != 0 && !irq.Affinity[irq.Cpu])
            Show("log", $"irq {Text(irq.Number)}: Affinity broken due to vector space exhaustion.");
    }

    /// <summary>free_irq: shut down and deactivated; the interrupt itself stays allocated.</summary>
    private void FreeHandler(uint number)
    {
        if (IrqFor(number, "free_irq") is { } irq) StopIrq(irq);
    }

    private void StopIrq(KernelIrq irq)
    {
        if (!irq.Requested) return;
        irq.Requested = irq.Started = irq.ManagedShutdown = false;
        irq.PendingAffinity = null;
        ShutDownAndDeactivate(irq);
    }

    private void ShutDownAndDeactivate(KernelIrq irq)
    {
        irq.GenericMasked = true;
        RouteOf(irq).Mask(irq);
        if (!irq.Activated) return;
        irq.Activated = false;
        RouteOf(irq).Deactivate(irq);
        _kernel.DeactivateVector(irq);
    }

    /// <summary>pci_free_irq_vectors.</summary>
    private void FreeDevice(ushort device)
    {
        var own = new List<KernelIrq>();
        foreach (KernelIrq irq in _kernel.Irqs.Values)
        {
            if (irq.Device == device) own.Add(irq);
        }
        for (int i = own.Count - 1; i >= 0; i--) ReleaseIrq(own[i]);
        if (own.Count == 0) return;
        _kernel.Device(device).Enabled = false;
        HardwareOf(device).Enabled = false;
    }

    private void ReleaseIrq(KernelIrq irq)
    {
        StopIrq(irq);
        RouteOf(irq).Free(irq);
        _kernel.FreeVector(irq);
        _kernel.Remove(irq);
    }

    /// <summary>Raises a finding about an interrupt once.</summary>
    internal void RaiseOnce(FindingCode code, KernelIrq irq, long blame, string message,
        Certainty certainty = Certainty.Proved)
    {
        if (!_raised.Add((code, irq.Number))) return;
        _context.Raise(code, blame < 0 ? null : blame, NameOf(irq.Device), irq.Entry, message, irq.Number, certainty);
    }

    private readonly HashSet<(FindingCode Code, int Irq)> _raised = [];
    private readonly HashSet<ushort> _unsafeStores = [];

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
