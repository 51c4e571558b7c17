using System;
using System.Collections.Generic;
using Replay.Core.Statistics;

namespace Replay.Cli.Bench;

/// <summary>One timed replay, with what was run beside it.</summary>
/// <param name="Cpu">CPU seconds of the replay, opening included.</param>
/// <param name="Wall">Seconds on the wall.</param>
/// <param name="Scan">CPU seconds of reading and checksumming the same file, just before.</param>
/// <param name="Dispatch">CPU seconds of the calibrator's jumps: the mean of the runs before and after.</param>
internal readonly record struct BenchSample(double Cpu, double Wall, double Scan, double Dispatch);

/// <summary>Seconds on the wall of a replay's parts.</summary>
/// <param name="Open">Opening the recording: formats, names, index.</param>
/// <param name="Decode">Reading batches: bytes to events.</param>
/// <param name="Apply">Events into the machine, findings.</param>
/// <param name="Finish">What is said at the end.</param>
internal readonly record struct BenchParts(double Open, double Decode, double Apply, double Finish);

/// <summary>What one kind of event costs.</summary>
/// <param name="Kind">Name in the text form.</param>
/// <param name="Events">Events of the kind.</param>
/// <param name="Timed">Of these, those that were timed alone.</param>
/// <param name="AloneNs">Nanoseconds of one, timed alone: the mean without the slowest hundredth.</param>
/// <param name="ErrorNs">Standard error of that mean.</param>
/// <param name="Ns">Nanoseconds of one among the others, such that all kinds add up to the whole.</param>
/// <param name="Share">Part of the time in which events are applied.</param>
internal sealed record KindCost(string Kind, long Events, long Timed, double AloneNs,
    double ErrorNs, double Ns, double Share);

/// <summary>What all kinds cost.</summary>
/// <param name="Rows">The largest share first; empty when nothing was timed.</param>
/// <param name="UnseenNs">
/// Nanoseconds an event that timing it alone does not see; added to each. Negative: the kinds alone added up to too
/// much, by so much an event, and were scaled down.
/// </param>
internal sealed record KindCosts(IReadOnlyList<KindCost> Rows, double UnseenNs)
{
    public static KindCosts None { get; } = new([], 0);
}

/// <summary>A recording as far as a second measurement must have the same one.</summary>
/// <param name="Name">File name as it was typed.</param>
/// <param name="Format">Its format.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Crc">CRC-32C of all of them.</param>
/// <param name="Events">Events.</param>
/// <param name="Records">Records of the source where this file has them, else events and extension records.</param>
internal sealed record BenchFile(string Name, string Format, long Bytes, uint Crc, long Events, long Records);

/// <summary>One session of measurements.</summary>
internal sealed record BenchResult
{
    /// <summary>Machine on which it ran.</summary>
    public required MachineDescription Machine { get; init; }

    public required BenchFile File { get; init; }

    /// <summary>State at the end, the same in all runs.</summary>
    public required string Digest { get; init; }

    /// <summary>When it was measured, UTC, ISO 8601.</summary>
    public required string MeasuredAt { get; init; }

    /// <summary>Threads that shared the reading.</summary>
    public int Lanes { get; init; } = 1;

    /// <summary>Processes that the runs were divided among.</summary>
    public int Processes { get; init; } = 1;

    /// <summary>Runs that were not timed.</summary>
    public required int WarmUps { get; init; }

    public required IReadOnlyList<BenchSample> Samples { get; init; }

    /// <summary>Parts of a replay that nothing else disturbed: the lower quartile of each.</summary>
    public BenchParts Parts { get; init; }

    /// <summary>Bytes allocated by a whole replay.</summary>
    public long AllocatedPerRun { get; init; }

    /// <summary>
    /// Bytes allocated per event in the later half of the recording; null when it has too few batches to tell.
    /// </summary>
    public double? AllocatedPerEvent { get; init; }

    /// <summary>What each kind of event costs.</summary>
    public KindCosts Kinds { get; init; } = KindCosts.None;

    /// <summary>
    /// What speed is told by: CPU time, which others disturb least, and for several lanes the clock on the wall.
    /// </summary>
    public double Time(BenchSample sample) => Lanes > 1 ? sample.Wall : sample.Cpu;

    /// <summary>One number of each sample.</summary>
    public SampleSet Of(Func<BenchSample, double> part)
    {
        var values = new double[Samples.Count];
        for (int i = 0; i < values.Length; i++) values[i] = part(Samples[i]);
        return SampleSet.Of(values);
    }
}
