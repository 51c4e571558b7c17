using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Replay.Core.Events;

namespace Replay.Formats.KernelLog;

/// <summary>
/// From the log's clock to the trace's. The kernel prints times of its scheduler's clock, which starts at another
/// moment than the trace clocks and stands still in suspend; so the two are tied where both tell of the same thing:
/// a line that is in the recording too, a CPU that is offline, a CPU that is up again.
/// </summary>
public sealed class ClockTie
{
    private const string InSuspend = " in suspend";

    // Both tell of one thing within this time of what the clocks before it say.
    private const long NearNs = 2_000_000_000;

    private readonly List<(ulong LogNs, long OffsetNs)> _points = [];

    /// <summary>Places at which the two are tied.</summary>
    public int Count => _points.Count;

    /// <summary>What is added to the log's time at the first place.</summary>
    public long FirstOffsetNs => _points.Count > 0 ? _points[0].OffsetNs : 0;

    /// <summary>Time by the trace's clock: what the nearest place says.</summary>
    public ulong ToTrace(ulong logNs)
    {
        int low = 0, high = _points.Count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (_points[middle].LogNs <= logNs) low = middle + 1;
            else high = middle;
        }
        bool next = low == 0 || (low < _points.Count && _points[low].LogNs - logNs < logNs - _points[low - 1].LogNs);
        long offset = _points.Count == 0 ? 0 : _points[next ? low : low - 1].OffsetNs;
        return offset < 0 && (ulong)-offset > logNs ? 0 : (ulong)((long)logNs + offset);
    }

    /// <summary>Ties a log to a recording that is read for this only.</summary>
    public static ClockTie Make(KernelLog log, Recording recording)
    {
        var seen = new Dictionary<string, List<ulong>>(StringComparer.Ordinal);
        var takedowns = new Dictionary<ushort, int>();
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            for (int i = 0; i < batch.Length; i++)
            {
                ref readonly IrqEvent e = ref batch[i];
                ushort cpu = (ushort)e.A;
                int step = (int)(e.A >> 32);
                if (e.Kind == EventKind.CpuhpEnter && recording.Tables.Names[(ushort)(e.B >> 32)] == "takedown_cpu")
                    takedowns[cpu] = step;
                else if (e.Kind == EventKind.CpuhpExit && takedowns.GetValueOrDefault(cpu, -1) == step)
                    Note(seen, Offline(cpu), e.TimeNs);
                else if (NameOf(batch[i..], recording.Tables) is { } name) Note(seen, name, e.TimeNs);
            }
        }
        PreferTakedowns(seen);
        var tie = new ClockTie();
        tie.Pair(log, seen);
        return tie;
    }

    /// <summary>
    /// The kernel prints that a CPU is offline at the end of the step that takes it down; the end of its phase
    /// in suspend comes a little later and is second best.
    /// </summary>
    private static void PreferTakedowns(Dictionary<string, List<ulong>> seen)
    {
        foreach (string name in new List<string>(seen.Keys))
        {
            if (!name.EndsWith(InSuspend, StringComparison.Ordinal)) continue;
            seen.TryAdd(name[..^InSuspend.Length], seen[name]);
        }
    }

    /// <summary>Pairs what both tell of, in its order; where one side tells more often, by nearness.</summary>
    private void Pair(KernelLog log, Dictionary<string, List<ulong>> seen)
    {
        var inLog = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (KernelLogLine line in log.Lines)
        {
            if (NameOf(line.Text) is { } name) inLog[name] = inLog.GetValueOrDefault(name) + 1;
        }
        var next = new Dictionary<string, int>(StringComparer.Ordinal);
        long offset = 0;
        foreach (KernelLogLine line in log.Lines)
        {
            if (NameOf(line.Text) is not { } name || !seen.TryGetValue(name, out List<ulong>? times)) continue;
            int at = next.GetValueOrDefault(name);
            if (inLog[name] != times.Count)
            {
                while (at < times.Count && (long)times[at] - (long)line.TimeNs - offset < -NearNs) at++;
                if (at < times.Count && (long)times[at] - (long)line.TimeNs - offset > NearNs) at = times.Count;
            }
            if (at >= times.Count) continue;
            next[name] = at + 1;
            offset = (long)times[at] - (long)line.TimeNs;
            if (_points.Count == 0 || line.TimeNs >= _points[^1].LogNs) _points.Add((line.TimeNs, offset));
        }
    }

    private static void Note(Dictionary<string, List<ulong>> seen, string name, ulong time)
    {
        const int NamesMax = 1 << 16, TimesMax = 1 << 16;
        if (!seen.TryGetValue(name, out List<ulong>? times))
        {
            if (seen.Count >= NamesMax) return;
            seen.Add(name, times = []);
        }
        if (times.Count < TimesMax) times.Add(time);
    }

    /// <summary>What an event and a line of the log have in common; null for all other events.</summary>
    private static string? NameOf(ReadOnlySpan<IrqEvent> at, EventTables tables)
    {
        ref readonly IrqEvent e = ref at[0];
        switch (e.Kind)
        {
            case EventKind.LogLine:
                Span<byte> text = stackalloc byte[EventText.LengthMax];
                string line = Encoding.UTF8.GetString(text[..EventText.Read(at, text)]);
                return NameOf(line) ?? "line " + line;
            case EventKind.SuspendResume when tables.Names[(ushort)e.A] == "CPU_OFF" && !new SuspendPhase(in e).Start:
                return Offline((uint)(e.A >> 32)) + InSuspend;
            case EventKind.SuspendResume when tables.Names[(ushort)e.A] == "CPU_ON" && !new SuspendPhase(in e).Start:
                return Online((uint)(e.A >> 32));
            default: return null;
        }
    }

    /// <summary>The same for a line of the log; every line may be in the recording too.</summary>
    private static string? NameOf(string line)
    {
        const string IsOffline = " is now offline", IsUp = " is up";
        if (line.StartsWith("smpboot: CPU ", StringComparison.Ordinal)
            && line.EndsWith(IsOffline, StringComparison.Ordinal)
            && uint.TryParse(line["smpboot: CPU ".Length..^IsOffline.Length], NumberStyles.None,
                CultureInfo.InvariantCulture, out uint gone))
            return Offline(gone);
        if (line.StartsWith("CPU", StringComparison.Ordinal) && line.EndsWith(IsUp, StringComparison.Ordinal)
            && uint.TryParse(line["CPU".Length..^IsUp.Length], NumberStyles.None,
                CultureInfo.InvariantCulture, out uint come))
            return Online(come);
        return line.Length > 0 ? "line " + line : null;
    }

    private static string Offline(uint cpu) => string.Create(CultureInfo.InvariantCulture, $"CPU {cpu} goes");

    private static string Online(uint cpu) => string.Create(CultureInfo.InvariantCulture, $"CPU {cpu} comes");
}
