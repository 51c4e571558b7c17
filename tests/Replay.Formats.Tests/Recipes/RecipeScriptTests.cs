using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Replay.Formats.Recipes;
using Xunit;

namespace Replay.Formats.Tests.Recipes;

/// <summary>
/// The script is run by a real shell, against a made-up tracefs: a folder with the files that it writes,
/// a list of kernel symbols, and programs that say how they were called.
/// </summary>
public sealed class RecipeScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("irqreplay-recipe-").FullName;

    public static TheoryData<string> PlatformNames => [.. RecipeTable.Platforms.Select(platform => platform.Name)];

    private string Tracing => Path.Combine(_folder, "tracing");

    [Theory]
    [MemberData(nameof(PlatformNames))]
    public void The_script_defines_its_probes_and_starts_the_recorder(string platformName)
    {
        RecipePlatform platform = RecipeTable.Platforms.Single(each => each.Name == platformName);
        MakeMachine(RecipeTable.Probes.Select(probe => probe.Function).Distinct());
        (int code, string error) = Run(platform, "trace-cmd", "30");
        Assert.Equal("", error);
        Assert.Equal(0, code);
        var expected = new List<string>();
        foreach (RecipeProbe probe in RecipeTable.Probes.Where(each => each.Platforms.HasFlag(platform.Platform)))
        {
            string arguments = probe.Arguments.Replace("$PCI_DEV", "200", StringComparison.Ordinal)
                .Replace("$MSI_INDEX", "72", StringComparison.Ordinal)
                .Replace("$IRQ_DESC", "44", StringComparison.Ordinal)
                .Replace("$ACTION_NAME", "80", StringComparison.Ordinal);
            expected.Add($"{(probe.IsReturn ? 'r' : 'p')}:irqreplay/{probe.Name} {probe.Function} {arguments}");
        }
        // The one of an earlier run, which stays in this tracefs: removed before and after.
        expected.Add("-:irqreplay/old_probe");
        Assert.Equal(["-:irqreplay/old_probe", .. expected], File.ReadAllLines(Path.Combine(Tracing, "kprobe_events")));
        string events = string.Concat(RecipeTable.Tracepoints.Where(each => each.Platforms.HasFlag(platform.Platform))
            .Select(each => $" -e {each.Name}"));
        string called = File.ReadAllText(Path.Combine(_folder, "called"));
        Assert.StartsWith($"record -C mono -b 16384{events} -e irqreplay:* -o capture.dat ",
            called, StringComparison.Ordinal);
        // On a host with assigned devices a shell writes marks that describe them, and then becomes the command.
        Assert.EndsWith(platform.Platform == RecipePlatforms.Vfio ? " sleep 30\n" : " capture.dat sleep 30\n",
            called, StringComparison.Ordinal);
        Assert.Equal(platform.Platform == RecipePlatforms.Vfio,
            called.Contains("trace_marker", StringComparison.Ordinal));
        Assert.Equal(RecipeScript.QemuEventsOf(platform.Platform), File.Exists(Path.Combine(_folder, "qemu-events.txt"))
            ? File.ReadAllLines(Path.Combine(_folder, "qemu-events.txt")) : []);
    }

    [Fact]
    public void Perf_records_the_same_events_while_a_command_runs()
    {
        MakeMachine(["fixup_irqs"]);
        (int code, _) = Run(RecipeTable.Platforms[3], "perf", "sh", "-c", "echo 0");
        Assert.Equal(0, code);
        string called = File.ReadAllText(Path.Combine(_folder, "called"));
        Assert.StartsWith("record -a -k CLOCK_MONOTONIC -m 1024 -e irq:irq_handler_entry -e ",
            called, StringComparison.Ordinal);
        Assert.EndsWith(" -e irqreplay:* -o capture.perf.data -- sh -c echo 0\n", called, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_kernel_lacks_is_skipped_and_said()
    {
        MakeMachine(["fixup_irqs"]);
        Directory.Delete(Path.Combine(Tracing, "events", "ras"), recursive: true);
        (int code, string error) = Run(RecipeTable.Platforms[3], "trace-cmd", "1");
        Assert.Equal(0, code);
        Assert.Contains("skipped lapic_offline: no lapic_offline in this kernel\n", error, StringComparison.Ordinal);
        Assert.Contains("skipped ras:aer_event: not in this kernel\n", error, StringComparison.Ordinal);
        Assert.Equal(["-:irqreplay/old_probe", "p:irqreplay/fixup_irqs fixup_irqs ", "-:irqreplay/old_probe"],
            File.ReadAllLines(Path.Combine(Tracing, "kprobe_events")));
        Assert.DoesNotContain("ras:aer_event",
            File.ReadAllText(Path.Combine(_folder, "called")), StringComparison.Ordinal);
    }

    // Intel's and AMD's drivers both have a modify_irte, and a probe by name would take whichever comes first.
    [Fact]
    public void Of_two_functions_of_one_name_the_right_driver_s_is_taken()
    {
        MakeMachine([]);
        File.WriteAllText(Path.Combine(_folder, "kallsyms"),
            """
            ffffffff81900000 t amd_irte_prepare
            ffffffff81900100 t modify_irte.isra.0
            ffffffff81900200 T something
            ffffffff81a00000 t intel_irq_remapping_activate
            ffffffff81a00040 t intel_teardown_irq_remapping
            ffffffff81a00100 t modify_irte.isra.0
            ffffffff81a00200 t intel_irq_remapping_alloc
            ffffffff81a00300 t intel_irq_remapping_alloc.cold

            """);
        (int code, _) = Run(RecipeTable.Platforms[3], "trace-cmd", "1");
        Assert.Equal(0, code);
        Assert.Contains("p:irqreplay/modify_irte intel_teardown_irq_remapping+192 idx=+8(%di):u16 sub=+10(%di):u16 "
            + "lo=+0(%si):x64 hi=+8(%si):x64", File.ReadAllLines(Path.Combine(Tracing, "kprobe_events")));
    }

    [Fact]
    public void Without_pahole_offsets_are_taken_on_trust_and_said()
    {
        MakeMachine(["setup_irq", "__setup_irq"]);
        File.Delete(Path.Combine(_folder, "bin", "pahole"));
        (int code, string error) = Run(RecipeTable.Platforms[3], "trace-cmd", "1");
        Assert.Equal(0, code);
        Assert.Contains("offset of irqaction.name: 88 taken on trust; install pahole to know it\n",
            error, StringComparison.Ordinal);
        Assert.Contains("p:irqreplay/setup_irq __setup_irq irq=%di:u32 name=+0(+88(%dx)):string",
            File.ReadAllLines(Path.Combine(Tracing, "kprobe_events")));
    }

    [Fact]
    public void Who_is_not_root_is_told()
    {
        (int code, string error) = Run(RecipeTable.Platforms[0], "trace-cmd", "1");
        Assert.Equal(1, code);
        Assert.Equal(
            $"{Tracing}/kprobe_events cannot be written: run this as root, with tracefs mounted there\n", error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void MakeMachine(IEnumerable<string> functions)
    {
        Directory.CreateDirectory(Path.Combine(Tracing, "events", "irqreplay", "old_probe"));
        File.WriteAllText(Path.Combine(Tracing, "kprobe_events"), "");
        foreach (RecipeTracepoint tracepoint in RecipeTable.Tracepoints)
            Directory.CreateDirectory(Path.Combine(Tracing, "events", tracepoint.Name.Replace(':', '/')));
        uint address = 0x81000000;
        File.WriteAllLines(Path.Combine(_folder, "kallsyms"),
            functions.Select(name => $"ffffffff{address += 64:x8} t {name}"));
        WriteProgram("trace-cmd",
            "printf '%s' \"$1\" > called; shift; for a; do printf ' %s' \"$a\" >> called; done; echo >> called");
        WriteProgram("perf",
            "printf '%s' \"$1\" > called; shift; for a; do printf ' %s' \"$a\" >> called; done; echo >> called");
        WriteProgram("pahole",
            """
            cat << 'END'
            struct sample {
            	struct device              dev;                  /*   200   760 */
            	u16                        msi_index;            /*    72     2 */
            	struct irq_data            irq_data;             /*    40    56 */
            	const char  *              name;                 /*    80     8 */
            };
            END
            """);
    }

    private void WriteProgram(string name, string body)
    {
        string path = Path.Combine(_folder, "bin", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private (int Code, string Error) Run(RecipePlatform platform, string tool, params string[] arguments)
    {
        string script = Path.Combine(_folder, "record.sh");
        File.WriteAllText(script, RecipeScript.Write(platform));
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = _folder, RedirectStandardError = true };
        start.ArgumentList.Add(script);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["PATH"] = Path.Combine(_folder, "bin") + ":/usr/bin:/bin";
        start.Environment["TRACING"] = Tracing;
        start.Environment["KALLSYMS"] = Path.Combine(_folder, "kallsyms");
        start.Environment["TOOL"] = tool;
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
