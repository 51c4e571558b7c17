using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Replay.Formats.Ftrace;
using Xunit;

namespace Replay.Formats.Tests.Mapping;

/// <summary>The built-in lines against the format files of real kernels.</summary>
public class RealFormatTests
{
    /// <summary>Recorded on purpose and not replayed: no kind of event, counted under their own names.</summary>
    private static readonly string[] Unmapped =
        ["iommu:map", "irq:softirq_raise", "rig:aer_irq", "rig:irq_pm_check_wakeup"];

    private static readonly Dictionary<string, string[]> Systems = new(StringComparer.Ordinal)
    {
        ["irq"] = ["irq_handler_entry", "irq_handler_exit", "softirq_entry", "softirq_exit", "softirq_raise",
            "tasklet_entry", "tasklet_exit"],
        ["ras"] = ["aer_event"],
        ["cpuhp"] = ["cpuhp_enter", "cpuhp_exit", "cpuhp_multi_enter"],
    };

    [Theory]
    [InlineData("linux-6.1-x86_64.txt", 147)]
    [InlineData("linux-6.12-x86_64.txt", 103)]
    [InlineData("linux-6.1-x86_64-kvm.txt", 8)]
    [InlineData("linux-6.1-x86_64-hyperv.txt", 16)]
    [InlineData("linux-arm32.txt", 3)]
    [InlineData("linux-arm64.txt", 10)]
    public void Every_real_format_compiles_but_those_left_out_on_purpose(string file, int expected)
    {
        int mapped = 0;
        foreach (EventFormat format in FormatVectors.Load(file).Values)
        {
            var bench = new MapperBench(format);
            Assert.True(bench.Report.Entries.Count == 0, format.FullName);
            Assert.Equal(!Unmapped.Contains(format.FullName), bench.Plan >= 0);
            if (bench.Plan >= 0) mapped++;
        }
        Assert.Equal(expected, mapped);
    }

    [SharedCapturesFact]
    public void Every_format_of_the_captures_compiles_but_those_left_out_on_purpose()
    {
        string[] files = Directory.GetFiles(SharedCapturesFactAttribute.Folder, "formats.txt",
            SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            // These files name no groups: probes are "rig", tracepoints have prefixes of their own.
            foreach (EventFormat read in FormatVectors.Parse(File.ReadAllText(file), "").Values)
            {
                EventFormat format = read with { System = SystemOf(read) };
                var bench = new MapperBench(format);
                bool wanted = !Unmapped.Contains(format.FullName)
                    && !format.Name.StartsWith("softirq", StringComparison.Ordinal)
                    && !format.Name.StartsWith("tasklet", StringComparison.Ordinal) && format.System != "other";
                Assert.True(bench.Report.Entries.Count == 0, $"{file}: {format.FullName}");
                Assert.True(wanted == bench.Plan >= 0, $"{file}: {format.FullName}");
            }
        }
    }

    private static string SystemOf(EventFormat format)
    {
        if (format.FindField("__probe_ip") is not null || format.FindField("__probe_func") is not null) return "rig";
        foreach ((string system, string[] names) in Systems)
        {
            if (names.Contains(format.Name)) return system;
        }
        if (format.Name.StartsWith("irq_matrix_", StringComparison.Ordinal)) return "irq_matrix";
        return format.Name.StartsWith("kvm", StringComparison.Ordinal) ? "other" : "irq_vectors";
    }
}
