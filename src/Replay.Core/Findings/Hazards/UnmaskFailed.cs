using System.Globalization;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-01 without mask records: the line that kernels before 915cff7f38c5 write when the hypervisor refuses to direct an
/// interrupt, after which they leave it masked (Linux pci-hyperv.c hv_irq_unmask). Where masks are recorded, they tell.
/// </summary>
internal sealed class UnmaskFailed(HazardContext context, SuspendPhases suspend)
{
    public void Log(in KernelLogLine line)
    {
        if (context.Machine.MaskSeen) return;
        string status = string.Create(CultureInfo.InvariantCulture, $"status 0x{line.Value:x}");
        if (suspend.IsSuspended)
        {
            context.Report(FindingCode.StuckMasked, suspend.SuspendEvent, string.Create(CultureInfo.InvariantCulture,
                $"The hypervisor refused to direct an interrupt while CPUs went down for suspend ({status}): "
                + $"a kernel without the fix leaves it masked for good."), certainty: Certainty.Inferred);
            return;
        }
        context.Report(FindingCode.StuckMasked, context.Index,
            $"The hypervisor refused to direct an interrupt ({status}): it may be masked for good, "
            + "or sent to its old place.", certainty: Certainty.Hint, severity: Severity.Major);
    }
}
