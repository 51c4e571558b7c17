using Xunit;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>A test that needs the captures; skipped, visibly, where they are absent.</summary>
internal sealed class CaptureFactAttribute : FactAttribute
{
    public CaptureFactAttribute()
    {
        if (CaptureFolder.Root is null) Skip = "the folder with captures is absent";
    }
}

/// <summary>A table of tests that needs the captures; skipped, visibly, where they are absent.</summary>
internal sealed class CaptureTheoryAttribute : TheoryAttribute
{
    public CaptureTheoryAttribute()
    {
        if (CaptureFolder.Root is null) Skip = "the folder with captures is absent";
    }
}
