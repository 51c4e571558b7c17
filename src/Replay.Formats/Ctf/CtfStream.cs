using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;

namespace Replay.Formats.Ctf;

/// <summary>
/// Walks the packets and events of one stream. Holds one event that was decoded and not yet consumed, since merging
/// needs its time.
/// </summary>
internal sealed class CtfStream
{
    private readonly CtfLayout _layout;
    private readonly ImportReport _report;
    private readonly IReadOnlyList<CtfFile> _files;
    private readonly DecodeState _state;
    private byte[] _buffer;
    private long _bufferStart;
    private int _bufferBytes;
    private int _origin;
    private int _file = -1;
    private long _fileOffset;
    private StreamLayout _stream = null!;

    // The packet: where it starts and ends in its file, and the bits of its content. The window: bytes from the start
    // of the packet, a multiple of every alignment; it lies in the buffer, which holds a part of the file, from an
    // origin on. In the window: the next event, and the first bit that is none of it.
    private long _packetStart;
    private long _packetEnd;
    private long _contentBits;
    private long _windowStart;
    private int _bit;
    private int _limit;
    private bool _inPacket;

    private int _eventBit;
    private int _fieldsBit;
    private ulong _lastClock;

    private bool _hasLoss;
    private ulong _lossCount;
    private ulong _tailLoss;
    private bool _tailIsUnknown;
    private ulong? _sequenceNumber;
    private ulong? _discarded;

    /// <param name="layout">The trace.</param>
    /// <param name="files">Of the stream, in their order; at least one.</param>
    /// <param name="windowBytes">Bytes read at once; an event that is longer makes it grow.</param>
    /// <param name="record">Room for records, as of <see cref="DecodeState"/>.</param>
    /// <param name="report">Where damage goes.</param>
    public CtfStream(CtfLayout layout, IReadOnlyList<CtfFile> files, int windowBytes, byte[] record,
        ImportReport report)
    {
        _layout = layout;
        _report = report;
        _files = files;
        _state = new DecodeState(layout.RegisterCount, layout.BigEndian, record);
        long longest = 0;
        foreach (CtfFile file in files) longest = Math.Max(longest, file.Length);
        _buffer = new byte[Math.Min(windowBytes, longest) + DecodeState.SlackBytes];
    }

    /// <summary>CPU of the event at hand.</summary>
    public ushort Cpu { get; private set; }

    /// <summary>Time of the event at hand.</summary>
    public ulong TimeNs { get; private set; }

    public bool HasEnded { get; private set; }

    /// <summary>True when events are missing here, and that is what is at hand.</summary>
    public bool IsLoss { get; private set; }

    /// <summary>How many; 0 for an unknown number.</summary>
    public ulong LostCount { get; private set; }

    /// <summary>The event at hand.</summary>
    public EventLayout Event { get; private set; } = null!;

    public StreamLayout Layout => _stream;

    /// <summary>Bytes of packets that were passed.</summary>
    public long BytesDone { get; private set; }

    /// <summary>Place in its file of the event at hand, for messages.</summary>
    public long FileOffset => _packetStart + _windowStart + (_eventBit >> 3);

    public string FileName => _files[Math.Clamp(_file, 0, _files.Count - 1)].Name;

    /// <summary>Value of a register of the packet at hand; null for one that it does not have.</summary>
    public ulong? Register(int register) => register < 0 ? null : _state.Registers[register];

    /// <summary>Goes to the first packet; false when there is none.</summary>
    public bool TryOpenFirst() => _inPacket = TryOpenPacket();

    /// <summary>Goes to the next event, or to a place where some are missing; false at the end.</summary>
    public bool TryAdvance()
    {
        while (true)
        {
            if (!_inPacket)
            {
                _inPacket = TryOpenPacket();
                if (TakeLoss()) return true;
                if (!_inPacket)
                {
                    HasEnded = true;
                    return false;
                }
            }
            if (_bit < _limit)
            {
                ulong clock = _state.Clock;
                DecodeResult result = Decode();
                if (result == DecodeResult.Done)
                {
                    if (_state.Clock < _lastClock) NoteBackwards();
                    _lastClock = _state.Clock;
                    TimeNs = _stream.ToNs(_lastClock);
                    IsLoss = false;
                    return true;
                }
                _state.Clock = clock;
                if (result == DecodeResult.Bad)
                {
                    _eventBit = _bit;
                    AddDamage(_state.Damage, FileOffset, $"an event of stream {_stream.Id}",
                        $"number {_state.EventId}");
                    ClosePacket();
                    continue;
                }
            }
            if (TryMoveWindow()) continue;
            if (_bit < _limit)
            {
                _eventBit = _bit;
                AddDamage("event that ends behind its packet", FileOffset, "an event inside it",
                    $"{_limit - _bit} bits that are left");
            }
            ClosePacket();
        }
    }

    /// <summary>
    /// The fields of the event at hand as a record of the mapper's. Valid until any stream goes on.
    /// </summary>
    public ReadOnlySpan<byte> Record()
    {
        if (Event.Keeper is not { } keeper)
            return Window[(_fieldsBit >> 3)..((_bit + 7) >> 3)];
        _state.Record.AsSpan(0, Event.RecordBytes).Clear();
        _state.RecordLength = Event.RecordBytes;
        int bit = _fieldsBit;
        _state.Run(keeper, Window, ref bit, _limit);
        return _state.Record.AsSpan(0, _state.RecordLength);
    }

    private ReadOnlySpan<byte> Window => _buffer.AsSpan(_origin);

    private DecodeResult Decode()
    {
        ReadOnlySpan<byte> window = Window;
        int limit = _limit;
        long at;
        ulong id, clock;
        HeaderLayout header = _stream.Header;
        switch (header.Shape)
        {
            case HeaderShape.Split:
                at = CtfType.AlignUp(_bit, header.Align);
                if (at + header.IdBits > limit) return DecodeResult.Short;
                id = DecodeState.Read(window, at, header.IdBits, header.BigEndian);
                at += header.IdBits;
                if (id != header.Escape)
                {
                    at = CtfType.AlignUp(at, header.TimeAlign);
                    if (at + header.TimeBits > limit) return DecodeResult.Short;
                    clock = DecodeState.Continue(_state.Clock,
                        DecodeState.Read(window, at, header.TimeBits, header.BigEndian), header.TimeBits);
                    at += header.TimeBits;
                    break;
                }
                at = CtfType.AlignUp(at, header.FullAlign);
                if (at + header.FullBits > limit) return DecodeResult.Short;
                id = DecodeState.Read(window, at, header.FullIdBits, header.BigEndian);
                clock = DecodeState.Continue(_state.Clock, DecodeState.Read(window, at + header.FullTimeOffset,
                    header.FullTimeBits, header.BigEndian), header.FullTimeBits);
                at += header.FullBits;
                break;
            case HeaderShape.Plain:
                at = CtfType.AlignUp(_bit, header.Align);
                if (at + header.Bits > limit) return DecodeResult.Short;
                id = header.IdBits == 0 ? 0
                    : DecodeState.Read(window, at + header.IdOffset, header.IdBits, header.BigEndian);
                clock = header.TimeBits == 0 ? _state.Clock : DecodeState.Continue(_state.Clock, DecodeState.Read(
                    window, at + header.TimeOffset, header.TimeBits, header.BigEndian), header.TimeBits);
                at += header.Bits;
                break;
            default:
                _state.EventId = 0;
                int bit = _bit;
                DecodeResult result = _state.Run(header.Plan, window, ref bit, limit);
                if (result != DecodeResult.Done) return result;
                (at, id, clock) = (bit, _state.EventId, _state.Clock);
                break;
        }
        if (_stream.Find(id) is not { } kind) return Unknown(id);
        long fields = CtfType.AlignUp(at, kind.Align);
        switch (kind.Shape)
        {
            case EventShape.Fixed:
                at = fields + kind.Bits;
                if (at > limit) return DecodeResult.Short;
                break;
            case EventShape.FixedAndText:
                at = CtfType.AlignUp(fields + kind.Bits, 8);
                if (at > limit) return DecodeResult.Short;
                int length = window[(int)(at >> 3)..(limit >> 3)].IndexOf((byte)0);
                if (length < 0) return DecodeResult.Short;
                at += ((long)length + 1) * 8;
                break;
            default:
                _state.EventId = id;
                int bit = (int)at;
                DecodeResult result = _state.Run(kind.Contexts, window, ref bit, limit);
                if (result != DecodeResult.Done) return result;
                fields = CtfType.AlignUp(bit, kind.Align);
                result = _state.Run(kind.Fields, window, ref bit, limit);
                if (result != DecodeResult.Done) return result;
                at = bit;
                break;
        }
        // A packet of bytes that make no event takes no time without end.
        if (at == _bit) return _state.Bad("event without any bits");
        if (kind.CpuOffset >= 0 && _stream.Cpu < 0)
        {
            ulong cpu = DecodeState.Read(window, fields + (kind.CpuOffset * 8L), 32, _layout.BigEndian);
            if (cpu > ushort.MaxValue) return _state.Bad("event of an impossible CPU");
            Cpu = (ushort)cpu;
        }
        Event = kind;
        _state.Clock = clock;
        _eventBit = _bit;
        _fieldsBit = (int)fields;
        _bit = (int)at;
        return DecodeResult.Done;
    }

    private DecodeResult Unknown(ulong id)
    {
        _state.EventId = id;
        return _state.Bad("number of an event that is not described");
    }

    /// <summary>
    /// Goes to the next packet that can be read. What is wrong with those before it is reported.
    /// </summary>
    private bool TryOpenPacket()
    {
        while (true)
        {
            if (_file < 0 || _fileOffset >= _files[_file].Length)
            {
                if (_file >= 0) _files[_file].Dispose();
                if (_file + 1 >= _files.Count) return false;
                _file++;
                _fileOffset = 0;
                _bufferBytes = 0;
                if (_files[_file].Length == 0) continue;
            }
            _packetStart = _fileOffset;
            _packetEnd = _files[_file].Length;
            _contentBits = (_packetEnd - _packetStart) * 8;
            Fill(0);
            if (TryReadHead()) return true;
            // Without a size that is believed there is no next packet in the file.
            BytesDone += _packetEnd - _packetStart;
            _fileOffset = _packetEnd;
        }
    }

    /// <summary>
    /// Header and context; false, reported, with the end of what cannot be used in <c>_packetEnd</c>.
    /// </summary>
    private bool TryReadHead()
    {
        _bit = 0;
        if (!TryRun(_layout.PacketHeader)) return false;
        if (Register(_layout.Magic) is { } magic && magic != CtfSpec.PacketMagic)
        {
            return Damaged("data that is no packet of the trace", 0, $"magic 0x{CtfSpec.PacketMagic:x8}",
                $"0x{magic:x8}" + (BinaryPrimitives.ReverseEndianness((uint)magic) == CtfSpec.PacketMagic
                    ? ", which is of the other byte order" : ""));
        }
        if (_layout.UuidOffset >= 0 && !Window.Slice(_layout.UuidOffset, 16).SequenceEqual(_layout.Metadata.Uuid))
        {
            return Damaged("packet of another trace", _layout.UuidOffset,
                new Guid(_layout.Metadata.Uuid, true).ToString(),
                new Guid(Window.Slice(_layout.UuidOffset, 16), true).ToString());
        }
        StreamLayout? stream = Register(_layout.StreamId) is { } id ? _layout.FindStream(id) : _layout.OnlyStream;
        if (stream is null)
        {
            return Damaged("packet of a stream that is not described", 0, "the number of a stream",
                Register(_layout.StreamId)?.ToString(CultureInfo.InvariantCulture) ?? "none, and several streams");
        }
        _stream = stream;
        if (!TryRun(stream.PacketContext) || !TrySetSizes()) return false;
        _limit = (int)Math.Min(_contentBits, _limit);
        if (stream.Cpu >= 0)
        {
            ulong cpu = Register(stream.Cpu)!.Value;
            if (cpu > ushort.MaxValue)
                return Damaged("packet of an impossible CPU", 0, $"a CPU of at most {ushort.MaxValue}", $"{cpu}");
            Cpu = (ushort)cpu;
        }
        if (Register(stream.TimeBegin) is { } begin) _state.Clock = begin;
        CountLosses();
        return true;
    }

    private bool TryRun(DecodePlan plan)
    {
        switch (_state.Run(plan, Window, ref _bit, _limit))
        {
            case DecodeResult.Done: return true;
            case DecodeResult.Short:
                return Damaged("packet cut in its header", 0, "header and context", $"{_limit >> 3} bytes");
            default: return Damaged(_state.Damage, 0, "header and context of a packet", "other values");
        }
    }

    private bool TrySetSizes()
    {
        ulong whole = (ulong)_contentBits;
        ulong? content = Register(_stream.ContentSize);
        ulong packet = Register(_stream.PacketSize) ?? content ?? whole;
        // A recorder that did not come to an end leaves no size of the content.
        const string Unfinished = "packet that its recorder did not finish";
        if (content is 0 && !_report.Seen(Unfinished))
            _report.Add(LossSeverity.Warning, Unfinished, _packetStart, "the size of its content",
                $"none in {FileName}");
        if (content is 0 or null) content = packet;
        if (packet < (ulong)_bit || packet % 8 != 0)
        {
            return Damaged("packet of an impossible size", 0,
                $"at least the {_bit} bits of its header, in whole bytes", $"{packet} bits");
        }
        if (packet > whole)
        {
            const string What = "packet cut by the end of the file";
            if (!_report.Seen(What))
                _report.Add(LossSeverity.DataLoss, What, _packetStart, $"{packet / 8} bytes",
                    $"{whole / 8} in {FileName}");
            packet = whole;
        }
        _packetEnd = _packetStart + (long)(packet / 8);
        if (content < (ulong)_bit)
        {
            return Damaged("packet whose content is smaller than its header", 0, $"at least {_bit} bits",
                $"{content} bits");
        }
        if (content > packet)
        {
            AddDamage("content that ends behind its packet", _packetStart, $"at most {packet} bits", $"{content} bits");
            content = packet;
        }
        _contentBits = (long)content;
        return true;
    }

    /// <summary>
    /// Lost packets are missing before this one. The counter of discarded events is that of the packet's end: while a
    /// packet is full and the next one is not free, events are discarded, so they are missing at its end.
    /// </summary>
    private void CountLosses()
    {
        if (Register(_stream.SequenceNumber) is { } number)
        {
            if (_sequenceNumber is { } before && number != before + 1) AddLostPackets(number, before + 1);
            _sequenceNumber = number;
        }
        _tailLoss = 0;
        _tailIsUnknown = false;
        if (Register(_stream.Discarded) is not { } discarded) return;
        // The first packet of a recording counts from 0; where earlier ones are gone, how many are missing here is not
        // known.
        bool isFirst = _discarded is null;
        ulong lost = discarded - (_discarded ?? 0);
        if (_stream.DiscardedBits < 64) lost &= (1UL << _stream.DiscardedBits) - 1;
        _discarded = discarded;
        _tailIsUnknown = lost > CtfSpec.LossMax || (isFirst && lost > 0 && _sequenceNumber > 0);
        _tailLoss = lost;
    }

    private void AddLostPackets(ulong number, ulong expected)
    {
        AddLoss(0);
        const string What = "recorder lost packets";
        if (!_report.Seen(What))
            _report.Add(LossSeverity.Warning, What, _packetStart, $"packet {expected}", $"{number} in {FileName}");
    }

    private void ClosePacket()
    {
        _inPacket = false;
        BytesDone += _packetEnd - _packetStart;
        _fileOffset = _packetEnd;
        if (Register(_stream.TimeEnd) is { } end && end > _state.Clock) _state.Clock = end;
        if (_tailLoss == 0) return;
        AddLoss(_tailIsUnknown ? 0 : _tailLoss);
        const string What = "recorder lost records (discarded events)";
        if (!_report.Seen(What))
        {
            _report.Add(LossSeverity.Warning, What, _packetStart, "none lost",
                _tailIsUnknown ? $"an unknown number in {FileName}" : $"{_tailLoss} in {FileName}");
        }
    }

    private void AddLoss(ulong count)
    {
        _lossCount = !_hasLoss ? count : _lossCount == 0 || count == 0 ? 0 : _lossCount + count;
        _hasLoss = true;
    }

    /// <summary>A loss is told before the next packet, at its begin; behind the last one at its end.</summary>
    private bool TakeLoss()
    {
        if (!_hasLoss || _stream is null) return false;
        IsLoss = true;
        LostCount = _lossCount;
        _hasLoss = false;
        _lastClock = Math.Max(_lastClock, _state.Clock);
        TimeNs = _stream.ToNs(_lastClock);
        return true;
    }

    /// <summary>
    /// Makes the window begin at the next event; false when it holds the rest of the content already.
    /// </summary>
    private bool TryMoveWindow()
    {
        if ((_windowStart * 8) + _limit >= _contentBits) return false;
        long start = (_windowStart + (_bit >> 3)) / _layout.Metadata.AlignBytes * _layout.Metadata.AlignBytes;
        int room = _buffer.Length - DecodeState.SlackBytes;
        if (start == _windowStart && _origin == 0)
        {
            // Not even one event fits.
            if (room >= CtfSpec.EventBytesMax) return false;
            _buffer = new byte[Math.Min(room * 2L, CtfSpec.EventBytesMax) + DecodeState.SlackBytes];
        }
        _bit -= (int)((start - _windowStart) * 8);
        _bufferBytes = 0;
        Fill(start);
        return true;
    }

    /// <summary>
    /// Makes the window begin at a byte of the packet. What the buffer has of it is enough, unless that is less than a
    /// packet's head.
    /// </summary>
    private void Fill(long start)
    {
        const int HeadBytes = 4096;
        CtfFile file = _files[_file];
        long at = _packetStart + start, left = ((_contentBits + 7) >> 3) - start;
        long held = Math.Max(_bufferStart + _bufferBytes - at, 0);
        _windowStart = start;
        _origin = (int)(at - _bufferStart);
        if (held < Math.Min(left, HeadBytes))
        {
            _bufferStart = at;
            _origin = 0;
            int wanted = (int)Math.Min(_buffer.Length - DecodeState.SlackBytes, file.Length - at);
            held = _bufferBytes = file.Read(at, _buffer.AsSpan(0, wanted));
            const string What = "file that became shorter while it was read";
            if (held < Math.Min(wanted, left))
            {
                if (!_report.Seen(What))
                    _report.Add(LossSeverity.DataLoss, What, at, $"{wanted} bytes", $"{held} in {FileName}");
                AddLoss(0);
                _contentBits = (start + held) * 8;
            }
        }
        _limit = (int)Math.Min(held * 8, _contentBits - (start * 8));
    }

    private bool Damaged(string what, int offset, string expected, string found)
    {
        AddDamage(what, _packetStart + offset, expected, found);
        return false;
    }

    private void AddDamage(string what, long fileOffset, string expected, string found)
    {
        AddLoss(0);
        if (!_report.Seen(what))
            _report.Add(LossSeverity.DataLoss, what, fileOffset, expected, $"{found} in {FileName}");
    }

    private void NoteBackwards()
    {
        const string What = "times of a stream that go back (order of the data kept)";
        if (!_report.Seen(What))
        {
            _report.Add(LossSeverity.Warning, What, FileOffset, $"at least {_stream.ToNs(_lastClock)} ns",
                $"{_stream.ToNs(_state.Clock)} ns in {FileName}");
        }
    }
}
