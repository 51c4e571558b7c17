using System.Text;
using Replay.Formats.FtraceText;
using Xunit;

namespace Replay.Formats.Tests.FtraceText;

/// <summary>One line of text each: which columns there are is told by the line.</summary>
public class FtraceLineTests
{
    [Theory]
    // trace and trace_pipe of several kernels.
    [InlineData("          <idle>-0     [001] d.h1.  1464.179964: irq_handler_entry: irq=24 name=nvme0q1", 1,
        1464_179_964_000, "irq_handler_entry", "irq=24 name=nvme0q1")]
    [InlineData("          <idle>-0     [001] d.h1  1464.179964: irq_handler_entry: irq=24", 1, 1464_179_964_000,
        "irq_handler_entry", "irq=24")]
    [InlineData("          <idle>-0       [255] dNh2...  9.000001: x: ", 255, 9_000_001_000, "x", "")]
    [InlineData("  kworker/u8:2-events_unbound-37 [003] .... 1.5: a: b", 3, 1_500_000_000, "a", "b")]
    [InlineData("   a [0] -1-b: c-12   [002] ....  7.000000: a: b: c", 2, 7_000_000_000, "a", "b: c")]
    [InlineData("           <...>-19161 (-----) [001] ...1 683201.354908: tracing_mark_write: x: y", 1,
        683201_354_908_000, "tracing_mark_write", "x: y")]
    [InlineData(" ndroid.systemui-13580 (  580) [001] ...1 683202.104223: tracing_mark_write: S|1", 1,
        683202_104_223_000, "tracing_mark_write", "S|1")]
    [InlineData("\t   <...>-15430 (-------) [006] ....  7115.449594: e: t", 6, 7115_449_594_000, "e", "t")]
    [InlineData("            bash-946   [003] ....   676.984916: do_fork+0x14/0x1acc <-_do_fork+0xc0/0x41c", 3,
        676_984_916_000, "function", "")]
    [InlineData("            bash-946   [003] ....   17159355506: a: b", 3, 17159355506, "a", "b")]
    // trace-cmd report, its name filled to a width that long names exceed.
    [InlineData("          <idle>-0     [000]     0.335876323: irq_matrix_assign_system: bit=0", 0, 335_876_323,
        "irq_matrix_assign_system", "bit=0")]
    [InlineData("          <idle>-0     [000]     0.335876: cpuhp_exit:            cpu: 0000", 0, 335_876_000,
        "cpuhp_exit", " cpu: 0000")]
    [InlineData("            init-1     [002]     5.000000: device_pm_callback_end:  cpu, err=0", 2, 5_000_000_000,
        "device_pm_callback_end", " cpu, err=0")]
    [InlineData("            init-1     [002]     5.000000: kvm:kvm_eoi: apicid 1", 2,
        5_000_000_000, "kvm:kvm_eoi", "apicid 1")]
    // Latency format: the CPU stands before its flags, the time may be relative and have a mark.
    [InlineData("    bash-1181    0d.h2.  1464.179964: irq_handler_entry: irq=24", 0, 1464_179_964_000,
        "irq_handler_entry", "irq=24")]
    [InlineData("    bash-1181   12d.h2.    87us+: irq_handler_entry: irq=24", 12, 87_000,
        "irq_handler_entry", "irq=24")]
    [InlineData("    bash-1181    3d.h2     0us : a: b", 3, 0, "a", "b")]
    // perf script.
    [InlineData("         swapper     0 [000]    12.272877: irq_vectors:x_entry: vector=251", 0, 12_272_877_000,
        "irq_vectors:x_entry", "vector=251")]
    [InlineData("         swapper     0 [002]    12.273392:  irq_vectors:x_exit: vector=251", 2, 12_273_392_000,
        "irq_vectors:x_exit", "vector=251")]
    [InlineData("iperf 27409/28744 [011] 441995.133575123:          1 irq:x: irq=24 name=a", 11,
        441995_133_575_123, "irq:x", "irq=24 name=a")]
    [InlineData(" a [0] 7 -1 b 12 [003]     1.000000: rig:p: (ffffffff81000000) irq=5", 3, 1_000_000_000, "rig:p",
        "(ffffffff81000000) irq=5")]
    [InlineData("kworker/1:1-mm_ 41 [001]     1.000000: a:b: c", 1, 1_000_000_000, "a:b", "c")]
    public void A_record_gives_its_columns(string line, int cpu, ulong timeNs, string name, string text)
    {
        Assert.Equal(FtraceLineKind.Record, FtraceLine.Parse(Encoding.UTF8.GetBytes(line), out FtraceLine parsed));
        Assert.Equal((uint)cpu, parsed.Cpu);
        Assert.Equal(timeNs, parsed.TimeNs);
        Assert.Equal(name, Encoding.UTF8.GetString(parsed.Name));
        Assert.Equal(text, Encoding.UTF8.GetString(parsed.Text));
    }

    [Theory]
    [InlineData("CPU:3 [LOST 120 EVENTS]", 3, 120)]
    [InlineData("CPU:11 [LOST EVENTS]", 11, 0)]
    [InlineData("CPU:1 [7 EVENTS DROPPED]", 1, 7)]
    [InlineData("CPU:0 [EVENTS DROPPED]", 0, 0)]
    public void A_loss_gives_its_cpu_and_its_number(string line, int cpu, ulong count)
    {
        Assert.Equal(FtraceLineKind.Loss, FtraceLine.Parse(Encoding.UTF8.GetBytes(line), out FtraceLine parsed));
        Assert.Equal((uint)cpu, parsed.Cpu);
        Assert.Equal(count, parsed.LossCount);
    }

    [Theory]
    [InlineData("", nameof(FtraceLineKind.Ignored))]
    [InlineData("# tracer: nop", nameof(FtraceLineKind.Ignored))]
    [InlineData("##### CPU 2 buffer started ####", nameof(FtraceLineKind.Ignored))]
    [InlineData(" => do_fork+0x18/0x1acc", nameof(FtraceLineKind.Ignored))]
    [InlineData("cpus=4", nameof(FtraceLineKind.Ignored))]
    [InlineData("version = 6", nameof(FtraceLineKind.Ignored))]
    [InlineData("CPU 1 is empty", nameof(FtraceLineKind.Ignored))]
    [InlineData("  bash-946   [003] ....   676.984929: <stack trace>", nameof(FtraceLineKind.Ignored))]
    [InlineData("CPU:x [LOST 1 EVENTS]", nameof(FtraceLineKind.Foreign))]
    [InlineData("perf 1234 1234.567890: sched:sched_switch: a", nameof(FtraceLineKind.Foreign))]
    [InlineData("[   12.345678] usb 1-1: new device", nameof(FtraceLineKind.Foreign))]
    [InlineData(" 0)   1.5 us    |  schedule();", nameof(FtraceLineKind.Foreign))]
    [InlineData("  bash-946   [003] ....   676.98", nameof(FtraceLineKind.Broken))]
    [InlineData("  bash-946   [003] ....   99999999999999999.5: a: b", nameof(FtraceLineKind.Broken))]
    [InlineData("  bash-946   [003] ....   676.984929: only words here", nameof(FtraceLineKind.Broken))]
    public void Whatever_is_no_record_is_told_apart(string line, string kind)
    {
        Assert.Equal(kind, FtraceLine.Parse(Encoding.UTF8.GetBytes(line), out _).ToString());
    }
}
