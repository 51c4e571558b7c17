using System;

namespace Replay.Core.History;

/// <summary>Ways in which the three views of an interrupt can disagree.</summary>
[Flags]
public enum Parting : byte
{
    None = 0,

    /// <summary>Started, and its entry is masked.</summary>
    Masked = 1,

    /// <summary>The device's message leads elsewhere than the kernel's books say.</summary>
    Message = 2,

    /// <summary>The remapping entry leads elsewhere.</summary>
    Irte = 4,

    /// <summary>The hardware may still use the remapping entry of before.</summary>
    Cache = 8,

    /// <summary>The slot of its vector is not its own.</summary>
    Slot = 16,

    /// <summary>The host has no mapping.</summary>
    HostMapping = 32,

    /// <summary>It is directed at a CPU that is offline.</summary>
    OfflineCpu = 64,

    /// <summary>The device in sleep lost what it held, and it was not written back.</summary>
    NotRestored = 128,
}
