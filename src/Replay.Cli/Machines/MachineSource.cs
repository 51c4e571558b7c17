using System;
using Replay.Formats;

namespace Replay.Cli.Machines;

/// <summary>One of several machines, not read yet.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Recording">Where it is.</param>
/// <param name="Open">Opens its recording, for use on any thread, with its reading divided among
/// that many lanes.</param>
internal sealed record MachineSource(string Name, RecordingName Recording, Func<int, Recording> Open);
