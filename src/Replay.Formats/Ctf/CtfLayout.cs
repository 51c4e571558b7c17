using System;
using System.Collections.Generic;

namespace Replay.Formats.Ctf;

/// <summary>The metadata of a trace, compiled.</summary>
internal sealed class CtfLayout
{
    private readonly DecodeCompiler _compiler;
    private readonly Dictionary<ulong, StreamLayout> _streams = [];
    private readonly int _packetRoots;
    private readonly int _packetRegisters;

    /// <param name="metadata">What was read.</param>
    /// <param name="file">Name of its file, for messages.</param>
    /// <exception cref="BadInputException">Types contradict each other.</exception>
    public CtfLayout(CtfMetadata metadata, string file)
    {
        Metadata = metadata;
        _compiler = new DecodeCompiler(metadata, file);
        PacketHeader = _compiler.CompilePacket(DecodeCompiler.PacketHeaderRoot, metadata.PacketHeader);
        Magic = _compiler.FindRegister(DecodeCompiler.PacketHeaderRoot, "magic");
        StreamId = _compiler.FindRegister(DecodeCompiler.PacketHeaderRoot, "stream_id");
        StreamInstanceId = _compiler.FindRegister(DecodeCompiler.PacketHeaderRoot, "stream_instance_id");
        UuidOffset = metadata.Uuid is null ? -1 : FindUuid(metadata.PacketHeader);
        (_packetRoots, _packetRegisters) = (_compiler.RootCount, _compiler.PacketRegisters);
        string tracer = metadata.Fact("tracer_name");
        IsPerf = tracer == "perf";
        string system = IsPerf ? "" : tracer.StartsWith("lttng", StringComparison.Ordinal) ? "lttng" : "ctf";
        foreach (CtfStreamClass stream in metadata.Streams.Values) _streams.Add(stream.Id, Compile(stream, system));
        SetShifts();
    }

    public CtfMetadata Metadata { get; }

    public bool BigEndian => Metadata.BigEndian;

    /// <summary>Made by <c>perf data convert</c>.</summary>
    public bool IsPerf { get; }

    public DecodePlan PacketHeader { get; }

    /// <summary>Registers of the packet's header; -1 for what it does not have.</summary>
    public int Magic { get; }
    public int StreamId { get; }
    public int StreamInstanceId { get; }

    /// <summary>Bytes from the start of a packet to the trace's uuid; -1 for none.</summary>
    public int UuidOffset { get; }

    /// <summary>Registers that all plans together use.</summary>
    public int RegisterCount => _compiler.RegisterCount;

    /// <summary>The clock whose zero is that of all times; null where the trace has none.</summary>
    public CtfClock? Clock { get; private set; }

    public Dictionary<ulong, StreamLayout>.ValueCollection Streams => _streams.Values;

    public StreamLayout? FindStream(ulong id) => _streams.GetValueOrDefault(id);

    /// <summary>The stream of packets that do not say which: the only one; else null.</summary>
    public StreamLayout? OnlyStream
    {
        get
        {
            if (_streams.Count != 1) return null;
            foreach (StreamLayout stream in _streams.Values) return stream;
            return null;
        }
    }

    /// <summary>The plan that takes an event's fields apart.</summary>
    public DecodePlan CompileKeeper(StreamLayout stream, CtfEventClass kind, RecordLayout record)
    {
        CompilePackets(stream.Class, out _);
        return _compiler.CompileEvent(stream.Class.EventContext, kind, record, out _).Fields;
    }

    private DecodePlan CompilePackets(CtfStreamClass stream, out DecodePlan header)
    {
        _compiler.ForgetAfter(_packetRoots, _packetRegisters);
        DecodePlan context = _compiler.CompilePacket(DecodeCompiler.PacketContextRoot, stream.PacketContext);
        header = _compiler.CompilePacket(DecodeCompiler.HeaderRoot, stream.EventHeader, OnlyClock);
        return context;
    }

    /// <summary>A time that names no clock is of the only one, as of perf's packets.</summary>
    private string OnlyClock => Metadata.Clocks.Count == 1 ? Metadata.Clocks[0].Name : "";

    private StreamLayout Compile(CtfStreamClass stream, string system)
    {
        DecodePlan context = CompilePackets(stream, out DecodePlan header);
        int Find(string name) => _compiler.FindRegister(DecodeCompiler.PacketContextRoot, name);
        int discardedBits = 64;
        foreach (CtfField field in stream.PacketContext?.Fields ?? [])
        {
            if (field.Name == "events_discarded" && field.Type is CtfInteger integer) discardedBits = integer.Bits;
        }
        var layout = new StreamLayout
        {
            Id = stream.Id,
            Class = stream,
            PacketContext = context,
            TimeBegin = Find("timestamp_begin"),
            TimeEnd = Find("timestamp_end"),
            ContentSize = Find("content_size"),
            PacketSize = Find("packet_size"),
            SequenceNumber = Find("packet_seq_num"),
            Discarded = Find("events_discarded"),
            DiscardedBits = discardedBits,
            Cpu = Find("cpu_id"),
        };
        bool usesHeader = false;
        foreach (CtfEventClass kind in stream.Events)
        {
            (DecodePlan contexts, DecodePlan fields) =
                _compiler.CompileEvent(stream.EventContext, kind, null, out bool uses);
            usesHeader |= uses;
            layout.Add(kind.Id, new EventLayout(kind, system, contexts, fields));
        }
        layout.Header = HeaderLayout.Make(stream.EventHeader, header, BigEndian, OnlyClock.Length > 0, !usesHeader);
        string clock = ClockOf(stream.EventHeader, 0) ?? ClockOf(stream.PacketContext, 0) ?? OnlyClock;
        layout.Clock = Metadata.Clocks.Find(other => other.Name == clock);
        if (layout.Clock is null && clock.Length > 0)
            throw _compiler.Error(stream.Line, "a clock that is described", $"'{clock}'");
        return layout;
    }

    /// <summary>The first clock that an integer is a value of.</summary>
    private static string? ClockOf(CtfType? type, int depth)
    {
        if (type is CtfInteger { Clock: { Length: > 0 } clock }) return clock;
        if (depth > 4) return null;
        foreach (CtfField field in (type as CtfStruct)?.Fields ?? (type as CtfVariant)?.Options ?? [])
        {
            if (ClockOf(field.Type, depth + 1) is { } found) return found;
        }
        return null;
    }

    private void SetShifts()
    {
        foreach (StreamLayout stream in _streams.Values)
        {
            if (stream.Clock is { } clock && (Clock is null || clock.OffsetNs < Clock.OffsetNs)) Clock = clock;
        }
        foreach (StreamLayout stream in _streams.Values)
        {
            if (stream.Clock is { } clock)
                stream.ShiftNs = unchecked((ulong)clock.OffsetNs!.Value - (ulong)Clock!.OffsetNs!.Value);
            stream.CountsNs = stream.ShiftNs == 0 && stream.Clock is null or { CountsNs: true };
        }
    }

    private static int FindUuid(CtfStruct? header)
    {
        long at = 0;
        foreach (CtfField field in header?.Fields ?? [])
        {
            if (field.Type.FixedBits < 0) break;
            at = CtfType.AlignUp(at, field.Type.Align);
            if (field is { Name: "uuid", Type: CtfArray { Length: 16, Element: CtfInteger { Bits: 8, Align: <= 8 } } })
                return (at & 7) == 0 ? (int)(at >> 3) : -1;
            at += field.Type.FixedBits;
        }
        return -1;
    }
}
