using System.Collections.Generic;
using Replay.Core.Reports;

namespace Replay.Core.Systems;

/// <summary>A system that says how each of its parts is at this moment.</summary>
public interface IDescribesState
{
    /// <summary>Adds a row for each part.</summary>
    void Describe(List<SystemStateRow> rows);
}

/// <summary>How the parts of all systems are at this moment.</summary>
public static class SystemStates
{
    /// <summary>Systems without parts are left out. One that does not describe itself has the last state that each part was given.</summary>
    public static List<SystemState> Build(SystemSet systems)
    {
        var states = new List<SystemState>();
        foreach (NamedSystem named in systems.Live)
        {
            var rows = new List<SystemStateRow>();
            if (named.System is IDescribesState describes) describes.Describe(rows);
            else AddLast(named.System.Report.States, rows);
            if (rows.Count > 0) states.Add(new SystemState(named.Name, rows));
        }
        return states;
    }

    private static void AddLast(IReadOnlyList<StateLine> lines, List<SystemStateRow> rows)
    {
        var places = new Dictionary<string, int>();
        foreach (StateLine line in lines)
        {
            var row = new SystemStateRow(line.Subject, line.State);
            if (places.TryGetValue(line.Subject, out int place))
            {
                rows[place] = row;
                continue;
            }
            places.Add(line.Subject, rows.Count);
            rows.Add(row);
        }
    }
}
