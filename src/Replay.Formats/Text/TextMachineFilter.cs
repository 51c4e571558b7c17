using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Formats.Machines;

namespace Replay.Formats.Text;

/// <summary>
/// Which lines of a text are those of one machine; all are where none is named. A mutable struct: never readonly.
/// </summary>
/// <param name="machine">The machine that is wanted; null: the only one.</param>
internal struct TextMachineFilter(string? machine)
{
    private readonly bool _isGiven = machine is not null;
    private string? _machine = machine;
    private HashSet<string>? _seen;
    private int _promised;
    private bool _hasLines;

    /// <summary>True while lines are the machine's.</summary>
    public bool IsWanted { get; private set; } = true;

    /// <summary>True when nobody said which machine is wanted, and a second one came.</summary>
    public bool IsAnother { get; private set; }

    /// <summary>What <c>@machines</c> promised and did not come; null when all came.</summary>
    public readonly (string Expected, string Found)? Missing => _promised <= (_seen?.Count ?? 0) ? null
        : (string.Create(CultureInfo.InvariantCulture, $"{_promised} machines, as @machines says"),
            string.Create(CultureInfo.InvariantCulture, $"{_seen?.Count ?? 0}"));

    /// <summary>True for a line that is the machine's. Called for each line that is not about machines.</summary>
    public bool TakeLine()
    {
        _hasLines = true;
        return IsWanted;
    }

    /// <summary>Takes a line about machines. False for another one.</summary>
    /// <param name="line">From its @ on.</param>
    /// <param name="expected">What was expected where it cannot be used; else null.</param>
    public bool TryTake(ReadOnlySpan<byte> line, out string? expected)
    {
        expected = null;
        if (TextMachines.TryReadCount(line, out int count))
        {
            if (count == 0 || _seen is not null || _hasLines)
                expected = $"@machines N, 1 to {MachineNames.MachinesMax}, above all other facts";
            else _promised = count;
            return true;
        }
        if (!TextMachines.TryReadName(line, out string? name)) return false;
        if (name is null || (_seen is null && _hasLines))
        {
            // Whose lines follow is not known; taking them for this machine's would mix two.
            IsWanted = false;
            expected = name is null
                ? "@machine and " + MachineNames.Rule : "the first @machine above the first event and fact";
            return true;
        }
        _seen ??= new HashSet<string>(StringComparer.Ordinal);
        if (_seen.Count < MachineNames.MachinesMax) _seen.Add(name);
        _machine ??= name;
        IsWanted = name == _machine;
        IsAnother |= !_isGiven && !IsWanted;
        return true;
    }
}
