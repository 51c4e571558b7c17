using System;

namespace Replay.Formats.Recipes;

/// <summary>Where a recording is made.</summary>
[Flags]
public enum RecipePlatforms
{
    None = 0,

    /// <summary>In a guest of Hyper-V; the host records nothing for us.</summary>
    HyperV = 1,

    /// <summary>On a host that runs guests under KVM.</summary>
    Kvm = 2,

    /// <summary>On a host that gives devices to guests by VFIO.</summary>
    Vfio = 4,

    /// <summary>On a machine, or inside any other guest.</summary>
    BareMetal = 8,

    /// <summary>Wherever remapping hardware may be.</summary>
    WithRemapping = Kvm | Vfio | BareMetal,

    /// <summary>Everywhere.</summary>
    All = HyperV | WithRemapping,
}

/// <summary>One platform as users name it.</summary>
/// <param name="Name">As typed: <c>bare-metal</c>.</param>
/// <param name="Platform">Its flag.</param>
/// <param name="Meaning">Where the script runs and what it sees.</param>
public sealed record RecipePlatform(string Name, RecipePlatforms Platform, string Meaning);
