namespace Replay.Core.Events;

/// <summary>The two name tables that the events of one recording refer to.</summary>
public sealed class EventTables
{
    /// <summary>Names of interrupt actions, chips, callbacks and steps.</summary>
    public NameTable Names { get; } = new();

    /// <summary>Names of devices, as the kernel prints them (<c>0000:00:03.0</c>).</summary>
    public NameTable Devices { get; } = new();
}
