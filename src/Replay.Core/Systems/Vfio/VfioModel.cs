using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Replay.Core.Findings;
using Replay.Core.Spec;
using Replay.Core.Systems.Aer;

namespace Replay.Core.Systems.Vfio;

/// <summary>
/// All that a host with assigned functions holds: ports, functions, virtual machines, and the parts that act on them.
/// </summary>
internal sealed partial class VfioModel
{
    /// <summary>Limits of what a recording can make: rows beyond them are not modelled, and that is counted.</summary>
    public const int FunctionsMax = 1024;
    public const int EntriesMax = 16384;
    public const int MachinesMax = 1024;

    private readonly Dictionary<string, AssignedFunction> _functions = [];
    private readonly Dictionary<string, BusPort> _ports = [];
    private readonly Dictionary<string, VirtualMachine> _machines = [];
    private readonly List<AssignedFunction> _inOrder = [];
    private int _entries;

    public VfioModel(SystemContext context, SystemReport report)
    {
        Context = context;
        Report = report;
        Policy = new VfioPolicy(context.Rules);
        Log = new SystemLog(context, report);
        Hardware = new DeviceHardware(this);
        Interrupts = new VfioInterrupts(this);
        Qemu = new QemuMsix(this);
        Isolation = new Isolation(this);
        Resets = new VfioResets(this);
        Recovery = new HostRecovery(this);
        Guest = new GuestRecovery(this);
    }

    public SystemContext Context { get; }

    public SystemReport Report { get; }

    public SystemLog Log { get; }

    public VfioPolicy Policy { get; }

    public HostMessages Messages { get; private set; } = new(HostPlatform.X86);

    /// <summary>The host's interrupt code composes messages at activation (all x86 since 4.3).</summary>
    public bool LayeredIrqCode { get; private set; } = true;

    /// <summary>Device writes go through an IOMMU's DMA translation.</summary>
    public bool DmaTranslated { get; private set; } = true;

    /// <summary>The guest has its page 0 mapped for DMA.</summary>
    public bool Page0Mapped { get; private set; }

    public DeviceHardware Hardware { get; }

    public VfioInterrupts Interrupts { get; }

    public QemuMsix Qemu { get; }

    public Isolation Isolation { get; }

    public VfioResets Resets { get; }

    public HostRecovery Recovery { get; }

    public GuestRecovery Guest { get; }

    /// <summary>In the order in which they were described.</summary>
    public IReadOnlyList<AssignedFunction> Functions => _inOrder;

    public AssignedFunction? Find(string device) => _functions.GetValueOrDefault(device);

    public BusPort? FindPort(string name) => _ports.GetValueOrDefault(name);

    /// <summary>The port of a function, or the port of that name.</summary>
    public BusPort? PortOf(string device) => Find(device)?.Port ?? FindPort(device);

    /// <summary>The machine that a function is assigned to; null when the host has it.</summary>
    public VirtualMachine? MachineOf(AssignedFunction function) => _machines.GetValueOrDefault(function.Owner);

    /// <summary>The machine of that name, made when it is new; null past the limit.</summary>
    public VirtualMachine? GetMachine(string name)
    {
        if (name.Length == 0) return null;
        if (_machines.TryGetValue(name, out VirtualMachine? machine)) return machine;
        if (_machines.Count == MachinesMax) return null;
        machine = new VirtualMachine { Name = name };
        _machines.Add(name, machine);
        return machine;
    }

    public void DescribeHost(HostPlatform platform, bool layered, bool dmaTranslated, bool page0Mapped)
    {
        Messages = new HostMessages(platform);
        LayeredIrqCode = layered;
        DmaTranslated = dmaTranslated;
        Page0Mapped = page0Mapped;
    }

    /// <summary>The function of that name below that port, made or given to another owner; null past a limit.</summary>
    public AssignedFunction? Describe(string device, string port, int entries)
    {
        if (_functions.TryGetValue(device, out AssignedFunction? known)) return known;
        if (_functions.Count == FunctionsMax || entries > EntriesMax - _entries) return null;
        if (!_ports.TryGetValue(port, out BusPort? above))
        {
            above = new BusPort { Name = port };
            _ports.Add(port, above);
        }
        var function = new AssignedFunction { Name = device, Port = above };
        for (int i = 0; i < entries; i++) function.AddEntry(Messages.Compose(_entries + i));
        _entries += entries;
        _functions.Add(device, function);
        _inOrder.Add(function);
        above.Functions.Add(function);
        return function;
    }

    /// <summary>Entry of the function whose host message this is, or -1.</summary>
    public static int FindOwner(AssignedFunction function, MsiMessage message)
    {
        for (int i = 0; i < function.VectorCount && i < function.Entries.Count; i++)
        {
            if (function.Entries[i].Allocated && function.Entries[i].HostMessage == message) return i;
        }
        return -1;
    }

    /// <summary>
    /// The guest believes that its entries are set up: what the device holds must be what the kernel's cache holds.
    /// </summary>
    public void CheckMismatch(AssignedFunction function)
    {
        if (function.BackdoorEvent < 0 || function.Isolated) return;
        foreach (AssignedEntry entry in function.Entries)
        {
            if (!entry.HasHandler || entry.Hardware == entry.Cache) continue;
            RaiseMismatch(function);
            return;
        }
        if (function.HardwareEnabled == function.HostEnabled) function.BackdoorEvent = -1;
        else RaiseMismatch(function);
    }

    /// <summary>Tells once for each reset that hardware and shadow differ, and where.</summary>
    public void RaiseMismatch(AssignedFunction function)
    {
        if (function.MismatchTold) return;
        function.MismatchTold = true;
        var entries = new StringBuilder();
        int count = 0;
        for (int i = 0; i < function.Entries.Count; i++)
        {
            AssignedEntry entry = function.Entries[i];
            if (!entry.HasHandler || entry.Hardware == entry.Cache) continue;
            if (count++ < 8) entries.Append(count == 1 ? "" : ", ").Append(i.ToString(CultureInfo.InvariantCulture));
        }
        if (count > 8) entries.Append(", …");
        string what = count == 0 ? "MSI-X is off in the device and on everywhere else"
            : count == 1 ? $"entry {entries} of the device does not hold what shadow and host cache hold"
            : $"entries {entries} of the device do not hold what shadow and host cache hold";
        Context.Raise(FindingCode.HardwareShadowMismatch,
            function.BackdoorEvent >= 0 ? function.BackdoorEvent : Context.Index, function.Name, null,
            $"HW_SHADOW_MISMATCH: {what}.");
    }
}
