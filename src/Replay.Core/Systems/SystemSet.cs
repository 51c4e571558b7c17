using System;
using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Rules;
using Replay.Core.State;

namespace Replay.Core.Systems;

/// <summary>
/// The systems of one replay. A system comes to life when the first event of its own kinds appears; from then on it is
/// also offered the shared kinds that it listens to. A recording without such events has no system.
/// </summary>
public sealed class SystemSet
{
    private readonly SystemContext _context;
    private readonly ISystem?[] _systems = new ISystem?[SystemTable.All.Length];
    private readonly List<NamedSystem> _live = [];

    public SystemSet(MachineState machine, FindingTable findings, RuleChoice rules) =>
        _context = new SystemContext(machine, findings, rules);

    /// <summary>Systems that came to life, in the order of the table.</summary>
    public IReadOnlyList<NamedSystem> Live
    {
        get
        {
            _live.Clear();
            for (int i = 0; i < _systems.Length; i++)
            {
                if (_systems[i] is { } system) _live.Add(new NamedSystem(SystemTable.All[i].Name, system));
            }
            return _live;
        }
    }

    /// <summary>
    /// True for kinds that some system applies; false ends the matter at the price of one table look-up.
    /// </summary>
    public static bool Wants(EventKind kind) => SystemTable.IsWanted(kind);

    /// <summary>Offers the event to every system that listens to its kind; true when one applied it.</summary>
    public bool Apply(ReadOnlySpan<IrqEvent> at, long index)
    {
        EventKind kind = at[0].Kind;
        _context.Index = index;
        _context.TimeNs = at[0].TimeNs;
        bool applied = false;
        for (int i = 0; i < _systems.Length; i++)
        {
            SystemRegistration registration = SystemTable.All[i];
            if (registration.Owns(kind)) _systems[i] ??= registration.Create(_context);
            else if (!registration.ListensTo(kind)) continue;
            if (_systems[i] is { } system) applied |= system.Apply(at, index);
        }
        return applied;
    }

    /// <summary>
    /// Called once after the last event of the recording, which need not have been one of the systems'.
    /// </summary>
    public void Finish(long index, ulong timeNs)
    {
        _context.Index = index;
        _context.TimeNs = timeNs;
        foreach (ISystem? system in _systems) system?.Finish();
    }

    internal void Transfer(StateArchive archive)
    {
        archive.Section("systems", 1);
        _context.Index = archive.Value(_context.Index);
        _context.TimeNs = archive.Value(_context.TimeNs);
        for (int i = 0; i < _systems.Length; i++)
        {
            bool lives = archive.Value(_systems[i] is not null);
            if (!lives) continue;
            archive.Section(SystemTable.All[i].Name, 1);
            (_systems[i] ??= SystemTable.All[i].Create(_context)).Transfer(archive);
        }
    }
}

/// <summary>A system and its name in <see cref="SystemTable"/>.</summary>
public readonly record struct NamedSystem(string Name, ISystem System);
