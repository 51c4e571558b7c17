using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Replay.Formats.Tests.Ctf;

/// <summary>How the header of an event is made.</summary>
public enum MadeHeader
{
    /// <summary>LTTng's with 5 and 27 bits.</summary>
    Compact,

    /// <summary>LTTng's with 16 and 32 bits.</summary>
    Large,

    /// <summary>perf's: number and time in full.</summary>
    Plain,

    /// <summary>One that no code of its own knows: a number that chooses among three.</summary>
    Odd,
}

/// <summary>
/// Writes small CTF traces into a folder of their own, which goes with the writer: events of LTTng's names with one
/// text at the end, and some whose fields have no fixed places.
/// </summary>
internal sealed class CtfTraceWriter : IDisposable
{
    public const int EntryId = 2, ExitId = 3, MixedId = 4, PmId = 5, BitsId = 6, LongId = 40, ConsoleId = 7;

    private static readonly byte[] Uuid =
        [0x6f, 0x18, 0x0b, 0x0c, 0xb2, 0x42, 0xc1, 0x48, 0xab, 0x44, 0x6c, 0xbf, 0x96, 0x0a, 0x58, 0xb2];

    private readonly List<CtfStreamWriter> _streams = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("ctf-").FullName;

    public bool BigEndian { get; init; }

    public MadeHeader Header { get; init; }

    /// <summary>True for numbers aligned to their size, as on ARM; false for bytes, as on x86.</summary>
    public bool IsNatural { get; init; }

    /// <summary>True for a metadata cut into packets.</summary>
    public bool IsPacketised { get; init; }

    public ulong Frequency { get; init; } = 1_000_000_000;

    public long OffsetSeconds { get; init; }

    public long Offset { get; init; } = 5_000_000_000;

    public string Tracer { get; init; } = "lttng-modules";

    /// <summary>Added to the metadata.</summary>
    public string Extra { get; init; } = "";

    public CtfStreamWriter Stream(string file, int cpu, ulong instance)
    {
        var stream = new CtfStreamWriter(this, file, cpu, instance, Uuid);
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Writes all files.</summary>
    public string Write()
    {
        byte[] text = Encoding.UTF8.GetBytes(Metadata());
        File.WriteAllBytes(Path.Combine(Folder, "metadata"), IsPacketised ? Packets(text) : text);
        foreach (CtfStreamWriter stream in _streams)
            File.WriteAllBytes(Path.Combine(Folder, stream.File), stream.ToArray());
        return Folder;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public int AlignOf(int bits) => IsNatural ? Math.Max(bits, 8) : 8;

    public string Metadata() => $$"""
        /* CTF 1.8 */
        {{Int(8, "uint8_t")}}{{Int(16, "uint16_t")}}{{Int(32, "uint32_t")}}{{Int(64, "uint64_t")}}
        {{Int(32, "unsigned long")}}
        typealias integer { size = 32; align = {{AlignOf(32)}}; signed = true; } := int;
        typealias integer { size = 5; align = 1; signed = false; } := uint5_t;
        trace {
            major = 1; minor = 8; // comment
            uuid = "6f180b0c-b242-c148-ab44-6cbf960a58b2";
            byte_order = {{(BigEndian ? "be" : "le")}};
            packet.header := struct {
                uint32_t magic; uint8_t uuid[16]; uint32_t stream_id; uint64_t stream_instance_id;
            };
        };
        env { hostname = "made"; kernel_release = "6.1.0-made"; tracer_name = "{{Tracer}}"; tracer_major = 2; };
        clock { name = "monotonic"; freq = {{Frequency}}; offset_s = {{OffsetSeconds}}; offset = {{Offset}}; };
        typealias integer { size = 27; align = 1; signed = false; map = clock.monotonic.value; } := u27_clock;
        typealias integer { size = 32; align = {{AlignOf(32)}}; map = clock.monotonic.value; } := u32_clock;
        typealias integer { size = 64; align = {{AlignOf(64)}}; map = clock.monotonic.value; } := u64_clock;
        struct packet_context {
            u64_clock timestamp_begin; u64_clock timestamp_end; uint64_t content_size; uint64_t packet_size;
            uint64_t packet_seq_num; unsigned long events_discarded; uint32_t cpu_id;
        };
        struct event_header_compact {
            enum : uint5_t { compact = 0 ... 30, extended = 31 } id;
            variant <id> {
                struct { u27_clock timestamp; } compact;
                struct { uint32_t id; u64_clock timestamp; } extended;
            } v;
        } align({{AlignOf(32)}});
        struct event_header_large {
            enum : uint16_t { compact = 0 ... 65534, extended = 65535 } id;
            variant <id> {
                struct { u32_clock timestamp; } compact;
                struct { uint32_t id; u64_clock timestamp; } extended;
            } v;
        } align({{AlignOf(16)}});
        struct event_header_plain { uint32_t id; u64_clock timestamp; } align(8);
        struct event_header_odd {
            enum : uint8_t { brief = 1, "whole" = 2 ... 9, none = 10 } kind;
            uint8_t id;
            variant <kind> {
                struct { u32_clock timestamp; } brief;
                struct { u64_clock timestamp; } whole;
                struct { } none;
            } v;
        };
        stream { id = 7; event.header := struct event_header_{{Header.ToString().ToLowerInvariant()}};
            packet.context := struct packet_context; };
        event { name = "irq_handler_entry"; id = {{EntryId}}; stream_id = 7;
            fields := struct { int _irq; string _name; }; };
        event { name = "irq_handler_exit"; id = {{ExitId}}; stream_id = 7; fields := struct { int _irq; int _ret; }; };
        event { name = "power:device_pm_callback_start"; id = {{PmId}}; stream_id = 7; fields := struct {
            string _device; string _driver; string _parent; string _pm_ops; int _event; }; };
        event { name = "made:bits"; id = {{BitsId}}; stream_id = 7; fields := struct {
            integer { size = 3; align = 1; signed = true; } _small;
            integer { size = 14; align = 1; } _middle;
            integer { size = 64; align = 1; base = hex; } _address;
            integer { size = 16; align = 8; byte_order = {{(BigEndian ? "le" : "be")}}; } _other;
            uint8_t _array[4]; integer { size = 8; align = 8; encoding = UTF8; } _comm[6]; }; };
        event { name = "printk_console"; id = {{ConsoleId}}; stream_id = 7; fields := struct {
            uint32_t __msg_length; integer { size = 8; align = 8; encoding = UTF8; } _msg[ __msg_length ]; }; };
        event { name = "made:long"; id = {{LongId}}; stream_id = 7;
            fields := struct { uint32_t _n; uint8_t _b[_n]; }; };
        event { name = "made:mixed"; id = {{MixedId}}; stream_id = 7; fields := struct {
            enum : uint8_t { none = 0, _ipv4 = 4, ipv6 = 6 } _kind;
            uint16_t _count;
            struct { uint8_t n; uint32_t values[n]; string name; } _lists[_count];
            variant <_kind> {
                struct { } none; struct { uint8_t a[4]; } _ipv4; struct { uint64_t a[2]; } ipv6; } _address;
            floating_point { exp_dig = 11; mant_dig = 53; align = 8; } _f;
            uint8_t _grid[2][_count]; }; };
        {{Extra}}
        """;

    private string Int(int bits, string name) =>
        $"typealias integer {{ size = {bits}; align = {AlignOf(bits)}; signed = false; }} := {name};\n";

    private byte[] Packets(byte[] text)
    {
        const int Header = 37, TextBytes = 700, PacketBytes = 1024;
        var all = new List<byte>();
        foreach (byte[] part in text.Chunk(TextBytes))
        {
            var packet = new BitWriter(BigEndian);
            packet.Number(0x75D11D57, 32, 8).Raw(Uuid).Number(0, 32, 8).Number((ulong)(Header + part.Length) * 8, 32, 8)
                .Number(PacketBytes * 8, 32, 8).Raw([0, 0, 0, 1, 8]).Raw(part);
            packet.Raw(new byte[PacketBytes - Header - part.Length]);
            all.AddRange(packet.ToArray());
        }
        return [.. all];
    }
}
