using System.Globalization;

namespace Replay.Core.Systems.Vfio;

/// <summary>Writes state lines; makes no text once the report has no room for it.</summary>
internal sealed class SystemLog
{
    // A write of the control word changes every entry of a table; the first ones tell the story.
    private const int EntriesTold = 64;

    private readonly SystemContext _context;
    private readonly SystemReport _report;

    public SystemLog(SystemContext context, SystemReport report)
    {
        _context = context;
        _report = report;
    }

    public bool HasRoom => _report.States.Count < SystemReport.RowsMax;

    public void Line(string subject, string step, string state)
    {
        if (HasRoom) _report.Add(new StateLine(_context.Index, subject, step, state));
    }

    /// <summary>
    /// Why an event changed nothing, or what was taken for granted: a state line, and a note for whoever wrote it.
    /// </summary>
    public void Note(string subject, string step, string reason)
    {
        Line(subject, step, reason);
        _report.Add(new TraceLine(_context.Index, TraceLine.Note, $"{subject} {step}: {reason}"));
    }

    /// <summary>State of one entry after a step.</summary>
    public void Entry(AssignedFunction function, int index, string step)
    {
        if (index >= EntriesTold || !HasRoom) return;
        string subject = string.Create(CultureInfo.InvariantCulture, $"{function.Name}[{index}]");
        Line(subject, step, function.Entries[index].Describe());
    }

    /// <summary>State of the function's own words after a step.</summary>
    public void Function(AssignedFunction function, string step)
    {
        if (HasRoom) Line(function.Name, step, Describe(function));
    }

    /// <summary>The function's own words: the shadow's, the host's, the device's.</summary>
    public static string Describe(AssignedFunction function) => string.Create(CultureInfo.InvariantCulture,
        $"shadow enable {Bit(function.ShadowEnabled)} mask {Bit(function.ShadowFunctionMask)} · host enable "
        + $"{Bit(function.HostEnabled)} vectors {function.VectorCount} · hw enable "
        + $"{Bit(function.HardwareEnabled)}{(function.Isolated ? " · isolated" : "")}");

    private static int Bit(bool value) => value ? 1 : 0;
}
