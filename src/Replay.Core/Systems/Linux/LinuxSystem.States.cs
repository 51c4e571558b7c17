using System.Globalization;
using System.Text;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Systems.Linux;

/// <content>States in words: one line for each bus, interrupt and the allocator, when it changes.</content>
public sealed partial class LinuxSystem
{
    private void DescribeStates(string step)
    {
        if (_descriptions < 0) return;
        _descriptions -= _kernel.Devices.Count + (2L * _kernel.Irqs.Count) + 1;
        foreach (KernelDevice device in _kernel.Devices.Values)
        {
            if (device.Bus is not null) _states.Note(_event, NameOf(device.Device), step, _hyperV.DescribeBus(device));
        }
        foreach (KernelIrq irq in _kernel.Irqs.Values)
        {
            _states.Note(_event, "irq " + Text(irq.Number), step, Describe(irq));
            _states.Note(_event, "message " + Text(irq.Number), step, DescribeMessages(irq));
        }
        _states.Note(_event, "matrix", step, DescribeMatrix());
    }

    /// <summary><c>map=1 cache=0 hw=0 generic=0 at=(2,0x22)</c>: mapping, cached mask, device's mask (u = unreachable),
    /// generic flag, CPU and vector; then what is not usual.</summary>
    private string Describe(KernelIrq irq)
    {
        DeviceHardware device = HardwareOf(irq.Device);
        HardwareEntry entry = device[irq.Entry];
        var text = new StringBuilder();
        string mapping = RouteOf(irq).DescribeMapping(irq);
        if (mapping.Length > 0) text.Append(mapping).Append(' ');
        string hardware = !device.Reachable ? "u" : entry.Masked ? "1" : "0";
        text.Append(CultureInfo.InvariantCulture,
            $"cache={(irq.CacheMasked ? 1 : 0)} hw={hardware} generic={(irq.GenericMasked ? 1 : 0)} ");
        text.Append(irq.Vector != 0
            ? string.Create(CultureInfo.InvariantCulture, $"at=({irq.Cpu},0x{irq.Vector:x2})")
            : string.Create(CultureInfo.InvariantCulture, $"at=placeholder"));
        if (irq.PreviousVector != 0)
            text.Append(CultureInfo.InvariantCulture, $" old=({irq.PreviousCpu},0x{irq.PreviousVector:x2})");
        if (irq.MoveInProgress) text.Append(" moving");
        if (irq.CleanupPending) text.Append(" cleanup");
        if (irq.PendingAffinity is { } pending) text.Append(" pending=").Append(pending.ToString());
        if (irq.HasReserved) text.Append(" reserved");
        if (irq.ManagedShutdown) text.Append(" shutdown");
        return text.ToString();
    }

    /// <summary><c>cache=0xfee01000/0x21 device=same writes=2</c>: the cached message, the device's, and how often the
    /// device's was changed.</summary>
    private string DescribeMessages(KernelIrq irq)
    {
        DeviceHardware device = HardwareOf(irq.Device);
        HardwareEntry entry = device[irq.Entry];
        string stored = !device.Reachable ? "u" : entry.Message == irq.Message ? "same"
            : DescribeMessage(entry.Message);
        string held = entry.Held is { } message ? " held=" + DescribeMessage(message) : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"cache={DescribeMessage(irq.Message)} device={stored}{held} writes={entry.Writes}");
    }

    private static string DescribeMessage(MsiMessage message) => message.IsZero
        ? "0"
        : string.Create(CultureInfo.InvariantCulture, $"0x{message.Address:x}/0x{message.Data:x}");

    private string DescribeMatrix()
    {
        var text = new StringBuilder("available=");
        VectorMatrix matrix = _kernel.Matrix;
        for (int cpu = 0; cpu < matrix.Count; cpu++)
        {
            if (cpu > 0) text.Append(',');
            if (matrix[cpu].Online) text.Append(CultureInfo.InvariantCulture, $"{matrix[cpu].Available}");
            else text.Append("off");
        }
        text.Append(CultureInfo.InvariantCulture,
            $" global={matrix.GlobalAvailable} reserved={matrix.GlobalReserved} total={matrix.TotalAllocated}");
        return text.ToString();
    }
}
