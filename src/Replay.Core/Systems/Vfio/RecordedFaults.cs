using System;
using System.Buffers.Text;
using System.Text;

namespace Replay.Core.Systems.Vfio;

/// <summary>
/// Stray writes as the host saw them: a DMA fault in the first page, an EEH freeze. Each is a signal of a device whose
/// entry has no message; which entry it was is not recorded.
/// </summary>
internal sealed class RecordedFaults
{
    private const ulong PageSize = 4096;

    private readonly VfioModel _model;

    public RecordedFaults(VfioModel model) => _model = model;

    /// <summary>
    /// Lines of the kernel's log:
    /// <c>DMAR: [DMA Write NO_PASID] Request device [01:00.0] fault addr 0x0 [fault reason 0x05] …</c> and
    /// <c>EEH: Frozen PHB#1-PE#10000 detected</c> (older: <c>EEH: Frozen PE#1 on PHB#1 detected</c>).
    /// </summary>
    public void Read(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("[DMA Write"u8) >= 0
            && Between(text, "Request device ["u8, (byte)']') is { Length: > 0 } device
            && After(text, "fault addr "u8, out ulong address))
        {
            Fault(Encoding.ASCII.GetString(device), address);
        }
        else if (text.IndexOf("EEH: Frozen P"u8) >= 0)
        {
            _model.NotePlatform(HostPlatform.Power);
            if (FindEmpty(null) is { } frozen) Raise(frozen);
        }
    }

    /// <summary>
    /// A write of the device in the first page has faulted; <paramref name="device"/> may lack the domain.
    /// </summary>
    public void Fault(string device, ulong address)
    {
        if (address >= PageSize || device.Length == 0) return;
        if (FindEmpty(device) is { } function) Raise(function);
    }

    /// <summary>
    /// The function of that name; without a name, one that has an empty entry in use, else any in use.
    /// </summary>
    private AssignedFunction? FindEmpty(string? device)
    {
        AssignedFunction? used = null;
        foreach (AssignedFunction function in _model.Functions)
        {
            if (!function.IsAssigned || !function.HostEnabled) continue;
            if (device is not null && !function.Name.EndsWith(device, StringComparison.OrdinalIgnoreCase)) continue;
            if (FirstEmpty(function) >= 0) return function;
            used ??= function;
        }
        return used;
    }

    private void Raise(AssignedFunction function)
    {
        int index = Math.Max(FirstEmpty(function), 0);
        if (index >= function.Entries.Count) return;
        _model.Log.Entry(function, index, "the device signalled an entry that the recording does not name");
        _model.Hardware.Raise(function, index);
    }

    private static int FirstEmpty(AssignedFunction function)
    {
        for (int i = 0; i < function.Entries.Count; i++)
        {
            AssignedEntry entry = function.Entries[i];
            if (entry.HasHandler && !entry.HardwareMasked && entry.Hardware.IsZero) return i;
        }
        return -1;
    }

    private static ReadOnlySpan<byte> Between(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start, byte end)
    {
        int at = text.IndexOf(start);
        if (at < 0) return default;
        text = text[(at + start.Length)..];
        int to = text.IndexOf(end);
        return to < 0 ? default : text[..to];
    }

    private static bool After(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start, out ulong value)
    {
        value = 0;
        int at = text.IndexOf(start);
        if (at < 0) return false;
        text = text[(at + start.Length)..];
        if (text.StartsWith("0x"u8)) text = text[2..];
        return Utf8Parser.TryParse(text, out value, out int used, 'x') && used > 0;
    }
}
