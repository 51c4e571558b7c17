using System.Collections.Generic;
using System.Globalization;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;
using Xunit;

namespace Replay.Formats.Tests.Mapping;

public class RecordMapperTests
{
    private static readonly Dictionary<string, EventFormat> Linux61 = FormatVectors.Load("linux-6.1-x86_64.txt");

    // Event; fields as name=value (0x… hex, "…" text); the event in operands. Values are those of real recordings.
    [Theory]
    [InlineData("irq:irq_handler_entry", "irq=24 name=\"PCIe PME, aerdrv\"",
        "handler_entry irq=24 name=PCIe PME, aerdrv")]
    [InlineData("irq:irq_handler_exit", "irq=24 ret=1", "handler_exit irq=24 ret=1")]
    [InlineData("irq_vectors:local_timer_entry", "vector=236", "system_entry vector=236 class=local_timer")]
    [InlineData("irq_vectors:thermal_apic_exit", "vector=250", "system_exit vector=250 class=thermal_apic")]
    [InlineData("irq_vectors:vector_setup", "irq=24 is_legacy=1 ret=-28",
        "vector_setup irq=24 is_legacy=1 ret=-28")]
    [InlineData("irq_vectors:vector_activate", "irq=7 is_managed=1 can_reserve=0 reserve=1",
        "vector_activate irq=7 is_managed=1 can_reserve=0 reserve=1")]
    [InlineData("irq_vectors:vector_alloc", "irq=818 vector=0 reserved=1 ret=-28",
        "vector_alloc irq=818 vector=0 reserved=1 ret=-28")]
    [InlineData("irq_vectors:vector_alloc", "irq=818 vector=-28 reserved=1 ret=-28",
        "vector_alloc irq=818 vector=0 reserved=1 ret=-28")]
    [InlineData("irq_vectors:vector_update", "irq=9 vector=33 cpu=1 prev_vector=48 prev_cpu=2",
        "vector_update irq=9 vector=33 cpu=1 prev_vector=48 prev_cpu=2")]
    [InlineData("irq_vectors:vector_config", "irq=24 vector=239 cpu=3 apicdest=0x80000001",
        "vector_config irq=24 vector=239 cpu=3 apicdest=0x80000001")]
    [InlineData("irq_matrix:irq_matrix_alloc", "bit=33 cpu=1 online=1 available=200 allocated=1 managed=2 "
        + "online_maps=4 global_available=801 global_reserved=13 total_allocated=3",
        "matrix_alloc vector=33 cpu=1 online=1 available=200 allocated=1 managed=2 online_maps=4 global_available=801 "
        + "global_reserved=13 total_allocated=3")]
    [InlineData("irq_matrix:irq_matrix_assign_system", "bit=128 online_maps=1 global_available=2 global_reserved=3 "
        + "total_allocated=4",
        "matrix_assign_system vector=128 online_maps=1 global_available=2 global_reserved=3 total_allocated=4")]
    [InlineData("cpuhp:cpuhp_enter", "cpu=1 target=236 idx=192 fun=0xffffffff81000010",
        "cpuhp_enter cpu=1 target=236 step=192 fun=takedown_cpu")]
    [InlineData("cpuhp:cpuhp_enter", "cpu=1 target=-1 idx=-2 fun=0xffffffff81009990",
        "cpuhp_enter cpu=1 target=-1 step=-2 fun=0xffffffff81009990")]
    [InlineData("cpuhp:cpuhp_exit", "cpu=3 state=152 idx=153 ret=-28", "cpuhp_exit cpu=3 state=152 step=153 ret=-28")]
    [InlineData("power:suspend_resume", "action=0xffffffff82000001 val=2 start=1",
        "suspend_resume action=dpm_prepare val=2 start=1")]
    [InlineData("power:device_pm_callback_start", "device=\"0000:00:03.0\" driver=\"nvme\" parent=\"none\" "
        + "pm_ops=\"bus \" event=64",
        "device_pm_start device=0000:00:03.0 driver=nvme ops=bus  event=64")]
    [InlineData("intel_iommu:qi_submit", "qw0=0x100000014 qw1=2 qw2=3 qw3=0xffffffffffffffff iommu=\"dmar0\"",
        "qi_submit iommu=dmar0 qw0=0x100000014 qw1=0x2 qw2=0x3 qw3=0xffffffffffffffff")]
    [InlineData("ftrace:print", "ip=1 buf=\"MARK 2 drivers\n\"", "mark \"MARK 2 drivers\"")]
    [InlineData("rig:pci_write_msi_msg", "irq=24 idx=2 addr_lo=0xfee04004 addr_hi=0x1 data=0x21 dev=\"0000:00:01.0\"",
        "msi_write irq=24 device=0000:00:01.0 entry=2 address=0x1fee04004 data=0x21")]
    [InlineData("rig:pci_msi_mask", "irq=26 hwirq=0x8000000000004000 chip=\"IR-PCI-MSI\"",
        "msi_mask irq=26 hwirq=0x8000000000004000 chip=IR-PCI-MSI")]
    [InlineData("rig:modify_irte", "idx=11 sub=1 lo=0x4000021000d hi=0x4ff00",
        "irte_write index=11 sub=1 lo=0x4000021000d hi=0x4ff00")]
    [InlineData("rig:modify_irte_ga", "devid=24 index=7 lo=0x141 hi=0xef",
        "irte_write_amd devid=0x18 index=7 lo=0x141 hi=0xef")]
    [InlineData("rig:enable_msix_range", "dev=\"0000:00:03.0\" minvec=-1 maxvec=4",
        "msix_enable device=0000:00:03.0 min=-1 max=4")]
    [InlineData("rig:msix_range_ret", "ret=-28", "msix_enable_return ret=-28")]
    [InlineData("rig:irq_set_affinity", "irq=26 mask=0xffffffffffffffff force=255",
        "irq_set_affinity irq=26 mask=0xffffffffffffffff force=255")]
    [InlineData("rig:free_moved_vector", "vector=53 prev_vector=37 cpu=3 prev_cpu=65535 irq=26",
        "free_moved_vector irq=26 vector=53 cpu=3 prev_vector=37 prev_cpu=65535")]
    [InlineData("rig:move_cleanup_ipi", "", "move_cleanup")]
    [InlineData("rig:ir_alloc", "virq=42 nr=3", "ir_alloc irq=42 count=3")]
    [InlineData("rig:matrix_free", "cpu=2 bit=51 managed=1", "matrix_free_call vector=51 cpu=2 managed=1")]
    [InlineData("rig:freeze_sec_cpus", "primary=-1", "kernel_step step=freeze_secondary_cpus value=-1")]
    [InlineData("rig:nvme_error_detected", "dev=\"0000:01:00.0\" state=2",
        "device_step device=0000:01:00.0 step=error_detected state=2 source=nvme_error_detected")]
    [InlineData("rig:report_frozen_detected", "dev=\"0000:01:00.0\"",
        "device_step device=0000:01:00.0 step=error_detected state=2 source=report_frozen_detected")]
    [InlineData("rig:m_nvme_reset_work", "", "device_step device= step=driver_reset state=0 source=m_nvme_reset_work")]
    public void Record_becomes_its_event(string name, string fields, string expected)
    {
        var bench = new MapperBench(Linux61[name]);
        bench.Symbols[0xffffffff81000010] = "takedown_cpu";
        bench.Texts[0xffffffff82000001] = "dpm_prepare";
        byte[] record = bench.Record(Values(fields));
        Assert.Equal(expected, bench.Map(record));
        // The second time names come from the cache; a longer record is the same record.
        Assert.Equal(expected, bench.Map([.. record, 1, 2, 3]));
        Assert.Empty(bench.Report.Entries);
    }

    [Theory]
    [InlineData(0, "tlp0=0x0 tlp1=0x0 tlp2=0x0 tlp3=0x0")]
    [InlineData(1, "tlp0=0x4000001 tlp1=0xf tlp2=0x2 tlp3=0xfffffff3")]
    public void Header_log_counts_only_when_the_kernel_wrote_it(long valid, string words)
    {
        var bench = new MapperBench(Linux61["ras:aer_event"]);
        uint[] header = [0x4000001, 0xf, 2, 0xfffffff3];
        byte[] record = bench.Record(("dev_name", "0000:03:00.0"), ("status", 0xfff04000L), ("severity", 1L),
            ("tlp_header_valid", valid), ("tlp_header", header));
        Assert.Equal($"aer_event device=0000:03:00.0 severity=1 status=0xfff04000 tlp_valid={valid} {words}",
            bench.Map(record));
    }

    [Theory]
    [InlineData("irq:irq_handler_entry", "irq=24 name=\"nvme0q1\"", "handler_entry irq=24 name=nvme0q1")]
    [InlineData("irq:irq_handler_exit", "irq=24 ret=-2", "handler_exit irq=24 ret=-2")]
    [InlineData("irq_vectors:local_timer_entry", "vector=236", "system_entry vector=236 class=local_timer")]
    [InlineData("rig:pci_write_msi_msg", "irq=24 idx=2 addr_lo=0xfee04004 addr_hi=0x1 data=0x21 dev=\"0000:00:01.0\"",
        "msi_write irq=24 device=0000:00:01.0 entry=2 address=0x1fee04004 data=0x21")]
    [InlineData("cpuhp:cpuhp_enter", "cpu=1 target=236 idx=-2 fun=0x1234",
        "cpuhp_enter cpu=1 target=236 step=-2 fun=0x1234")]
    public void Big_endian_record_becomes_the_same_event(string name, string fields, string expected)
    {
        var bench = new MapperBench(Linux61[name], bigEndian: true);
        Assert.Equal(expected, bench.Map(bench.Record(Values(fields))));
    }

    [Fact]
    public void Pointers_of_a_32_bit_kernel_have_four_bytes()
    {
        const string format = """
            name: cpuhp_enter
            ID: 1
            format:
            	field:unsigned int cpu;	offset:8;	size:4;	signed:0;
            	field:int target;	offset:12;	size:4;	signed:1;
            	field:int idx;	offset:16;	size:4;	signed:1;
            	field:void * fun;	offset:20;	size:4;	signed:0;
            """;
        var bench = new MapperBench(FormatVectors.Parse(format, "cpuhp")["cpuhp:cpuhp_enter"], longSize: 4);
        bench.Symbols[0xc0100010] = "smpboot_create_threads";
        Assert.Equal("cpuhp_enter cpu=1 target=2 step=3 fun=smpboot_create_threads",
            bench.Map(bench.Record(Values("cpu=1 target=2 idx=3 fun=0xc0100010"))));
    }

    [Theory]
    [InlineData("linux-arm32.txt")]
    [InlineData("linux-arm64.txt")]
    public void Mark_of_an_old_kernel_is_declared_as_one_char_and_read_as_text(string file)
    {
        var bench = new MapperBench(FormatVectors.Load(file)["ftrace:print"]);
        Assert.Equal("mark \"old mark\"", bench.Map(bench.Record(("ip", 1L), ("buf", "old mark\n"))));
    }

    // Declaration of the field, bytes of the record from the field on, and the name.
    [Theory]
    [InlineData("char name[8]", 8, "nvme\0xyz", "nvme")]
    [InlineData("char name[8]", 8, "12345678", "12345678")]
    [InlineData("__rel_loc char[] name", 4, "\u0002\0\u0004\0--abc\0", "abc")]
    [InlineData("__data_loc char[] name", 4, "\u000e\0\u0004\0--abc\0", "abc")]
    [InlineData("__data_loc char[] name", 2, "\u000c\0--abc\0", "abc")]
    [InlineData("const char * name", 4, "\u0001\0\0\0", "one")]
    [InlineData("const char * name", 8, "\u0002\0\0\0\0\0\0\0", "0x2")]
    [InlineData("void * name", 4, "\u0001\0\0\0", "function")]
    public void Text_is_found_however_the_kernel_stores_it(string declaration, int size, string bytes, string expected)
    {
        string format = $"name: e\nID: 1\nformat:\n\tfield:{declaration};\toffset:8;\tsize:{size};\tsigned:0;";
        MappingTable table = MappingTable.Parse("own:e -> setup_irq irq=1 name=name", "own.map");
        var bench = new MapperBench(FormatVectors.Parse(format, "own")["own:e"], table);
        bench.Texts[1] = "one";
        bench.Symbols[1] = "function";
        byte[] record = [.. new byte[8], .. System.Text.Encoding.UTF8.GetBytes(bytes)];
        for (int i = 0; i < 2; i++) Assert.Equal("setup_irq irq=1 name=" + expected, bench.Map(record));
    }

    [Fact]
    public void Handler_names_follow_the_bytes_when_an_irq_changes_its_owner()
    {
        var bench = new MapperBench(Linux61["irq:irq_handler_entry"]);
        string[] names = ["nvme0q1", "nvme0q2", "a", "", "virtio3-req.0", "nvme0q1"];
        foreach (string name in names)
        {
            foreach (long irq in (long[])[24, 24 + 1024])
            {
                byte[] record = bench.Record(("irq", irq), ("name", name));
                for (int i = 0; i < 2; i++) Assert.Equal($"handler_entry irq={irq} name={name}", bench.Map(record));
            }
        }
        Assert.Equal(5, bench.Tables.Names.Count);
    }

    [Fact]
    public void Name_without_its_terminator_is_not_taken_for_a_longer_one()
    {
        var bench = new MapperBench(Linux61["irq:irq_handler_entry"]);
        foreach (string name in (string[])["abc", "ab", "", "abc"])
        {
            byte[] record = bench.Record(("irq", 1L), ("name", System.Text.Encoding.ASCII.GetBytes(name)));
            Assert.Equal("handler_entry irq=1 name=" + name, bench.Map(record));
        }
    }

    [Fact]
    public void Names_are_interned_in_schema_order_whatever_the_order_of_the_line()
    {
        MappingTable table = MappingTable.Parse(
            "power:device_pm_callback_start -> device_pm_start ops=pm_ops driver=driver device=device", "own.map");
        var bench = new MapperBench(Linux61["power:device_pm_callback_start"], table);
        bench.Map(bench.Record(("device", "d"), ("driver", "first"), ("pm_ops", "second")));
        Assert.Equal(1, bench.Tables.Names.Find("first"));
        Assert.Equal(2, bench.Tables.Names.Find("second"));
    }

    [Fact]
    public void Mapping_allocates_nothing_once_names_are_known()
    {
        foreach (string name in (string[])["irq:irq_handler_entry", "irq:irq_handler_exit", "rig:pci_write_msi_msg",
            "irq_matrix:irq_matrix_alloc", "ftrace:print", "cpuhp:cpuhp_enter"])
        {
            var bench = new MapperBench(Linux61[name]);
            byte[] record = bench.Record();
            var output = new Replay.Core.Events.IrqEvent[RecordMapper.RecordsMax];
            for (int i = 0; i < 100; i++) bench.Mapper.Map(bench.Plan, record, 1, 0, output, 0);
            Assert.Equal(0, AllocatedBytes.LeastOf(() =>
            {
                for (int i = 0; i < 1000; i++) bench.Mapper.Map(bench.Plan, record, 1, 0, output, 0);
            }));
        }
    }

    internal static (string Field, object Value)[] Values(string text)
    {
        List<(string, object)> values = [];
        while (text.Length > 0)
        {
            int equals = text.IndexOf('=', System.StringComparison.Ordinal);
            string field = text[..equals], rest = text[(equals + 1)..];
            int end = rest[0] == '"' ? rest.IndexOf('"', 1) + 1 : rest.IndexOf(' ', System.StringComparison.Ordinal);
            if (end < 1) end = rest.Length;
            string word = rest[..end];
            object value = word[0] == '"' ? word[1..^1]
                : word.StartsWith("0x", System.StringComparison.Ordinal)
                    ? (long)ulong.Parse(word[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                    : long.Parse(word, CultureInfo.InvariantCulture);
            values.Add((field, value));
            text = rest[end..].TrimStart();
        }
        return [.. values];
    }
}
