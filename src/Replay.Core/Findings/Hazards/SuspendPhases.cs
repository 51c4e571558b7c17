using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Core.Findings.Hazards;

/// <summary>Where in suspend and resume the machine is (Linux power:suspend_resume).</summary>
internal sealed class SuspendPhases(HazardContext context)
{
    /// <summary>
    /// True from the end of the noirq phase of suspend to the beginning of that of resume: devices and their interrupts
    /// are suspended, CPUs go down and come back.
    /// </summary>
    public bool IsSuspended { get; private set; }

    /// <summary>Event at which that began; -1 before the first.</summary>
    public long SuspendEvent { get; private set; } = -1;

    public void Phase(in IrqEvent e)
    {
        var phase = new SuspendPhase(in e);
        string action = context.Machine.Tables.Names[phase.Action];
        if (!phase.Start && action == "dpm_suspend_noirq")
        {
            IsSuspended = true;
            SuspendEvent = context.Index;
        }
        else if (phase.Start && action == "dpm_resume_noirq")
        {
            IsSuspended = false;
        }
    }

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget() => IsSuspended = false;

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        IsSuspended = archive.Value(IsSuspended);
        SuspendEvent = archive.Value(SuspendEvent);
    }
}
