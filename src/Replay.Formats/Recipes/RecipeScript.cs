using System.Collections.Generic;
using System.Text;

namespace Replay.Formats.Recipes;

/// <summary>
/// The shell script that makes a recording on one platform. POSIX sh: it runs wherever trace-cmd or perf does.
/// </summary>
public static class RecipeScript
{
    private const string Start =
        """
        # Run as root. Records while a command runs, or for a number of seconds:
        #     sh record.sh 30
        #     sh record.sh sh -c 'echo 0 > /sys/devices/system/cpu/cpu3/online'
        # A moment that matters can be marked meanwhile: echo "MARK before" > /sys/kernel/tracing/trace_marker
        # What the kernel said before that helps too: dmesg > dmesg.txt, then irqreplay replay capture.dat --log dmesg.txt
        # TOOL=perf records with perf instead of trace-cmd. OUT names the file. What this kernel does not have is skipped, and said.
        set -u
        T=${TRACING:-/sys/kernel/tracing}
        K=${KALLSYMS:-/proc/kallsyms}
        TOOL=${TOOL:-trace-cmd}
        [ -w "$T/kprobe_events" ] || { echo "$T/kprobe_events cannot be written: run this as root, with tracefs mounted there" >&2; exit 1; }
        command -v "$TOOL" > /dev/null || { echo "$TOOL is not installed" >&2; exit 1; }

        # Offsets that depend on the kernel's configuration, from its type information. Without pahole (package dwarves, pahole)
        # those of Debian 12's 6.1 kernel are taken: wrong ones record wrong names and numbers, so install it elsewhere.
        offset() { # STRUCT MEMBER DEFAULT
            found=$(pahole -C "$1" 2> /dev/null | awk -v m="$2" '
                { for (i = 1; i + 2 <= NF; i++) { t = $i; gsub(/[*;]/, "", t); if (t == m && $(i + 1) == "/*") { print $(i + 2); exit } } }')
            [ -n "$found" ] || echo "offset of $1.$2: $3 taken on trust; install pahole to know it" >&2
            echo "${found:-$3}"
        }
        PCI_DEV=$(offset pci_dev dev 208)
        MSI_INDEX=$(offset msi_desc msi_index 72)
        IRQ_DESC=$(($(offset irq_desc irq_data 40) + 4))
        ACTION_NAME=$(offset irqaction name 88)

        # The compiler may have renamed a function (.isra.0); a probe wants the name that the kernel has.
        SYMBOLS=$(mktemp)
        trap 'rm -f "$SYMBOLS"' EXIT
        LC_ALL=C sort "$K" | awk '$2 ~ /^[tT]$/ && $3 !~ /\.(cold|part)/ { print $1, $3 }' > "$SYMBOLS"
        symbol() { # FUNCTION
            awk -v f="$1" '$2 == f || index($2, f ".isra.") == 1 || index($2, f ".constprop.") == 1 { print $2; exit }' "$SYMBOLS"
        }
        # Where several functions have a name, the one beside another function, as an offset from the symbol before it.
        symbol_near() { # FUNCTION OTHER
            set -- $(awk -v f="$1" -v o="$2" '
                { address[NR] = $1; name[NR] = $2 }
                $2 == o { at = NR }
                $2 == f || index($2, f ".isra.") == 1 || index($2, f ".constprop.") == 1 { hit[++hits] = NR }
                END {
                    if (!hits || !at) exit
                    best = hit[1]
                    for (i = 2; i <= hits; i++) if ((hit[i] - at) ^ 2 < (best - at) ^ 2) best = hit[i]
                    if (hits == 1) print name[best]
                    else print name[best - 1], substr(address[best - 1], 9), substr(address[best], 9)
                }' "$SYMBOLS")
            if [ $# -eq 3 ]; then echo "$1+$((0x$3 - 0x$2))"; else echo "${1:-}"; fi
        }
        define() { # p|r NAME SYMBOL FUNCTION ARGUMENTS
            if [ -z "$3" ]; then echo "skipped $2: no $4 in this kernel" >&2; return; fi
            echo "$1:irqreplay/$2 $3 $5" >> "$T/kprobe_events" || echo "skipped $2: the kernel refuses a probe on $3" >&2
        }
        p() { define p "$1" "$(symbol "$2")" "$2" "$3"; }
        r() { define r "$1" "$(symbol "$2")" "$2" "$3"; }
        near() { define p "$1" "$(symbol_near "$2" "$4")" "$2" "$3"; }

        # Probes of an earlier run would be refused.
        remove_probes() {
            for event in "$T"/events/irqreplay/*/; do
                [ -d "$event" ] || continue
                echo 0 > "$event/enable"
                echo "-:irqreplay/$(basename "$event")" >> "$T/kprobe_events"
            done
        }
        remove_probes

        """;

    private const string End =
        """

        # What is there of all that.
        events=
        for name in $TRACEPOINTS; do
            if [ -d "$T/events/$(echo "$name" | tr : /)" ]; then events="$events -e $name"; else echo "skipped $name: not in this kernel" >&2; fi
        done
        [ -d "$T/events/irqreplay" ] && events="$events -e irqreplay:*"

        case ${1:-} in
            '') set -- sleep 10 ;;
            *[!0-9]*) ;;
            *) set -- sleep "$1" ;;
        esac
        if [ -n "${DESCRIPTION:-}" ]; then # Its lines become marks at the start of the recording.
            set -- sh -c 'while read -r line; do echo "$line" > "$1"; done < "$2"; shift 2; exec "$@"' sh "$T/trace_marker" "$DESCRIPTION" "$@"
        fi
        set -f # The names above hold a *, which is meant for the recorder. Its input may be this script (ssh host sh -s), so it gets none.
        if [ "$TOOL" = perf ]; then
            perf record -a -k CLOCK_MONOTONIC -m 1024 $events -o "${OUT:-capture.perf.data}" -- "$@" < /dev/null
        else
            trace-cmd record -C mono -b 16384 $events -o "${OUT:-capture.dat}" "$@" < /dev/null
        fi
        status=$?
        set +f
        remove_probes
        exit "$status"

        """;

    // Marks that start with irqreplay are events of the text form (docs/ASSIGNED.md).
    private const string Describe =
        """

        # Which functions are assigned, and what else is below their ports: no probe sees that.
        DESCRIPTION=$(mktemp)
        trap 'rm -f "$SYMBOLS" "$DESCRIPTION"' EXIT
        describe() {
            platform=x86 irq_code=layered translated=0
            case $(uname -m) in ppc64*)
                platform=power
                case $(uname -r) in [0-4].*|5.[0-9].*|5.1[0-5].*) irq_code=flat ;; esac ;;
            esac
            [ -n "$(ls /sys/class/iommu 2> /dev/null)" ] && translated=1
            echo "irqreplay vfio_host platform=$platform irq_code=$irq_code dma_translation=$translated"
            for mine in /sys/bus/pci/drivers/vfio-pci/*:*; do
                [ -e "$mine" ] && dirname "$(readlink -f "$mine")"
            done | sort -u | while read -r port; do
                for function in "$port"/*:*:*.*; do
                    [ -e "$function/vendor" ] || continue
                    device=$(basename "$function")
                    driver=$(basename "$(readlink "$function/driver" || echo none)")
                    group=$(basename "$(readlink "$function/iommu_group" || echo 0)")
                    case $driver in vfio-pci) bound=vfio ;; none) bound=none ;; *) bound=native ;; esac
                    owner=$(fuser "/dev/vfio/$group" 2> /dev/null | tr -d ' \t')
                    entries=$(lspci -vv -s "$device" 2> /dev/null | sed -n 's/.*MSI-X: Enable. Count=\([0-9]*\).*/\1/p')
                    echo "irqreplay vfio_function device=$device port=$(basename "$port") owner=${owner:+qemu-}${owner:-guest}" \
                        "bound=$bound entries=${entries:-0} group=$group"
                done
            done
        }
        describe > "$DESCRIPTION"

        """;

    /// <summary>The whole script.</summary>
    public static string Write(RecipePlatform platform)
    {
        var text = new StringBuilder("#!/bin/sh\n");
        text.Append("# Records what irqreplay replays: ").Append(platform.Meaning).Append(".\n");
        text.Append(Start.ReplaceLineEndings("\n"));
        foreach (RecipeProbe probe in RecipeTable.Probes)
        {
            if (probe.Platforms.HasFlag(platform.Platform)) AppendProbe(text, probe);
        }
        if (platform.Platform == RecipePlatforms.Vfio) text.Append(Describe.ReplaceLineEndings("\n"));
        text.Append("\nTRACEPOINTS='\n");
        foreach (RecipeTracepoint tracepoint in RecipeTable.Tracepoints)
        {
            if (tracepoint.Platforms.HasFlag(platform.Platform)) text.Append(tracepoint.Name).Append('\n');
        }
        text.Append("'\n");
        AppendQemu(text, QemuEventsOf(platform.Platform));
        return text.Append(End.ReplaceLineEndings("\n")).ToString();
    }

    /// <summary>What QEMU is to log; empty where it has no part.</summary>
    public static IReadOnlyList<string> QemuEventsOf(RecipePlatforms platform) => platform switch
    {
        RecipePlatforms.Kvm => RecipeTable.QemuEvents,
        RecipePlatforms.Vfio => RecipeTable.QemuVfioEvents,
        _ => [],
    };

    private static void AppendProbe(StringBuilder text, RecipeProbe probe)
    {
        text.Append(probe.IsReturn ? "r" : probe.Near.Length > 0 ? "near" : "p");
        text.Append(' ').Append(probe.Name).Append(' ').Append(probe.Function);
        // Only double quotes let the shell put the offsets in; nothing else in there means anything to it.
        text.Append(" \"").Append(probe.Arguments).Append('"');
        if (probe.Near.Length > 0) text.Append(' ').Append(probe.Near);
        text.Append('\n');
    }

    private static void AppendQemu(StringBuilder text, IReadOnlyList<string> events)
    {
        if (events.Count == 0) return;
        text.Append("\n# QEMU tells its part when it is started with: -trace events=qemu-events.txt -msg "
            + "timestamp=on -D qemu-trace.log\n");
        text.Append("# Built with --enable-trace-backends=ftrace it writes into this recording (its lines are marks "
            + "there, and are replayed).\n");
        text.Append("# Marks tie the two together; "
            + "the guest itself is recorded with the recipe bare-metal, run inside it.\n");
        text.Append("cat > qemu-events.txt << 'END'\n");
        foreach (string name in events) text.Append(name).Append('\n');
        text.Append("END\n");
    }
}
