using System.Globalization;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// I-53: a vector in service blocks its own and lower priority classes, and an end of interrupt is for the highest one
/// in service (Intel SDM volume 3, interrupt acceptance for fixed interrupts).
/// </summary>
internal sealed class LapicOrder(HazardContext context)
{
    /// <summary>A CPU is about to enter a vector.</summary>
    public void Entering(in IrqEvent e)
    {
        ushort cpu = new LapicStep(in e).Cpu;
        int top = Highest(cpu);
        if (top < 0 || !context.Machine.Apics.EndsSeen || top >> 4 < e.Vector >> 4) return;
        context.Report(FindingCode.LapicOrder, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"CPU {cpu} enters vector {e.Vector} while vector {top} of the same or a higher class is in service."),
            new About { Cpu = cpu, Vector = e.Vector });
    }

    /// <summary>A CPU is about to end a vector.</summary>
    public void Ending(in IrqEvent e)
    {
        ushort cpu = new LapicStep(in e).Cpu;
        int top = Highest(cpu);
        if (top <= e.Vector) return;
        context.Report(FindingCode.LapicOrder, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"CPU {cpu} ends vector {e.Vector} while vector {top} is in service: an end is always for the highest."),
            new About { Cpu = cpu, Vector = e.Vector });
    }

    private int Highest(int cpu)
    {
        LocalApics apics = context.Machine.Apics;
        if (cpu >= apics.Count) return -1;
        for (int vector = 255; vector >= 0; vector--)
        {
            if (apics.InService(cpu)[(byte)vector]) return vector;
        }
        return -1;
    }
}
