using System;
using System.IO;

namespace Replay.Formats.Tests.Text;

/// <summary>Gives at most a few bytes a read, so that lines straddle every boundary there is.</summary>
internal sealed class ChoppyStream(byte[] bytes, int most) : MemoryStream(bytes)
{
    public override bool CanSeek => false;

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, most)]);
}
