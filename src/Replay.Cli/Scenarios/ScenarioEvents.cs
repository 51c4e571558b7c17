using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Replay.Core.Events;
using Replay.Core.Systems;

namespace Replay.Cli.Scenarios;

/// <summary>The events of a scenario as its writer meant them: markers, and what no system did anything with.</summary>
internal sealed class ScenarioEvents
{
    private const string Run = "linux";

    private readonly SortedDictionary<EventKind, (long First, int Count)> _kinds = [];
    private readonly List<long> _raises = [];
    private long _events;

    public List<(string Text, long Event)> Marks { get; } = [];

    public void Add(ReadOnlySpan<IrqEvent> batch)
    {
        Span<byte> buffer = stackalloc byte[EventText.LengthMax];
        for (int i = 0; i < batch.Length; i++)
        {
            EventKind kind = batch[i].Kind;
            if (kind == EventKind.Extension) continue;
            if (kind == EventKind.Mark)
            {
                ReadOnlySpan<byte> text = buffer[..EventText.Read(batch[i..], buffer)];
                Marks.Add((Encoding.UTF8.GetString(PositionCursor.WithoutNumber(text)), _events));
            }
            if (kind == EventKind.DeviceRaise) _raises.Add(_events);
            (long First, int Count) seen = _kinds.GetValueOrDefault(kind, (_events, 0));
            _kinds[kind] = (seen.First, seen.Count + 1);
            _events++;
        }
    }

    /// <summary>
    /// In a machine that is run: kinds that it does not listen to, with the one that was probably meant, and signals of
    /// devices that nobody made.
    /// </summary>
    public IEnumerable<string> NoteIdle(IReadOnlyList<NamedSystem> live, IReadOnlyList<EventVerdict> verdicts)
    {
        bool runs = false;
        foreach (NamedSystem system in live) runs |= system.Name == Run;
        if (!runs) yield break;
        foreach ((EventKind kind, (long first, int count)) in _kinds)
        {
            if (EventSchema.Find(kind) is not { Role: EventRole.Stimulus } info || IsHeard(kind, live)) continue;
            string times = count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({count} times)");
            yield return string.Create(CultureInfo.InvariantCulture,
                $"event {first}{times}: {info.Name} does nothing in a machine that is run; ")
                + (Meant(kind) is { } meant ? $"{meant} does" : "see docs/EVENTS.md");
        }
        var told = new HashSet<long>();
        foreach (EventVerdict verdict in verdicts) told.Add(verdict.Event);
        foreach (long raise in _raises)
        {
            if (!told.Contains(raise))
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"event {raise}: device_raise of a device that has no interrupts here");
        }
    }

    private static bool IsHeard(EventKind kind, IReadOnlyList<NamedSystem> live)
    {
        foreach (NamedSystem system in live)
        {
            if (SystemTable.IsHeard(system.Name, kind)) return true;
        }
        return false;
    }

    /// <summary>The kind that does in a machine that is run what this one tells of a recorded machine.</summary>
    private static string? Meant(EventKind kind) => kind switch
    {
        EventKind.SetupIrq or EventKind.IrqStartup => "irq_request",
        EventKind.IrqShutdown => "free_irq",
        EventKind.MsixEnable or EventKind.MsiEnable or EventKind.IrAlloc => "irq_alloc",
        EventKind.MsixDisable or EventKind.VectorTeardown or EventKind.IrFree => "free_irq_vectors",
        EventKind.CpuhpEnter or EventKind.CpuhpMultiEnter or EventKind.LapicCanUnplug => "cpu_off or cpu_on",
        EventKind.VectorDeactivate or EventKind.X86VectorDeactivate or EventKind.IrDeactivate => "free_irq",
        EventKind.X86VectorActivate or EventKind.IrActivate => "vector_activate",
        _ => null,
    };
}
