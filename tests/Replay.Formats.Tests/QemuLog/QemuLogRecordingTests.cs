using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.QemuLog;
using Replay.Formats.Tests.Bytes;
using Replay.Formats.Tests.Mapping;
using Replay.Formats.Tests.Text;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.QemuLog;

/// <summary>
/// Logs of QEMU's trace events. <c>traces/hibernate/qemu-trace.log.zst</c> is that of the machine that
/// <c>traces/hibernate/trace.dat</c> was recorded in.
/// </summary>
public class QemuLogRecordingTests
{
    private const string Sample = """
        70@100.000001:pci_cfg_write nvme 00:01.0 @0x10 <- 0xffffffff
        70@100.000002:pci_cfg_write nvme 00:01.0 @0x10 <- 0xfebc0004
        70@100.000003:pci_cfg_write nvme 00:01.0 @0x14 <- 0x0
        70@100.000004:pci_cfg_write e1000e 00:02.0 @0x1c <- 0xfebd0000
        70@100.000005:pci_cfg_write e1000e 00:02.0 @0x18 <- 0xc001
        70@100.000006:memory_region_ops_write cpu 0 mr 0x55 addr 0xfee000d0 value 0x1000000 size 4 name 'apic-msi'
        71@100.000007:memory_region_ops_write cpu 1 mr 0x55 addr 0xfee000d0 value 0x2000000 size 4 name 'apic-msi'
        71@100.000008:memory_region_ops_write cpu 1 mr 0x56 addr 0xfebc2000 value 0xfee02004 size 8 name 'msix-table'
        71@100.000009:memory_region_ops_write cpu 1 mr 0x56 addr 0xfebc2008 value 0x22 size 4 name 'msix-table'
        71@100.000010:memory_region_ops_write cpu 1 mr 0x56 addr 0xfebc201c value 0x1 size 4 name 'msix-table'
        71@100.000011:memory_region_ops_write cpu 1 mr 0x57 addr 0xfebd0018 value 0x23 size 4 name 'msix-table'
        71@100.000012:pci_cfg_write nvme 00:01.0 @0x42 <- 0x8000
        71@100.000013:msix_write_config dev nvme enabled 1 masked 0
        72@100.000014:pci_nvme_irq_msix raising MSI-X IRQ vector 0
        72@100.000015:memory_region_ops_write cpu -1 mr 0x55 addr 0xfee02004 value 0x22 size 4 name 'apic-msi'
        72@100.000016:apic_deliver_irq dest 2 dest_mode 1 delivery_mode 0 vector 34 trigger_mode 0
        72@100.000017:memory_region_ops_write cpu -1 mr 0x55 addr 0xfee02004 value 0x22 size 4 name 'apic-msi'
        72@100.000018:pci_nvme_irq_msix raising MSI-X IRQ vector 1
        guest error: something else
        72@100.000019:vtd_ir_irte_get index 8 low 0x40118 high 0x20000220005
        72@100.000020:vtd_inv_desc_iec granularity 0x1 index 0x8 mask 0x2
        70@100.000021:memory_region_ops_write cpu 0 mr 0x5a addr 0xfed900b8 value 0x630080f size 8 name 'intel_iommu'
        70@100.000021:vtd_reg_ir_root addr 0x6300000 size 0x10000
        70@100.000022:vtd_ir_enable enable 1
        72@100.000023:amdvi_ir_remap_msi_req addr 0xfee00000 data 0x2 devid 0xa0
        72@100.000024:amdvi_ir_irte addr 0x6250000 offset 0x20
        72@100.000025:amdvi_ir_irte_ga_val hi 0x30 lo 0x141
        72@100.000026:amdvi_intr_inval Interrupt table invalidated
        70@100.000027:memory_region_ops_write cpu 0 mr 0x58 addr 0xfec00000 value 0x12 size 4 name 'ioapic'
        70@100.000028:memory_region_ops_write cpu 0 mr 0x58 addr 0xfec00010 value 0x831 size 4 name 'ioapic'
        70@100.000029:memory_region_ops_write cpu 0 mr 0x58 addr 0xfec00000 value 0x13 size 4 name 'ioapic'
        70@100.000030:memory_region_ops_write cpu 0 mr 0x58 addr 0xfec00010 value 0x1000000 size 4 name 'ioapic'
        70@100.000031:memory_region_ops_write cpu 0 mr 0x59 addr 0xe9 value 0x3 size 1 name 'isa-debugcon'
        72@100.000032:vfio_msix_vector_do_use  (0000:01:00.0) vector 1 used
        72@100.000033:some_new_event of tomorrow

        """;

    private static readonly string[] SampleEvents =
    [
        "100.000008000 1 msix_store device=0000:00:01.0 entry=0 register=address_lo value=0xfee02004",
        "100.000008000 1 msix_store device=0000:00:01.0 entry=0 register=address_hi value=0x0",
        "100.000009000 1 msix_store device=0000:00:01.0 entry=0 register=data value=0x22",
        "100.000010000 1 msix_store device=0000:00:01.0 entry=1 register=control value=0x1",
        "100.000011000 1 msix_store device=0000:00:02.0 entry=1 register=data value=0x23",
        "100.000013000 1 msix_control device=0000:00:01.0 enable=1 mask=0",
        "100.000014000 0 device_raise device=0000:00:01.0 entry=0",
        "100.000016000 0 lapic_accept vector=34 cpu=1 level=0",
        "100.000017000 0 device_raise device=0000:00:01.0 entry=0",
        "100.000018000 0 device_raise device=0000:00:01.0 entry=1",
        "100.000019000 0 irte_read index=8 lo=0x20000220005 hi=0x40118",
        "100.000020000 0 qi_submit iommu=intel_iommu qw0=0x810000014 qw1=0x0 qw2=0x0 qw3=0x0",
        "100.000021000 0 remap_control step=set_table unit=intel_iommu value=0x630080f",
        "100.000022000 0 remap_control step=enable unit=intel_iommu value=0x0",
        "100.000025000 0 irte_read_amd devid=0xa0 index=2 lo=0x141 hi=0x30",
        "100.000026000 0 amd_invalidate devid=0xa0",
        "100.000030000 0 ioapic_pin rte=0x100000000000831 ioapic=0 pin=1",
        "100.000031000 0 mark text=\"MARK 3\"",
        "100.000032000 0 vfio_set_irqs device=0000:01:00.0 start=1 count=1 trigger=kvm",
    ];

    [Fact]
    public void Each_event_of_a_log_becomes_what_it_means()
    {
        (List<string> lines, QemuLogRecording recording) = Read(Sample);
        Assert.Equal(SampleEvents, lines);
        Assert.Equal(2, recording.Info.CpuCount);
        Assert.Equal(100_000_001_000UL, recording.Info.FirstTimeNs);
        Assert.Equal(100_000_033_000UL, recording.Info.LastTimeNs);
        Assert.Equal(lines.Count, recording.Info.EventCount);
        LossEntry entry = Assert.Single(recording.Report.Entries);
        Assert.Equal(QemuLogRecording.ForeignLine, entry.What);
    }

    [Fact]
    public void Every_line_is_counted_under_its_name()
    {
        (_, QemuLogRecording recording) = Read(Sample);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (SourceCount source in recording.Info.Sources)
            counts[source.Name] = counts.GetValueOrDefault(source.Name) + source.Count;
        Assert.Equal(Count(Sample), counts);
        Assert.Equal(34, recording.Info.RecordCount);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("1970-01-01T00:01:40.0000{1}Z {0}")]
    public void Other_prefixes_give_the_same_events(string prefix)
    {
        var text = new StringBuilder();
        foreach (string line in Sample.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            text.Append(line.StartsWith('7') ? string.Format(CultureInfo.InvariantCulture, prefix,
                line[(colon + 1)..], line[(colon - 2)..colon]) : line).Append('\n');
        }
        (List<string> lines, _) = Read(text.ToString());
        Assert.Equal(SampleEvents.Length, lines.Count);
        for (int i = 0; i < lines.Count; i++)
            Assert.Equal(SampleEvents[i].Split(' ', 3)[2], lines[i].Split(' ', 3)[2]);
    }

    [Fact]
    public void A_table_whose_register_was_not_logged_is_a_step_of_no_known_kind()
    {
        (List<string> lines, _) = Read("1@1.000000:vtd_reg_ir_root addr 0x6300000 size 0x10000\n");
        Assert.Equal(["1.000000000 0 remap_control step=other unit=intel_iommu value=0x630000f"], lines);
    }

    [Fact]
    public void A_low_half_is_known_by_its_content_whatever_it_is_called()
    {
        (List<string> lines, _) = Read("1@1.000000:vtd_ir_irte_get index 8 low 0x20000220005 high 0x40118\n");
        Assert.Equal(["1.000000000 0 irte_read index=8 lo=0x20000220005 hi=0x40118"], lines);
    }

    [Fact]
    public void The_capability_that_was_read_tells_where_a_table_begins()
    {
        (List<string> lines, QemuLogRecording recording) = Read("""
            pci_cfg_write vfio-pci 03:00.1 @0x10 <- 0xfebc0000
            pci_cfg_write vfio-pci 03:00.1 @0x72 <- 0xc000
            msix_write_config dev vfio-pci enabled 1 masked 1
            pci_cfg_read vfio-pci 03:00.1 @0x74 -> 0x1800
            memory_region_ops_write cpu 1 mr 0x1 addr 0xfebc1818 value 0x22 size 4 name 'msix-table'
            memory_region_ops_write cpu 1 mr 0x1 addr 0xfebc1008 value 0x22 size 4 name 'msix-table'

            """);
        Assert.Equal(
        [
            "0.000000000 0 msix_control device=0000:03:00.1 enable=1 mask=1",
            "0.000000000 1 msix_store device=0000:03:00.1 entry=1 register=data value=0x22",
        ], lines);
        Assert.True(recording.Report.Seen(QemuMachine.OddAccess));
    }

    [Fact]
    public void A_bridge_has_two_addresses_and_windows_that_are_none()
    {
        (List<string> lines, _) = Read("""
            pci_cfg_write pcie-root-port 00:02.0 @0x19 <- 0x1
            pci_cfg_write pcie-root-port 00:02.0 @0x20 <- 0xfe20fe10
            pci_cfg_write nvme 01:00.0 @0x10 <- 0xfe100000
            memory_region_ops_write cpu 0 addr 0xfe210008 value 0x22 size 4 name 'msix-table'

            """);
        Assert.Equal(["0.000000000 0 msix_store device=0000:01:00.0 entry=0 register=data value=0x22"], lines);
    }

    [Fact]
    public void An_address_above_4_GB_has_its_upper_half_in_the_next_word()
    {
        (List<string> lines, _) = Read("""
            pci_cfg_write nvme 00:01.0 @0x10 <- 0xfe100000
            pci_cfg_write nvme 00:02.0 @0x10 <- 0xfe200004
            pci_cfg_write nvme 00:02.0 @0x14 <- 0x8
            memory_region_ops_write cpu 0 addr 0x8fe200008 value 0x22 size 4 name 'msix-table'
            memory_region_ops_write cpu 0 addr 0xfe20000c value 0x1 size 4 name 'msix-table'

            """);
        Assert.Equal(
        [
            "0.000000000 0 msix_store device=0000:00:02.0 entry=0 register=data value=0x22",
            "0.000000000 0 msix_store device=0000:00:01.0 entry=0 register=control value=0x1",
        ], lines);
    }

    [Fact]
    public void A_table_of_no_known_function_has_a_name_of_its_own()
    {
        (List<string> lines, _) = Read(
            "5@1.000000:memory_region_ops_write cpu 0 mr 0x1 addr 0xfebc2018 value 0x22 size 4 name 'msix-table'\n");
        Assert.Equal(["1.000000000 0 msix_store device=msix-table@0xfebc2000 entry=1 register=data value=0x22"], lines);
    }

    [Fact]
    public void Of_several_devices_of_a_model_the_message_tells_which()
    {
        const string Two = """
            9@1.000000:pci_cfg_write nvme 00:01.0 @0x10 <- 0xfe100000
            9@1.000000:pci_cfg_write nvme 00:02.0 @0x10 <- 0xfe200000
            9@1.000000:memory_region_ops_write cpu 0 addr 0xfe200000 value 0xfee01000 size 4 name 'msix-table'
            9@1.000000:memory_region_ops_write cpu 0 addr 0xfe200004 value 0x0 size 4 name 'msix-table'
            9@1.000000:memory_region_ops_write cpu 0 addr 0xfe200008 value 0x31 size 4 name 'msix-table'
            9@2.000000:pci_nvme_irq_msix raising MSI-X IRQ vector 0
            9@3.000000:memory_region_ops_write cpu -1 addr 0xfee01000 value 0x31 size 4 name 'apic-msi'

            """;
        (List<string> lines, QemuLogRecording recording) = Read(Two);
        Assert.Equal("3.000000000 0 device_raise device=0000:00:02.0 entry=0", lines[^1]);
        Assert.Equal(4, lines.Count);
        Assert.Empty(recording.Report.Entries);
        const string Raise = "9@4.000000:pci_nvme_irq_msix raising MSI-X IRQ vector 0\n";
        (lines, recording) = Read(Two + Raise + Raise);
        Assert.Equal(4, lines.Count);
        Assert.Equal(QemuMachine.UnknownSender, Assert.Single(recording.Report.Entries).What);
    }

    [Fact]
    public void A_message_that_a_mask_held_back_is_no_second_raise()
    {
        (List<string> lines, _) = Read("""
            pci_cfg_write nvme 00:01.0 @0x10 <- 0xfe100000
            memory_region_ops_write cpu 0 addr 0xfe100000 value 0xfee01000 size 4 name 'msix-table'
            memory_region_ops_write cpu 0 addr 0xfe100004 value 0x0 size 4 name 'msix-table'
            memory_region_ops_write cpu 0 addr 0xfe100008 value 0x31 size 4 name 'msix-table'
            memory_region_ops_write cpu 0 addr 0xfe10000c value 0x1 size 4 name 'msix-table'
            pci_nvme_irq_msix raising MSI-X IRQ vector 0
            memory_region_ops_write cpu 0 addr 0xfe10000c value 0x0 size 4 name 'msix-table'
            memory_region_ops_write cpu 0 addr 0xfee01000 value 0x31 size 4 name 'apic-msi'
            memory_region_ops_write cpu 0 addr 0xfee01000 value 0x31 size 4 name 'apic-msi'

            """);
        Assert.Equal("device_raise", lines[4].Split(' ')[2]);
        Assert.Equal("msix_store", lines[5].Split(' ')[2]);
        Assert.Equal(7, lines.Count);
    }

    [Fact]
    public void Another_process_is_a_machine_that_was_off()
    {
        (List<string> lines, QemuLogRecording recording) = Read("""
            10@1.000000:pci_cfg_write nvme 00:01.0 @0x10 <- 0xfe100000
            10@1.000000:memory_region_ops_write cpu 0 addr 0xfe100008 value 0x31 size 4 name 'msix-table'
            10@1.000000:memory_region_ops_write cpu 0 addr 0xfe10000c value 0x0 size 4 name 'msix-table'
            10@1.000000:pci_cfg_write nvme 00:01.0 @0x42 <- 0x8000
            10@1.000000:msix_write_config dev nvme enabled 1 masked 0
            10@1.000000:vtd_ir_enable enable 1
            20@2.000000:memory_region_ops_write cpu 0 addr 0xe9 value 0x1 size 1 name 'isa-debugcon'
            10@3.000000:memory_region_ops_write cpu 0 addr 0xe9 value 0x2 size 1 name 'isa-debugcon'

            """);
        Assert.Equal(
        [
            "2.000000000 0 msix_control device=0000:00:01.0 enable=0 mask=0",
            "2.000000000 0 msix_store device=0000:00:01.0 entry=0 register=data value=0x0",
            "2.000000000 0 msix_store device=0000:00:01.0 entry=0 register=control value=0x1",
            "2.000000000 0 remap_control step=disable unit=intel_iommu value=0x0",
            "2.000000000 0 mark text=\"MARK 1\"",
        ], lines.GetRange(4, lines.Count - 4));
        Assert.Equal(QemuMachine.SeveralAtOnce, Assert.Single(recording.Report.Entries).What);
    }

    [Theory]
    [InlineData("cpu 0 addr 0xfe100008 value 0x1 size 3 name 'msix-table'")]
    [InlineData("cpu 0 addr 0xfe100008 value 0x100 size 1 name 'msix-table'")]
    [InlineData("cpu 0 addr 0xfe100008 value 0x11223344556677889 size 8 name 'msix-table'")]
    [InlineData("cpu 99999 addr 0xfe100008 value 0x1 size 4 name 'msix-table'")]
    [InlineData("cpu 0 addr 0xfe100008 value 0x1 size 4 name 'msix-table")]
    [InlineData("cpu 0 addr 0xfe100008 value 0x1 size 4 name 'msix-table' 28719@1.0")]
    [InlineData("cpu 0 addr  value 0x1 size 4 name 'msix-table'")]
    public void A_damaged_access_is_counted_and_not_used(string text)
    {
        (List<string> lines, QemuLogRecording recording) = Read("1@1.000000:memory_region_ops_write " + text + "\n");
        Assert.Empty(lines);
        LossEntry entry = Assert.Single(recording.Report.Entries);
        Assert.Equal(QemuMachine.UnreadableText, entry.What);
        Assert.Equal(1, entry.FirstOffset);
        Assert.Equal(LossSeverity.DataLoss, entry.Severity);
    }

    [Theory]
    [InlineData("pci_cfg_write nvme 00:41.0 @0x10 <- 0x1")]
    [InlineData("pci_cfg_write nvme 00:01.0 @0x10 <- 0x1000000000")]
    [InlineData("pci_cfg_write nvme 00:01.0 @0x10 -> 0x1")]
    [InlineData("msix_write_config dev nvme enabled 2 masked 0")]
    [InlineData("pci_nvme_irq_msix raising MSI-X IRQ vector 4096")]
    [InlineData("pci_nvme_irq_msix raising MSI-X IRQ vector")]
    [InlineData("apic_deliver_irq dest 2 dest_mode 1 delivery_mode 0 vector 300 trigger_mode 0")]
    [InlineData("vtd_ir_irte_get index 65536 low 0x1 high 0x2")]
    [InlineData("vtd_ir_irte_get index 1 low 0x1 high 0x28719@1.000000:vtd")]
    [InlineData("vtd_inv_desc_iec granularity 0x1 index 0x8 mask 0x20")]
    [InlineData("vtd_reg_ir_root addr 0x6300000 size 0x10001")]
    [InlineData("amdvi_ir_irte_ga_val hi 0x30 lo -")]
    public void A_damaged_event_is_counted_and_not_used(string text)
    {
        (List<string> lines, QemuLogRecording recording) = Read("1@1.000000:" + text + "\n");
        Assert.Empty(lines);
        Assert.Equal(QemuMachine.UnreadableText, Assert.Single(recording.Report.Entries).What);
    }

    [Fact]
    public void Every_truncation_gives_a_prefix_of_the_events()
    {
        byte[] text = Encoding.UTF8.GetBytes(Sample);
        (List<string> all, _) = Read(text);
        for (int length = 0; length < text.Length; length++)
        {
            (List<string> some, QemuLogRecording recording) = Read(text[..length]);
            Assert.Equal(all.GetRange(0, some.Count), some);
            bool torn = length > 0 && text[length - 1] != (byte)'\n';
            Assert.Equal(torn, recording.Report.Seen(LineRecording.TornEnd));
        }
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Mutants_end_in_events_and_a_report(int seed)
    {
        byte[] text = Encoding.UTF8.GetBytes(Sample);
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++)
        {
            byte[] mutant = (byte[])text.Clone();
            for (int n = random.Next(1, 12); n > 0; n--)
            {
                int at = random.Next(mutant.Length);
                if (random.Next(3) == 0) mutant[at] = (byte)random.Next(256);
                else mutant[at] = mutant[random.Next(mutant.Length)];
            }
            (List<string> lines, QemuLogRecording recording) = Read(mutant);
            Assert.InRange(lines.Count, 0, 60);
            Assert.InRange(recording.Report.Entries.Count, 0, ImportReport.KindsMax);
        }
    }

    [Fact]
    public void However_a_pipe_cuts_the_text_the_events_are_the_same()
    {
        using QemuLogRecording recording = QemuLogRecording.Open(
            new OneByteAtATimeStream(Encoding.UTF8.GetBytes(Sample)), "x", null);
        Assert.Equal(SampleEvents, TextSamples.ReadLines(recording));
    }

    [Fact]
    public void Names_functions_and_entries_without_number_stay_within_bounds()
    {
        var text = new StringBuilder();
        for (int i = 0; i < QemuEvents.NamesMax + 100; i++) text.Append(CultureInfo.InvariantCulture, $"name_{i} x\n");
        for (int i = 0; i < 200; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"pci_cfg_write nvme {i:x2}:01.0 @0x10 <- 0xfe{i:x2}0000\n");
            text.Append(CultureInfo.InvariantCulture,
                $"memory_region_ops_write cpu 0 addr 0xfe{i:x2}0008 value 0x1 size 4 name 'msix-table'\n");
            text.Append(CultureInfo.InvariantCulture,
                $"memory_region_ops_write cpu 0 addr 0xfe{i:x2}7ff8 value 0x1 size 4 name 'msix-table'\n");
        }
        for (int i = 0; i < 5000; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"memory_region_ops_write cpu 0 addr 0x{i + 1}000 value 0x1 size 4 name 'msix-table'\n");
            text.Append(CultureInfo.InvariantCulture, $"{i + 1}@1.000000:vtd_ir_enable enable 1\n");
        }
        text.Append("x_y ").Append('y', 100_000).Append('\n');
        (List<string> lines, QemuLogRecording recording) = Read(text.ToString());
        Assert.InRange(lines.Count, 5000, 12_000);
        Assert.True(recording.Report.Seen(QemuMachine.TooMuch));
        Assert.True(recording.Report.Seen(LineRecording.LongLine));
        Assert.True(recording.Report.Seen(QemuLogRecording.NamesExhausted));
        Assert.InRange(recording.Info.Sources.Count, 1, 2 * QemuEvents.NamesMax);
    }

    [Theory]
    [InlineData("28719@1795240677.622082:ioapic_set_irq vector: 4 level: 0\n", true)]
    [InlineData("some words\n28719@1795240677.622082:ioapic_set_irq vector: 4\n", true)]
    [InlineData("2026-11-28T13:38:20.622082Z pic_interrupt irq 4 intno 12\n", true)]
    [InlineData("pci_cfg_write nvme 00:01.0 @0x10 <- 0xfe", true)]
    [InlineData("memory_region_ops_write cpu 0 mr 0x55 addr 0xe9", true)]
    [InlineData("some_function of a program\n", false)]
    [InlineData("          <idle>-0     [001] d.h1.  1464.179964: irq_hand", false)]
    [InlineData("[    0.000000] Linux version 6.1.0\n", false)]
    [InlineData("irqs 1\n", false)]
    [InlineData("", false)]
    public void The_first_lines_tell_the_format(string start, bool expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(start);
        Assert.Equal(expected, QemuLogRecording.LooksLike(bytes));
        Importer? first = TraceSniffer.Find(ImporterTable.Rows, bytes);
        Assert.Equal(expected, first?.Name == "qemu log");
    }

    [Fact]
    public void Markers_have_the_texts_that_lie_beside_the_log()
    {
        QemuMarks marks = QemuMarks.Read(["3 11.06 snap_boot begin", "4 x y", "no", "5 1.5"]);
        Assert.Equal("MARK 3 snap_boot begin", Encoding.UTF8.GetString(marks[3]));
        Assert.Equal("MARK 4", Encoding.UTF8.GetString(marks[4]));
        Assert.Equal("MARK 255", Encoding.UTF8.GetString(marks[255]));
        Assert.Equal("MARK 3", Encoding.UTF8.GetString(QemuMarks.Read(["3 1.0 a", "259 2.0 b"])[3]));
    }

    [Fact]
    public void The_log_of_a_hibernated_machine_names_its_markers_and_devices()
    {
        string path = Path.Combine(FormatVectors.RepositoryRoot, "traces", "hibernate", "qemu-trace.log.zst");
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);
        List<string> lines = TextSamples.ReadLines(recording);
        Assert.Equal(20, lines.FindAll(static line => line.Contains(" mark ", StringComparison.Ordinal)).Count);
        Assert.Contains(lines, static line =>
            line.EndsWith("mark text=\"MARK 9 snap_io1 begin\"", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, static line => line.Contains("msix-table@", StringComparison.Ordinal));
        Assert.Empty(recording.Report.Entries);
        Assert.Equal(20956, recording.Info.RecordCount);
    }

    [Fact]
    public void A_warm_run_allocates_nothing_per_line()
    {
        byte[] text = ReadLog();
        // The second copy is the first machine's again: only then is nothing new met.
        int next = Encoding.UTF8.GetString(text).IndexOf("\n82", StringComparison.Ordinal) + 1;
        byte[] one = text[..next];
        var twice = new byte[one.Length * 2];
        one.CopyTo(twice, 0);
        one.CopyTo(twice, one.Length);
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            using QemuLogRecording recording = QemuLogRecording.Open(new MemoryStream(twice), "x", null);
            long events = 0, before = 0;
            long half = EventsOf(one);
            while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            {
                events += batch.Length;
                if (before == 0 && events > half) before = GC.GetAllocatedBytesForCurrentThread();
                else if (before > 0) return GC.GetAllocatedBytesForCurrentThread() - before;
            }
            return -1;
        }));
    }

    [CaptureTheory]
    [InlineData("hotplug-612")]
    [InlineData("amd-iommu")]
    [InlineData("mmiotrace")]
    public void Every_line_of_a_whole_log_is_counted_under_its_name(string capture)
    {
        string path = Path.Combine(CaptureFolder.Root!, capture, "qemu-trace.log.zst");
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);
        while (recording.TryReadBatch(out _)) { }
        Assert.False(recording.Report.HasDataLoss);
        Assert.False(recording.Report.Seen(QemuLogRecording.ForeignLine));
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (SourceCount source in recording.Info.Sources)
            counts[source.Name] = counts.GetValueOrDefault(source.Name) + source.Count;
        using var log = new MemoryStream();
        using (Stream plain = FormatCatalog.BuiltIn.OpenZstd!(File.OpenRead(path))) plain.CopyTo(log);
        Assert.Equal(Count(Encoding.UTF8.GetString(log.GetBuffer(), 0, (int)log.Length)), counts);
    }

    private static long EventsOf(byte[] text)
    {
        using QemuLogRecording recording = QemuLogRecording.Open(new MemoryStream(text), "x", null);
        long events = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) events += batch.Length;
        return events;
    }

    private static byte[] ReadLog()
    {
        using FileStream packed = File.OpenRead(Path.Combine(FormatVectors.RepositoryRoot, "traces",
            "hibernate", "qemu-trace.log.zst"));
        using Stream plain = FormatCatalog.BuiltIn.OpenZstd!(packed);
        using var text = new MemoryStream();
        plain.CopyTo(text);
        return text.ToArray();
    }

    /// <summary>Lines by name, and accesses by region too, as a reader without this program would count them.</summary>
    private static SortedDictionary<string, long> Count(string text)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            if (line.Length == 0 || !char.IsAsciiDigit(line[0])) continue;
            string[] words = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ');
            string name = words[0].StartsWith("memory_region_", StringComparison.Ordinal)
                ? words[0] + " " + words[^1].Trim('\'') : words[0];
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }
        return counts;
    }

    private static (List<string> Lines, QemuLogRecording Recording) Read(string text) =>
        Read(Encoding.UTF8.GetBytes(text));

    private static (List<string> Lines, QemuLogRecording Recording) Read(byte[] text)
    {
        QemuLogRecording recording = QemuLogRecording.Open(new MemoryStream(text), "x", null);
        return (TextSamples.ReadLines(recording), recording);
    }
}
