using System;
using System.Collections.Generic;

namespace Replay.Cli;

/// <summary>The examples of each command's help.</summary>
internal static class HelpExamples
{
    public const string ExitCodes =
        "Exit codes: 0 clean, 1 findings or differences, 2 wrong usage,\n"
        + "            3 bad or damaged input, 4 a bug in irqreplay,\n"
        + "            130 interrupted.";

    /// <summary>Line to type and what it does, by command; the empty name is the program itself.</summary>
    public static IReadOnlyDictionary<string, (string Line, string Meaning)[]> ByCommand { get; } =
        new Dictionary<string, (string, string)[]>(StringComparer.Ordinal)
        {
            [""] =
            [
                ("irqreplay info capture.dat", "What the recording is and what is in it."),
                ("irqreplay convert capture.dat -o capture.irqt",
                    "Import once; what comes after reads it much faster."),
                ("irqreplay COMMAND --help", "The options of a command, with examples."),
            ],
            ["info"] =
            [
                ("irqreplay info capture.dat", "A summary, and how many records of each name became events."),
                ("ssh host cat capture.dat.zst | irqreplay info -",
                    "The same for a compressed capture on another machine."),
                ("irqreplay info capture.dat --format json", "The same for scripts."),
            ],
            ["events"] =
            [
                ("irqreplay events capture.dat", "Every event, one a line."),
                ("irqreplay events capture.dat --where \"irq == 24\" --number",
                    "The events of one interrupt, with their numbers."),
                ("irqreplay events capture.dat --ignore \"irq:*\" | head",
                    "All but handler runs; ends as soon as head has enough."),
            ],
            ["convert"] =
            [
                ("irqreplay convert capture.dat -o capture.irqt", "A native file, which is replayed in place."),
                ("irqreplay convert capture.dat -o capture.irqs", "Text that people can read, edit and compare."),
                ("irqreplay convert host=host.dat guest1.dat -o all.irqt", "Several machines in one file."),
                ("irqreplay convert - -o capture.irqt < capture.dat", "From standard input."),
            ],
            ["replay"] =
            [
                ("irqreplay replay capture.dat", "One screen: findings by severity and what to look at next."),
                ("irqreplay replay capture.dat --why 26", "One interrupt: does it work, and what happened to it."),
                ("irqreplay replay host.dat guest1.dat guest2.dat",
                    "Several machines beside each other, the worst first."),
                ("irqreplay replay all.irqt --machine host", "One machine of a file that holds several."),
                ("irqreplay replay capture.dat --format sarif > findings.sarif", "For code-scanning services."),
                ("irqreplay replay capture.dat --log dmesg.txt", "With the machine's kernel log among the events."),
                ("irqreplay replay capture.dat --ignore \"sched:*\"", "Without the records of one system."),
                ("irqreplay replay capture.dat --rules linux-6.12",
                    "As that kernel would have, and where it departs from the recording."),
            ],
            ["top"] =
            [
                ("cat /sys/kernel/tracing/trace_pipe | irqreplay top -",
                    "This machine, while it runs; q ends with a summary."),
                ("stdbuf -oL trace-cmd stream -e irq_vectors -e irq | irqreplay top -",
                    "The same through trace-cmd, line by line."),
                ("irqreplay top capture.dat --speed 10x", "A recording, ten times as fast as it happened; q ends."),
                ("irqreplay top capture.irqt --format json --interval 0.5",
                    "A JSON object each half second, for scripts."),
            ],
            ["state"] =
            [
                ("irqreplay state capture.dat", "The machine after the last event."),
                ("irqreplay state capture.dat --at \"mark:before suspend\" --view irqs,msix", "Two views at a marker."),
                ("irqreplay state capture.dat --at event:1200 --irq 24", "One interrupt just after event 1200."),
                ("irqreplay state capture.irqt --at event:88000000",
                    "In a long native file: from the nearest saved state on."),
                ("irqreplay state capture.dat --at time:12.503200417 --format json",
                    "Everything at one time, for scripts."),
            ],
            ["history"] =
            [
                ("irqreplay history capture.dat --irq 26",
                    "Every move, mask, message and arrival of one interrupt, and why."),
                ("irqreplay history capture.dat --vector 3:35", "Every owner of vector 35 on CPU 3."),
                ("irqreplay history capture.dat --irte 23",
                    "Every writer of a remapping entry (AMD: --irte 00:03.0:5)."),
                ("irqreplay history capture.dat --msix 0000:00:01.0:0 --from time:12",
                    "A device's entry, from a time on."),
            ],
            ["diff"] =
            [
                ("irqreplay diff capture.dat --right fix:a6c11c0a5235",
                    "The recording, and what one fix would have made of it."),
                ("irqreplay diff capture.dat --left prefix:a6c11c0a5235 --right fix:a6c11c0a5235",
                    "Without and with a fix."),
                ("irqreplay diff capture.dat --with cpu.forceCompleteFirst=yes",
                    "The recording, and one behaviour changed."),
                ("irqreplay diff capture.dat --left linux-6.1 --right linux-6.12",
                    "What another kernel would have made of the same stimuli."),
                ("irqreplay diff capture.dat --with ir.host=off", "The machine without interrupt remapping."),
                ("irqreplay diff before.dat after.dat", "Two recordings of one workload, aligned by their markers."),
                ("irqreplay diff all.irqt --left-machine guest1 --right-machine guest2", "Two machines of one file."),
                ("irqreplay diff capture.dat --right fix:a6c11c0a5235 --format json",
                    "The same for scripts; exit code 1 when anything differs."),
            ],
            ["bench"] =
            [
                ("irqreplay bench capture.dat", "Speed, where the time goes, and what each kind of event costs."),
                ("irqreplay bench capture.dat --save before.json",
                    "A baseline, for the same recording after a change."),
                ("irqreplay bench capture.dat --baseline before.json",
                    "Faster, slower, same or cannot tell; exit code 1 if slower."),
                ("irqreplay bench capture.dat --against ./old/irqreplay",
                    "Two builds in turns, on a machine that others use too."),
            ],
            ["latency"] =
            [
                ("irqreplay latency capture.dat", "Each measure: how often, how long, the worst case and its event."),
                ("irqreplay latency capture.dat --by subject --measure handler", "Handlers of each interrupt."),
                ("irqreplay latency after.dat --baseline before.dat",
                    "What got slower, by interrupt and phase; exit code 1."),
                ("irqreplay latency capture.dat --save healthy.json", "A baseline that needs no recording later."),
            ],
            ["verify"] =
            [
                ("irqreplay verify capture.dat", "By the rules of the recorded kernel's version."),
                ("irqreplay verify capture.dat --rules linux-6.12",
                    "By another kernel's: what it would decide otherwise."),
                ("irqreplay verify capture.dat --with cpu.forceCompleteFirst=no", "With one behaviour changed."),
                ("irqreplay verify capture.dat --format json",
                    "The same for scripts; exit code 1 when anything differs."),
            ],
            ["rules"] =
            [
                ("irqreplay rules", "All behaviours and sets."),
                ("irqreplay rules hv", "Those of Hyper-V."),
                ("irqreplay rules a6c11c0a5235", "The two sets of one fix."),
                ("irqreplay rules --format json", "The same for scripts."),
            ],
            ["explain"] =
            [
                ("irqreplay explain IRQ007", "One code; 7 and VECTOR_LEAK are the same."),
                ("irqreplay explain", "All codes."),
                ("irqreplay explain 7 --format json", "One code for scripts."),
            ],
            ["recipe"] =
            [
                ("irqreplay recipe bare-metal > record.sh",
                    "The script for the machine itself; it says how it is run."),
                ("irqreplay recipe hyperv | ssh root@guest sh -s 30", "Thirty seconds of a guest, in one line."),
                ("irqreplay recipe kvm --format json", "Tracepoints and probes for other recorders."),
            ],
            ["scenarios"] =
            [
                ("irqreplay scenarios", "All, in a line each; whatever is not as expected."),
                ("irqreplay scenarios d", "Outcome tables of those whose names start with d."),
                ("irqreplay scenarios d-backdoor-reset --states", "One of them, step by step."),
                ("irqreplay scenarios my.irqs --format json", "A file with #expect lines of your own, for scripts."),
            ],
        };
}
