namespace Replay.Core.Replay;

/// <summary>
/// A dying CPU gave back the old place of a move whose interrupt is directed elsewhere already: what a kernel with
/// the fix a6c11c0a5235 does, and one without does not.
/// </summary>
/// <param name="Event">Event that tells.</param>
/// <param name="Irq">Interrupt.</param>
/// <param name="Device">Its device; null when not known.</param>
/// <param name="Entry">Its message; null when not known.</param>
/// <param name="Cpu">CPU that went offline.</param>
/// <param name="Vector">Vector given back.</param>
public sealed record OfflineRelease(long Event, int Irq, string? Device, int? Entry, int Cpu, int Vector);
