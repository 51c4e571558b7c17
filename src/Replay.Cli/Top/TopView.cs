using Replay.Core.Live;

namespace Replay.Cli.Top;

/// <summary>One buffer between the replay and its live view.</summary>
internal sealed class TopView
{
    public MachineSnapshot Machine { get; } = new();

    /// <summary>Part of the input that was read, 0 to 1; meaningless for a pipe.</summary>
    public double Part { get; set; }

    /// <summary>Time of the first event.</summary>
    public ulong FirstTimeNs { get; set; }

    /// <summary>Records that the recorder lost, as far as it is known.</summary>
    public long LostRecords { get; set; }

    /// <summary>True when damage of the input has cost events.</summary>
    public bool HasDataLoss { get; set; }
}
