using System.Text;
using Replay.Formats.QemuLog;
using Xunit;

namespace Replay.Formats.Tests.QemuLog;

public class QemuLineTests
{
    [Theory]
    [InlineData("28719@1795240677.622082:ioapic_set_irq vector: 4 level: 0", 28719, 1795240677622082000UL,
        "ioapic_set_irq", "vector: 4 level: 0")]
    [InlineData("7@0.000001:amdvi_intr_inval  Interrupt table invalidated ", 7, 1000UL, "amdvi_intr_inval",
        "Interrupt table invalidated")]
    [InlineData("2026-11-28T13:38:20.622082Z pic_interrupt irq 4 intno 12", 0, 1795873100622082000UL,
        "pic_interrupt", "irq 4 intno 12")]
    [InlineData("2024-02-29T00:00:00Z a_b", 0, 1709164800000000000UL, "a_b", "")]
    [InlineData("1970-01-01T00:00:00.123456789Z a_b c", 0, 123456789UL, "a_b", "c")]
    [InlineData("virtio_notify vdev 0x55 vq 0x7f", 0, 0UL, "virtio_notify", "vdev 0x55 vq 0x7f")]
    public void A_line_of_each_prefix_gives_its_parts(string line, int thread, ulong timeNs, string name, string text)
    {
        Assert.Equal(QemuLineKind.Event, QemuLine.Parse(Encoding.UTF8.GetBytes(line), out QemuLine parsed));
        Assert.Equal((uint)thread, parsed.Thread);
        Assert.Equal(timeNs, parsed.TimeNs);
        Assert.Equal(name, Encoding.UTF8.GetString(parsed.Name));
        Assert.Equal(text, Encoding.UTF8.GetString(parsed.Text));
    }

    [Theory]
    [InlineData("", "Foreign")]
    [InlineData("Servicing hardware INT=0x20", "Foreign")]
    [InlineData("     0: v=20 e=0000 i=0 cpl=3 IP=001b:0804 pc=0804 SP=0023:bf EAX=00000000", "Foreign")]
    [InlineData("EAX=00000000 EBX=00000000", "Foreign")]
    [InlineData("pci: guest wrote nonsense", "Foreign")]
    [InlineData("qemu-system-x86_64: terminating on signal 2", "Foreign")]
    [InlineData("28719@1795240677.622082", "Broken")]
    [InlineData("28719@1795240677.62208:ioapic_set_irq", "Broken")]
    [InlineData("28719@1795240677.622082:", "Broken")]
    [InlineData("28719@1795240677.622082:EAX=1", "Broken")]
    [InlineData("28719@99999999999999999999.622082:ioapic_set_irq", "Broken")]
    [InlineData("99999999999@1.622082:ioapic_set_irq", "Broken")]
    [InlineData("2026-11-28T13:38:20.622082Z ", "Broken")]
    [InlineData("2026-13-28T13:38:20.622082Z a_b c", "Foreign")]
    [InlineData("2026-11-28T13:38:20.622082Z EAX=1", "Broken")]
    public void Whatever_is_no_event_is_told_apart(string line, string kind)
    {
        Assert.Equal(kind, QemuLine.Parse(Encoding.UTF8.GetBytes(line), out _).ToString());
    }
}
