using System.IO;
using Xunit;

namespace Replay.Formats.Tests.Mapping;

/// <summary>
/// A fact about the folder of big captures beside the repository; shown as skipped where it is absent.
/// </summary>
internal sealed class SharedCapturesFactAttribute : FactAttribute
{
    public SharedCapturesFactAttribute()
    {
        if (!Directory.Exists(Folder)) Skip = "The folder of captures is not beside the repository.";
    }

    public static string Folder { get; } = Path.Combine(FormatVectors.RepositoryRoot, "..", "shared", "captures");
}
