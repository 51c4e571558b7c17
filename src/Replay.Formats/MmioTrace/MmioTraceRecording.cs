using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.Bytes;

namespace Replay.Formats.MmioTrace;

/// <summary>
/// What the kernel's mmiotrace tracer prints: accesses of drivers to device memory. Those to MSI-X tables become
/// stores; docs/MMIOTRACE.md says how a table is recognised.
/// </summary>
public sealed class MmioTraceRecording : LineRecording
{
    internal const string BrokenLine = "line that starts as one of mmiotrace and does not go on as one";
    internal const string ForeignLine = "line that is none of mmiotrace";
    internal const string UnknownMap = "access through a mapping that was not made in the recording";
    internal const string OutsideMap = "access outside its mapping";
    internal const string TooMuch = "more functions or mappings than are followed";
    internal const string LostLines = "recorder lost records";
    internal const string NoFunction = "mapping that lies in no function's memory";

    private const int DevicesMax = 4096, MapsMax = 65536, TablesMax = 4096;

    private static readonly string[] Names =
        ["R", "W", "MAP", "UNMAP", "UNKNOWN", "MARK", "VERSION", "LSPCI", "PCIDEV"];

    private readonly List<PciDevice> _devices = [];
    private readonly Dictionary<uint, Mapping> _maps = [];
    private readonly Dictionary<ulong, TableMap> _tables = [];
    private readonly long[] _counts = new long[Names.Length];
    private readonly LspciReader _lspci = new();
    private long _stores;
    private long _marks;

    private MmioTraceRecording(Stream stream, string name)
        : base(stream, name, "mmiotrace")
    {
    }

    /// <summary>Opens a regular file.</summary>
    /// <exception cref="BadInputException">It cannot be opened.</exception>
    public static MmioTraceRecording Open(string path) => new(OpenFile(path), path);

    /// <summary>Reads from a stream, which the recording then owns; <paramref name="name"/> is for messages.</summary>
    public static MmioTraceRecording Open(Stream stream, string name) => new(stream, name);

    /// <summary>True when the first line, or one of the first after foreign ones, is of mmiotrace.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("VERSION 20070824"u8)) return true;
        while (!start.IsEmpty)
        {
            int end = start.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? start : start[..end];
            if (line.Contains((byte)0)) return false;
            MmioLineKind kind = MmioLine.Parse(line, out MmioLine parsed);
            if (kind is MmioLineKind.Read or MmioLineKind.Write or MmioLineKind.Map) return true;
            if (kind == MmioLineKind.PciDevice && PciDevice.Parse(parsed.Text) is not null) return true;
            start = end < 0 ? default : start[(end + 1)..];
        }
        return false;
    }

    /// <inheritdoc/>
    private protected override void Take(ReadOnlySpan<byte> line)
    {
        MmioLineKind kind = MmioLine.Parse(line, out MmioLine parsed);
        if (kind == MmioLineKind.Foreign) Note(LossSeverity.Note, ForeignLine, "R, W, MAP, MARK …", line);
        if (kind == MmioLineKind.Broken) Note(LossSeverity.DataLoss, BrokenLine, "the columns of its sort", line);
        if ((int)kind >= Names.Length) return;
        _counts[(int)kind]++;
        switch (kind)
        {
            case MmioLineKind.Read or MmioLineKind.Write: TakeAccess(in parsed); break;
            case MmioLineKind.Map: TakeMap(in parsed, line); break;
            case MmioLineKind.Unmap:
                NoteTime(parsed.TimeNs);
                _maps.Remove(parsed.Map);
                break;
            case MmioLineKind.Unknown: NoteTime(parsed.TimeNs); break;
            case MmioLineKind.Mark: TakeMark(in parsed); break;
            case MmioLineKind.PciDevice: TakeDevice(in parsed, line); break;
            case MmioLineKind.Lspci: _lspci.Take(parsed.Text, _devices); break;
        }
    }

    /// <inheritdoc/>
    private protected override void Finish()
    {
        Info.Sources.Clear();
        for (int i = 0; i < Names.Length; i++)
        {
            long used = i == (int)MmioLineKind.Write ? _stores : i == (int)MmioLineKind.Mark ? _marks : 0;
            if (used > 0) Info.Sources.Add(new SourceCount(Names[i], used, i == (int)MmioLineKind.Write
                ? "msix_store" : "mark"));
            if (_counts[i] > used) Info.Sources.Add(new SourceCount(Names[i], _counts[i] - used, ""));
            Info.RecordCount += _counts[i];
        }
        Info.Sources.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0
            ? order : string.CompareOrdinal(b.KindName, a.KindName));
    }

    private void TakeAccess(in MmioLine line)
    {
        NoteTime(line.TimeNs);
        if (!_maps.TryGetValue(line.Map, out Mapping map))
        {
            Note(LossSeverity.Warning, UnknownMap, "a mapping that MAP made", default);
            return;
        }
        if (map.Bytes < (uint)line.Width || line.Address < map.Start
            || line.Address - map.Start > map.Bytes - (uint)line.Width)
        {
            Note(LossSeverity.Warning, OutsideMap, $"0x{map.Start:x} and {map.Bytes} bytes", default);
            return;
        }
        if (map.Table is not { } table) return;
        ulong offset = line.Address - map.Start;
        if (line.Kind == MmioLineKind.Read || line.Width < 4 || (offset & 3) != 0)
        {
            table.Read();
            return;
        }
        Store(table, offset, (uint)line.Value);
        if (line.Width == 8) Store(table, offset + 4, (uint)(line.Value >> 32));
        if (table.IsTable) _stores++;
    }

    private void Store(TableMap table, ulong offset, uint value)
    {
        if (table.IsTable) Emit(table, (int)(offset / 4), value);
        else if (table.Store(offset, value)) Recognised(table);
    }

    /// <summary>What was stored until now is told: the words' last values.</summary>
    private void Recognised(TableMap table)
    {
        _tables[table.Start] = table;
        for (int word = 0; word < table.Words.Length; word++)
        {
            if (table.Stored[word]) Emit(table, word, table.Words[word]);
        }
    }

    private void Emit(TableMap table, int word, uint value) => Output.Add(EventKind.MsixStore,
        table.Device | ((ulong)(uint)(word / 4) << 16) | ((ulong)(uint)(word % 4) << 32), value);

    private void TakeMap(in MmioLine line, ReadOnlySpan<byte> whole)
    {
        NoteTime(line.TimeNs);
        if (_maps.Count >= MapsMax || _tables.Count >= TablesMax)
        {
            Note(LossSeverity.DataLoss, TooMuch, $"at most {MapsMax} mappings", whole);
            return;
        }
        _maps[line.Map] = new Mapping(line.Address, line.Value, TableOf(line.Address, line.Value, whole));
    }

    /// <summary>The table that a mapping is, or may be.</summary>
    private TableMap? TableOf(ulong address, ulong bytes, ReadOnlySpan<byte> whole)
    {
        if (_tables.TryGetValue(address, out TableMap? known) && known.Bytes == bytes) return known;
        foreach (PciDevice device in _devices)
        {
            if (!device.Holds(address, bytes)) continue;
            TableMap? table = TableMap.TryMake(address, bytes, device.Device);
            if (table is null || device.TableBytes == 0) return table;
            if (device.TableStart != address || device.TableBytes != bytes) return null;
            table.IsTable = true;
            _tables[address] = table;
            return table;
        }
        Note(LossSeverity.Note, NoFunction, "a range of a PCIDEV line", whole);
        return null;
    }

    private void TakeDevice(in MmioLine line, ReadOnlySpan<byte> whole)
    {
        if (PciDevice.Parse(line.Text) is not { } device)
            Note(LossSeverity.DataLoss, BrokenLine, "bus, ids, irq, 7 resources, 7 sizes, driver", whole);
        else if (_devices.Count >= DevicesMax)
            Note(LossSeverity.DataLoss, TooMuch, $"at most {DevicesMax} functions", whole);
        else
        {
            device.Device = (ushort)Tables.Devices.Intern(device.Name.AsSpan());
            _devices.Add(device);
        }
    }

    /// <summary><c>MARK 0.000000 Lost N events.</c> is no mark, and its time is none.</summary>
    private void TakeMark(in MmioLine line)
    {
        var text = new LineCursor(line.Text);
        if (line.TimeNs == 0 && text.Take("Lost "u8, 64, out ulong lost) && text.Take(" events."u8) && text.IsAtEnd)
        {
            Note(LossSeverity.Warning, LostLines, "none lost", line.Text);
            Info.LostCount += (long)Math.Min(Math.Max(lost, 1), 1UL << 40);
            Output.Add(EventKind.Loss, lost);
            return;
        }
        NoteTime(line.TimeNs);
        Output.AddMark(line.Text);
        _marks++;
    }

    private readonly record struct Mapping(ulong Start, ulong Bytes, TableMap? Table);
}
