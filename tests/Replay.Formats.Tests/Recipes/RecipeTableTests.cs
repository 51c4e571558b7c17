using System;
using System.Collections.Generic;
using System.Linq;
using Replay.Formats.Mapping;
using Replay.Formats.Recipes;
using Xunit;

namespace Replay.Formats.Tests.Recipes;

/// <summary>What a recipe records is what the mapping knows, and the other way round.</summary>
public class RecipeTableTests
{
    // Probes land in this group; the mapping knows probes by name, whatever their group.
    private const string Group = "irqreplay";

    public static TheoryData<string> PlatformNames => [.. RecipeTable.Platforms.Select(platform => platform.Name)];

    [Fact]
    public void Every_recorded_name_is_mapped_and_its_fields_are_enough()
    {
        foreach (RecipeTracepoint tracepoint in RecipeTable.Tracepoints.Where(each => !each.IsContext))
        {
            string[] name = tracepoint.Name.Split(':');
            Assert.True(MappingTable.BuiltIn.MayMap(name[0], name[1]), tracepoint.Name + " is not mapped");
        }
        foreach (RecipeProbe probe in RecipeTable.Probes.Where(each => !each.IsContext))
            Assert.True(IsMapped(probe),
                $"no line for {probe.Name} that is content with the fields {string.Join(", ", probe.Fields)}");
    }

    [Theory]
    [MemberData(nameof(PlatformNames))]
    public void Every_mapped_name_of_a_platform_is_recorded_there(string platformName)
    {
        RecipePlatforms platform = RecipeTable.Platforms.Single(each => each.Name == platformName).Platform;
        var recorded = new List<(string System, string Name)>();
        foreach (RecipeTracepoint tracepoint in RecipeTable.Tracepoints.Where(each => each.Platforms.HasFlag(platform)))
            recorded.Add((tracepoint.Name.Split(':')[0], tracepoint.Name.Split(':')[1]));
        foreach (RecipeProbe probe in RecipeTable.Probes.Where(each => each.Platforms.HasFlag(platform)))
            recorded.Add((Group, probe.Name));
        var missing = new List<string>();
        foreach (MappingLine line in MappingTable.BuiltIn.Lines)
        {
            if (!IsThere(line, platform) || recorded.Exists(each => line.Names(each.System, each.Name))) continue;
            missing.Add($"{line.System}:{line.Name}");
        }
        Assert.Empty(missing);
    }

    [Fact]
    public void Names_are_unique_and_every_platform_has_its_own_part()
    {
        Assert.Equal(RecipeTable.Probes.Count, RecipeTable.Probes.Select(probe => probe.Name).Distinct().Count());
        Assert.Equal(RecipeTable.Tracepoints.Count,
            RecipeTable.Tracepoints.Select(each => each.Name).Distinct().Count());
        Assert.Equal(["hyperv", "kvm", "vfio", "bare-metal"], RecipeTable.Platforms.Select(platform => platform.Name));
    }

    private static bool IsMapped(RecipeProbe probe)
    {
        int at = 0;
        while (MappingTable.BuiltIn.Next(Group, probe.Name, ref at) is { } line)
        {
            if (line.RequiredFields.All(field => probe.Fields.Contains(field))) return true;
        }
        return false;
    }

    /// <summary>
    /// Where the recorded thing exists: markers are no recorded name, a guest of Hyper-V has no remapping unit,
    /// and nobody else has Hyper-V's virtual PCI.
    /// </summary>
    private static bool IsThere(MappingLine line, RecipePlatforms platform)
    {
        // Recipes are for ftrace and perf: LTTng records by commands of its own.
        if (line.System is "ftrace" or "qemu" or "lttng") return false;
        bool remapping = line.System is "intel_iommu" or "iommu"
            || line.Name.StartsWith("modify_irte", StringComparison.Ordinal)
            || line.Name.StartsWith("ir_", StringComparison.Ordinal)
            || line.Name.StartsWith("amd_ir_", StringComparison.Ordinal)
            || line.Name.StartsWith("iommu_", StringComparison.Ordinal)
            || line.Name.Contains("able_ir", StringComparison.Ordinal);
        if (remapping) return RecipePlatforms.WithRemapping.HasFlag(platform);
        if (line.System is "hyperv" || line.Name.StartsWith("hv_", StringComparison.Ordinal))
            return platform == RecipePlatforms.HyperV;
        if (line.System is "kvm") return platform is RecipePlatforms.Kvm or RecipePlatforms.Vfio;
        return !line.Name.StartsWith("vfio_", StringComparison.Ordinal) || platform == RecipePlatforms.Vfio;
    }
}
