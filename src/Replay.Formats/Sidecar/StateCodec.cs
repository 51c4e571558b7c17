using System;
using Replay.Core.Checkpoints;

namespace Replay.Formats.Sidecar;

/// <summary>State of any part as bytes and back: <c>StateCodec.Save(replayer.Transfer)</c>.</summary>
public static class StateCodec
{
    /// <summary>What a part's <c>Transfer</c> saves.</summary>
    public static byte[] Save(Action<StateArchive> transfer)
    {
        var writer = new StateWriter();
        transfer(writer);
        return writer.Written.ToArray();
    }

    /// <summary>Restores what <see cref="Save"/> gave into a part that is new.</summary>
    /// <exception cref="CheckpointException">The bytes are not the state of such a part.</exception>
    public static void Load(ReadOnlyMemory<byte> bytes, Action<StateArchive> transfer)
    {
        var reader = new StateReader(bytes);
        transfer(reader);
        if (!reader.IsAtEnd) throw new CheckpointException("there is more than the state");
    }
}
