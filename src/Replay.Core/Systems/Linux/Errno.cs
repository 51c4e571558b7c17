using System.Globalization;

namespace Replay.Core.Systems.Linux;

/// <summary>Error numbers of Linux that the modelled calls return, negative as the kernel returns them.</summary>
internal static class Errno
{
    public const int Io = -5;
    public const int Busy = -16;
    public const int Inval = -22;
    public const int NoSpace = -28;
    public const int Proto = -71;
    public const int NotSupported = -95;
    public const int TimedOut = -110;

    /// <summary><c>-ENOSPC</c>; a number where the model has no name.</summary>
    public static string Name(int error) => error switch
    {
        Io => "-EIO",
        Busy => "-EBUSY",
        Inval => "-EINVAL",
        NoSpace => "-ENOSPC",
        Proto => "-EPROTO",
        NotSupported => "-EOPNOTSUPP",
        TimedOut => "-ETIMEDOUT",
        _ => error.ToString(CultureInfo.InvariantCulture),
    };
}
