using System.Globalization;
using Replay.Core.Events;

namespace Replay.Core.Findings.Hazards;

/// <summary>H-36: records are missing: what follows may look like a bug and be none.</summary>
internal sealed class CaptureGap(HazardContext context)
{
    public void Lost(in IrqEvent e)
    {
        if (!context.Wants(FindingCode.CaptureGap)) return;
        ulong count = new LossCount(in e).Count;
        string records = count switch
        {
            0 => "Records",
            1 => "One record",
            _ => count.ToString(CultureInfo.InvariantCulture) + " records",
        };
        context.Report(FindingCode.CaptureGap, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"{records} of CPU {e.Cpu} before this one {(count == 1 ? "is" : "are")} lost: "
            + $"findings from here on are inferred."), new About { Cpu = e.Cpu });
    }
}
