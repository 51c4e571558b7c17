using System;
using System.IO;
using Replay.Formats.Lanes;
using Replay.Formats.Mapping;
using Replay.Formats.Sidecar;
using Replay.Formats.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>
/// What a trace.dat is told from others by, without all of it being read, and what finds a change that slips through.
/// </summary>
public sealed class TraceDatIdentityTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(6, "none")]
    [InlineData(7, "zstd")]
    public void A_copy_is_the_same_and_an_edit_is_found(int version, string compression)
    {
        byte[] bytes = Made(version, compression, pages: 600);
        RecordingIdentity identity = Identify(bytes);
        Assert.True(identity.IsSameContent(Identify(bytes)));
        Assert.False(identity.IsSameContent(Identify(bytes[..^1])));

        // Anywhere outside the CPUs' data: a name of a field, a time of an option, a symbol.
        int data = Array.LastIndexOf(bytes, (byte)'l', bytes.Length / 8);
        for (int at = 40; at < Math.Min(data, 3000); at += 61)
            Assert.False(identity.IsSameContent(Edited(bytes, at, identity)), $"byte {at}");

        // Anywhere in the data: some bytes are not looked at, and then reading them again tells.
        int found = 0, slipped = 0;
        for (int at = bytes.Length - 4000; at > bytes.Length / 4; at -= bytes.Length / 50)
        {
            if (!identity.IsSameContent(Edited(bytes, at, identity))) found++;
            else slipped++;
        }
        Assert.True(found > 0 && slipped > 0, $"{found} edits found at once, {slipped} not");
    }

    /// <summary>No byte is without a checksum: it is in the digest, or among those read before the place.</summary>
    [Theory]
    [InlineData(6, "none")]
    [InlineData(7, "none")]
    [InlineData(7, "zlib")]
    [InlineData(7, "zstd")]
    public void Any_changed_byte_is_found_by_the_digest_or_by_reading_again(int version, string compression)
    {
        byte[] bytes = Made(version, compression, pages: 600);
        RecordingIdentity identity = Identify(bytes);
        byte[] place;
        using (TraceDatRecording recording = TraceDatRecording.Open(_path, new TraceDatOptions()))
        {
            recording.NotePlaces();
            while (recording.TryReadBatch(out _))
            {
            }
            place = StateCodec.Save(recording.Transfer);
        }
        Assert.True(IsUnchanged(place));
        int slipped = 0;
        for (int at = 11; at < bytes.Length; at += bytes.Length / 211)
        {
            if (!identity.IsSameContent(Edited(bytes, at, identity))) continue;
            slipped++;
            bytes[at] ^= 1;
            File.WriteAllBytes(_path, bytes);
            bytes[at] ^= 1;
            Assert.False(IsUnchanged(place), $"byte {at} of {bytes.Length}");
        }
        Assert.InRange(slipped, 1, 210);
    }

    [Fact]
    public void How_it_is_read_is_part_of_it()
    {
        File.WriteAllBytes(_path, Made(7, "none", pages: 4));
        RecordingIdentity plain = Identify(new TraceDatOptions());
        Assert.Equal("", plain.Reading);
        MappingTable one = MappingTable.Parse("made:noise -> skip\n", "one.map", MappingTable.BuiltIn);
        MappingTable other = MappingTable.Parse("made:noise2 -> skip\n", "one.map", MappingTable.BuiltIn);
        string[] readings =
        [
            Identify(new TraceDatOptions { Mapping = one }).Reading,
            Identify(new TraceDatOptions { Mapping = other }).Reading,
            Identify(new TraceDatOptions { HostTime = true }).Reading,
            Identify(new TraceDatOptions { IgnorePatterns = ["made:*"] }).Reading,
            Identify(new TraceDatOptions { IgnorePatterns = ["made:*", "irq:*"] }).Reading, "",
        ];
        Assert.Equal(readings.Length, new System.Collections.Generic.HashSet<string>(readings).Count);
        Assert.Equal(plain.Digest, Identify(new TraceDatOptions { Mapping = one }).Digest);
    }

    [Fact]
    public void What_came_through_a_pipe_has_no_place_to_come_back_to()
    {
        using TraceDatRecording recording = MadeFile.Open(Made(7, "none", pages: 4));
        Assert.Null(recording.Identify());
        using Recording divided = RecordingLanes.Divide(MadeFile.Open(Made(7, "none", pages: 4)), 2);
        Assert.Null(divided.Identify());
    }

    private RecordingIdentity Identify(TraceDatOptions options)
    {
        using TraceDatRecording recording = TraceDatRecording.Open(_path, options);
        return recording.Identify()!;
    }

    private RecordingIdentity Identify(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        return Identify(new TraceDatOptions());
    }

    // What cannot be opened any more is another file too.
    private RecordingIdentity Edited(byte[] bytes, int at, RecordingIdentity identity)
    {
        bytes[at] ^= 1;
        try
        {
            return Identify(bytes);
        }
        catch (BadInputException)
        {
            return identity with { Bytes = -1 };
        }
        finally
        {
            bytes[at] ^= 1;
        }
    }

    private bool IsUnchanged(byte[] place)
    {
        try
        {
            using TraceDatRecording recording = TraceDatRecording.Open(_path, new TraceDatOptions());
            StateCodec.Load(place, recording.Transfer);
            return recording.IsUndamagedBefore();
        }
        catch (Exception e) when (e is BadInputException or Replay.Core.Checkpoints.CheckpointException)
        {
            return false;
        }
    }

    private static byte[] Made(int version, string compression, int pages)
    {
        var writer = new TraceDatWriter { Version = version, Compression = compression };
        var buffer = new MadeBuffer("", "mono");
        for (uint page = 0; page < pages; page++)
        {
            PageBuilder builder = writer.Page(page * 1000);
            for (uint i = 0; builder.Room > 64; i++) builder.Data(1, writer.Exit((page * 7) + i));
            buffer.Add((int)page & 1, builder);
        }
        writer.Buffers.Add(buffer);
        return writer.Build();
    }
}
