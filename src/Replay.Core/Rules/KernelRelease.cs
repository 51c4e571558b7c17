using System;
using System.Globalization;

namespace Replay.Core.Rules;

/// <summary>A kernel's version as far as it decides which rules it follows.</summary>
/// <param name="Major">First number; 0 when not known.</param>
/// <param name="Minor">Second number.</param>
public readonly record struct KernelRelease(int Major, int Minor)
{
    /// <summary>True when the version could be read.</summary>
    public bool IsKnown => Major != 0;

    /// <summary>True since 6.6: a timer gives old vectors back, no IPI. The nearest named set is linux-6.12.</summary>
    public bool UsesTimerCleanup => Major > 6 || (Major == 6 && Minor >= 6);

    /// <summary>Reads the start of <c>uname -r</c>, "6.1.0-50-amd64"; anything else is not known.</summary>
    public static KernelRelease Parse(ReadOnlySpan<char> release)
    {
        int dot = release.IndexOf('.');
        if (dot < 0 || !int.TryParse(release[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out int major))
            return default;
        ReadOnlySpan<char> rest = release[(dot + 1)..];
        int end = rest.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? rest : rest[..end], NumberStyles.None,
            CultureInfo.InvariantCulture, out int minor)
            ? new KernelRelease(major, minor) : default;
    }
}
