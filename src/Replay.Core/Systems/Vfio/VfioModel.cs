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

    /// <summary>Step of a state line that says why an event changed nothing.</summary>
    public const string NotApplied = "not applied";

    /// <summary>Whose an assigned function is when nobody says.</summary>
    public const string SomeGuest = "guest";

    private readonly Dictionary<string, AssignedFunction> _functions = [];
    private readonly Dictionary<string, BusPort> _ports = [];
    private readonly Dictionary<string, VirtualMachine> _machines = [];
    private readonly List<AssignedFunction> _inOrder = [];
    private int _entries;
    private bool _described;

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
        Vectors = new RecordedVectors(this);
        Faults = new RecordedFaults(this);
    }

    public SystemContext Context { get; }

    public SystemReport Report { get; }

    public SystemLog Log { get; }

    public VfioPolicy Policy { get; }

    public HostMessages Messages { get; private set; } = new(HostPlatform.X86);

    /// <summary>
    /// The host's interrupt code composes messages at activation (all x86 since 4.3). A host that nobody described
    /// is of the time of b8f02af096b1, as the outcome tables are.
    /// </summary>
    public bool LayeredIrqCode { get; private set; }

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

    public RecordedVectors Vectors { get; }

    public RecordedFaults Faults { get; }

    /// <summary>In the order in which they were described.</summary>
    public IReadOnlyList<AssignedFunction> Functions => _inOrder;

    public AssignedFunction? Find(string device) => _functions.GetValueOrDefault(device);

    public VirtualMachine? FindMachine(string name) => _machines.GetValueOrDefault(name);

    /// <summary>In the order in which their first functions were described.</summary>
    public Dictionary<string, BusPort>.ValueCollection Ports => _ports.Values;

    /// <summary>
    /// Bus part of a bus address: <c>0000:03:00</c> of 0000:03:00.1, the scope of a reset where no port is known.
    /// </summary>
    public static string BusOf(string device) =>
        device.LastIndexOf('.') is > 0 and int point ? device[..point] : device;

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

    /// <summary>
    /// The recording shows that interrupt code composes messages at activation; a description says more.
    /// </summary>
    public void NoteLayered() => LayeredIrqCode |= !_described;

    /// <summary>The recording shows the platform.</summary>
    public void NotePlatform(HostPlatform platform)
    {
        if (!_described) Messages = new HostMessages(platform);
    }

    public void DescribeHost(HostPlatform platform, bool layered, bool dmaTranslated, bool page0Mapped)
    {
        _described = true;
        Messages = new HostMessages(platform);
        LayeredIrqCode = layered;
        DmaTranslated = dmaTranslated;
        Page0Mapped = page0Mapped;
    }

    /// <summary>The function of that name below that port, made or given to another owner; null past a limit.</summary>
    public AssignedFunction? Describe(string device, string port, int entries)
    {
        if (_functions.TryGetValue(device, out AssignedFunction? known))
        {
            if (!known.IsAssumed) return known;
            known.IsAssumed = false;
            known.IsOpenEnded = entries == 0;
            known.Port.Functions.Remove(known);
            known.Port = GetPort(port);
            known.Port.Functions.Add(known);
            Grow(known, entries);
            return known;
        }
        if (_functions.Count == FunctionsMax || entries > EntriesMax - _entries) return null;
        var function = new AssignedFunction { Name = device, Port = GetPort(port), IsOpenEnded = entries == 0 };
        Grow(function, entries);
        _functions.Add(device, function);
        _inOrder.Add(function);
        function.Port.Functions.Add(function);
        return function;
    }

    /// <summary>A function that is used as an assigned one and that nobody described; null past a limit.</summary>
    public AssignedFunction? Assume(string device)
    {
        if (device.Length == 0 || Describe(device, BusOf(device), 0) is not { } function) return null;
        function.IsAssumed = true;
        function.Driver = FunctionDriver.Vfio;
        function.Owner = SomeGuest;
        GetMachine(SomeGuest);
        Log.Line(device, "assumed",
            $"no vfio_function describes it: bound=vfio owner={SomeGuest} port={function.Port.Name}");
        return function;
    }

    /// <summary>True when the function has that entry; one whose table's size is not known gets it.</summary>
    public bool HasEntry(AssignedFunction function, int index)
    {
        if (index < function.Entries.Count) return true;
        if (function.IsOpenEnded && index < State.MsixFunction.EntriesMax)
        {
            int had = function.Entries.Count;
            Grow(function, index + 1);
            for (int i = had; function.IsNative && i < function.Entries.Count; i++)
            {
                Interrupts.Ensure(function, i);
                Interrupts.SetTrigger(function, i, Trigger.Native);
            }
        }
        if (index < function.Entries.Count) return true;
        Log.Note(function.Name, NotApplied, string.Create(CultureInfo.InvariantCulture,
            $"entry {index} of a table of {function.Entries.Count}"));
        return false;
    }

    private void Grow(AssignedFunction function, int entries)
    {
        for (; function.Entries.Count < entries && _entries < EntriesMax; _entries++)
            function.AddEntry(Messages.Compose(_entries));
    }

    private BusPort GetPort(string name)
    {
        if (_ports.TryGetValue(name, out BusPort? port)) return port;
        port = new BusPort { Name = name };
        _ports.Add(name, port);
        return port;
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
