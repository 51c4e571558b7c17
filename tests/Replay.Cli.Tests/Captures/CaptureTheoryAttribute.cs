using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>A table of tests that needs the big captures; skipped, visibly, where they are absent.</summary>
internal sealed class CaptureTheoryAttribute : TheoryAttribute
{
    public CaptureTheoryAttribute()
    {
        if (Folders.Captures is null) Skip = "the folder with captures is absent";
    }
}

/// <summary>A test that needs the big captures; skipped, visibly, where they are absent.</summary>
internal sealed class CaptureFactAttribute : FactAttribute
{
    public CaptureFactAttribute()
    {
        if (Folders.Captures is null) Skip = "the folder with captures is absent";
    }
}
