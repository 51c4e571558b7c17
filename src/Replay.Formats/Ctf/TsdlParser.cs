using System;
using System.Collections.Generic;
using System.Globalization;

namespace Replay.Formats.Ctf;

/// <summary>
/// Reads the blocks of a metadata: trace, env, clock, stream and event. Callsites and unknown attributes are passed
/// over (CTF 1.8.3, 7.3 and appendix C).
/// </summary>
internal sealed class TsdlParser
{
    private const int ClocksMax = 64;
    private const int FactsMax = 4096;
    private const int StreamsMax = 4096;
    private const int EventsMax = 1 << 17;

    private readonly TsdlLexer _lexer;
    private readonly TsdlTypeParser _types;
    private readonly CtfMetadata _metadata = new();
    private readonly List<CtfEventClass> _events = [];
    private bool _hasTrace;

    private TsdlParser(byte[] text, string file)
    {
        _lexer = new TsdlLexer(text, file);
        _types = new TsdlTypeParser(_lexer);
    }

    /// <param name="text">The metadata without its packets.</param>
    /// <param name="file">Name for messages.</param>
    /// <exception cref="BadInputException">Line, expected, found.</exception>
    public static CtfMetadata Parse(byte[] text, string file)
    {
        var parser = new TsdlParser(text, file);
        while (parser._lexer.Kind != TsdlToken.End) parser.ParseTop();
        parser.Complete();
        return parser._metadata;
    }

    private void ParseTop()
    {
        if (_lexer.Accept(";") || _types.TryParseDeclaration()) return;
        int line = _lexer.Line;
        string block = _lexer.Word("a block or a declaration");
        switch (block)
        {
            case "trace": ParseTrace(line); break;
            case "env": ParseEnvironment(); break;
            case "clock": ParseClock(line); break;
            case "stream": ParseStream(line); break;
            case "event": ParseEvent(line); break;
            case "callsite": ParseBlock(block, static _ => false, static (_, _) => { }); break;
            default:
                throw _lexer.Error(line, "trace, env, clock, stream, event, callsite or a declaration", $"'{block}'");
        }
        _lexer.Demand(";", $"after the block {block}");
    }

    /// <param name="name">Of the block, for messages.</param>
    /// <param name="type">Takes <c>path := type</c>; false, with nothing read, where it does not know the path.</param>
    /// <param name="value">Takes <c>path = value</c>.</param>
    private void ParseBlock(string name, Func<string, bool> type, Action<string, TsdlValue> value)
    {
        _lexer.Demand("{", $"after {name}");
        _types.OpenBlock();
        while (!_lexer.Accept("}"))
        {
            if (_types.TryParseDeclaration()) continue;
            int line = _lexer.Line;
            string path = _types.ParsePath($"'}}' or an attribute of {name}");
            if (_lexer.Accept(":="))
            {
                if (!type(path)) throw _lexer.Error(line, $"a type that {name} has", $"'{path}'");
            }
            else
            {
                _lexer.Demand("=", $"or ':=' after {path}");
                value(path, _types.ParseValue());
            }
            _lexer.Demand(";", $"after {path}");
        }
        _types.CloseBlock();
    }

    private void ParseTrace(int line)
    {
        if (_hasTrace) throw _lexer.Error(line, "one trace", "another");
        _hasTrace = true;
        Int128 major = -1, minor = -1;
        bool hasOrder = false;
        ParseBlock("trace",
            path =>
            {
                if (path != "packet.header") return false;
                _metadata.PacketHeader = _types.ParseStruct(path);
                return true;
            },
            (path, value) =>
            {
                switch (path)
                {
                    case "major": major = value.Number ?? -1; break;
                    case "minor": minor = value.Number ?? -1; break;
                    case "uuid": _metadata.Uuid = Uuid(value); break;
                    case "byte_order":
                        _metadata.BigEndian = _types.ByteOrder(value, mayBeNative: false)!.Value;
                        hasOrder = true;
                        break;
                }
            });
        if (major != 1 || minor != 8) throw _lexer.Error(line, "a trace of version 1.8", $"{major}.{minor}");
        if (!hasOrder) throw _lexer.Error(line, "the byte_order of the trace", "none");
    }

    private void ParseEnvironment() => ParseBlock("env", static _ => false,
        (path, value) =>
        {
            _metadata.Environment[path] = value.Text;
            if (_metadata.Environment.Count > FactsMax) throw _lexer.Error($"at most {FactsMax} facts");
        });

    private void ParseClock(int line)
    {
        var clock = new CtfClock();
        ParseBlock("clock", static _ => false, (path, value) =>
        {
            switch (path)
            {
                case "name": clock.Name = value.Text; break;
                case "freq": clock.Frequency = (ulong)Number(value, 1, ulong.MaxValue); break;
                case "offset_s": clock.OffsetSeconds = (long)Number(value, long.MinValue, long.MaxValue); break;
                case "offset": clock.Offset = (long)Number(value, long.MinValue, long.MaxValue); break;
            }
        });
        if (clock.Name.Length == 0) throw _lexer.Error(line, "the name of a clock", "none");
        if (clock.OffsetNs is null)
        {
            throw _lexer.Error(line, "an offset of at most 292 years",
                $"{clock.OffsetSeconds} s and {clock.Offset} ticks");
        }
        if (_metadata.Clocks.Count == ClocksMax) throw _lexer.Error(line, $"at most {ClocksMax} clocks", "more");
        if (_metadata.Clocks.Exists(other => other.Name == clock.Name))
            throw _lexer.Error(line, "each clock once", $"'{clock.Name}' twice");
        _metadata.Clocks.Add(clock);
    }

    private void ParseStream(int line)
    {
        var stream = new CtfStreamClass { Line = line };
        ParseBlock("stream",
            path =>
            {
                switch (path)
                {
                    case "packet.context": stream.PacketContext = _types.ParseStruct(path); return true;
                    case "event.header": stream.EventHeader = _types.ParseStruct(path); return true;
                    case "event.context": stream.EventContext = _types.ParseStruct(path); return true;
                    default: return false;
                }
            },
            (path, value) =>
            {
                if (path == "id") stream.Id = (ulong)Number(value, 0, ulong.MaxValue);
            });
        if (_metadata.Streams.Count == StreamsMax) throw _lexer.Error(line, $"at most {StreamsMax} streams", "more");
        if (!_metadata.Streams.TryAdd(stream.Id, stream))
            throw _lexer.Error(line, "each stream once", $"stream {stream.Id} twice");
    }

    private void ParseEvent(int line)
    {
        var kind = new CtfEventClass { Line = line };
        ParseBlock("event",
            path =>
            {
                switch (path)
                {
                    case "context": kind.Context = _types.ParseStruct(path); return true;
                    case "fields": kind.Fields = _types.ParseStruct(path); return true;
                    default: return false;
                }
            },
            (path, value) =>
            {
                switch (path)
                {
                    case "name": kind.Name = value.Text; break;
                    case "id": kind.Id = (ulong)Number(value, 0, ulong.MaxValue); break;
                    case "stream_id": kind.StreamId = (ulong)Number(value, 0, ulong.MaxValue); break;
                }
            });
        if (kind.Name.Length == 0) kind.Name = string.Create(CultureInfo.InvariantCulture, $"event-{kind.Id}");
        if (_events.Count == EventsMax) throw _lexer.Error(line, $"at most {EventsMax} events", "more");
        _events.Add(kind);
    }

    /// <summary>Gives events to their streams, which may stand behind them.</summary>
    private void Complete()
    {
        if (!_hasTrace) throw _lexer.Error("a block trace");
        _metadata.AlignBytes = _types.AlignMax / 8;
        // A trace may do without a block for its only stream.
        if (_metadata.Streams.Count == 0) _metadata.Streams.Add(0, new CtfStreamClass());
        CtfStreamClass? only = null;
        if (_metadata.Streams.Count == 1)
        {
            foreach (CtfStreamClass stream in _metadata.Streams.Values) only = stream;
        }
        var known = new HashSet<(ulong, ulong)>();
        foreach (CtfEventClass kind in _events)
        {
            CtfStreamClass? stream = kind.StreamId is { } id ? _metadata.Streams.GetValueOrDefault(id) : only;
            if (stream is null)
            {
                throw _lexer.Error(kind.Line, "the stream_id of a stream",
                    kind.StreamId is null ? "none, and several streams" : $"{kind.StreamId}");
            }
            if (!known.Add((stream.Id, kind.Id)))
                throw _lexer.Error(kind.Line, "each event once", $"number {kind.Id} of stream {stream.Id} twice");
            stream.Events.Add(kind);
        }
    }

    private Int128 Number(TsdlValue value, Int128 min, Int128 max)
    {
        if (value.Number is not { } number || number < min || number > max)
            throw _lexer.Error(value.Line, $"a number from {min} to {max}", $"'{value.Text}'");
        return number;
    }

    private byte[] Uuid(TsdlValue value)
    {
        if (!Guid.TryParseExact(value.Text, "D", out Guid uuid))
            throw _lexer.Error(value.Line, "a uuid", $"'{value.Text}'");
        return uuid.ToByteArray(bigEndian: true);
    }
}
