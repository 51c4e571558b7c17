using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Systems.Aer;

namespace Replay.Core.Systems.Vfio;

/// <content>Saving and restoring: functions in the order in which they were described, each with the name
/// of its port.</content>
internal sealed partial class VfioModel
{
    public void Transfer(StateArchive archive)
    {
        archive.Section("vfio", 1);
        Messages = new HostMessages((HostPlatform)archive.Value((byte)Messages.Platform));
        LayeredIrqCode = archive.Value(LayeredIrqCode);
        DmaTranslated = archive.Value(DmaTranslated);
        Page0Mapped = archive.Value(Page0Mapped);
        _entries = archive.Value(_entries);
        archive.Map(_ports, FunctionsMax, name => archive.Value(name ?? ""), port =>
        {
            string name = archive.Value(port?.Name ?? "");
            port ??= new BusPort { Name = name };
            port.Transfer(archive);
            return port;
        });
        archive.List(_inOrder, FunctionsMax, function => TransferFunction(archive, function));
        foreach (BusPort port in _ports.Values) TransferBelow(archive, port);
        _described = archive.Value(_described);
        Vectors.Transfer(archive);
        archive.Map(_machines, MachinesMax, name => archive.Value(name ?? ""),
            machine => VirtualMachine.Transfer(archive, machine));
        Isolation.Transfer(archive);
        Recovery.Answers.Transfer(archive, this);
        Recovery.Transfer(archive);
    }

    private AssignedFunction TransferFunction(StateArchive archive, AssignedFunction? function)
    {
        string name = archive.Value(function?.Name ?? "");
        BusPort port = RequirePort(archive.Value(function?.Port.Name ?? ""));
        if (function is null)
        {
            function = new AssignedFunction { Name = name, Port = port };
            if (!_functions.TryAdd(name, function)) throw new CheckpointException($"\"{name}\" stands twice");
        }
        function.Transfer(archive);
        return function;
    }

    /// <summary>The functions below a port, by name.</summary>
    private void TransferBelow(StateArchive archive, BusPort port)
    {
        archive.List(port.Functions, FunctionsMax, function => RequireFunction(archive.Value(function?.Name ?? "")));
        archive.List(port.HeldBack, GuestRecovery.HeldBackMax,
            held => (RequireFunction(archive.Value(held.Function?.Name ?? "")),
                (GuestAerStepCode)archive.Value((byte)held.Step)));
    }

    public AssignedFunction RequireFunction(string name) =>
        Find(name) ?? throw new CheckpointException($"expected the function \"{name}\", found none");

    public BusPort RequirePort(string name) =>
        FindPort(name) ?? throw new CheckpointException($"expected the port \"{name}\", found none");
}
