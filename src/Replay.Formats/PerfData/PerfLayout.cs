using System;
using System.Collections.Generic;
using Replay.Formats.Bytes;
using Replay.Formats.TraceDat;

namespace Replay.Formats.PerfData;

/// <summary>What a perf.data says of itself, and where its records lie.</summary>
internal sealed class PerfLayout
{
    /// <summary>
    /// Numbers below this, which the kernel gives out one after the other, are looked up in a flat table.
    /// </summary>
    private const int SmallIdMax = 1 << 16;

    private readonly Dictionary<ulong, int> _attrOfId = [];
    private int[] _attrOfSmallId = [];
    private SampleShape? _shape;

    public PerfLayout(InputFile file, ImportReport report)
    {
        File = file;
        Report = report;
    }

    public InputFile File { get; }

    public ImportReport Report { get; }

    public bool BigEndian { get; set; }

    /// <summary>True when all but the magic comes as records, as a pipe needs it.</summary>
    public bool IsPipe { get; set; }

    public List<PerfAttr> Attrs { get; } = [];

    /// <summary>
    /// Where all events keep number, time and CPU; null where they differ, or one event needs no number.
    /// </summary>
    public SampleShape? Shape { get; private set; }

    /// <summary>Records.</summary>
    public FilePart Data { get; set; } = FilePart.Empty;

    /// <summary>Formats and symbols of the recorded kernel; null where no tracepoint was recorded.</summary>
    public TraceDatLayout? Tracing { get; set; }

    public string Kernel { get; set; } = "";

    public int CpuCount { get; set; }

    public long? WallOffsetNs { get; set; }

    /// <summary>Sample numbers, each with the event that it belongs to.</summary>
    public int IdCount => _attrOfId.Count;

    /// <summary>Clock of the samples; perf's own where none was chosen.</summary>
    public string Clock => Attrs.Count > 0 && Attrs[0].Clock.Length > 0 ? Attrs[0].Clock : "perf";

    public void Add(PerfAttr attr)
    {
        _shape = Attrs.Count == 0 || _shape == attr.Shape ? attr.Shape : null;
        Attrs.Add(attr);
        UpdateShape();
    }

    public bool TryAddId(ulong id, int attr)
    {
        if (_attrOfId.Count == PerfSpec.IdsMax || !_attrOfId.TryAdd(id, attr)) return false;
        UpdateShape();
        if (id >= SmallIdMax) return true;
        int from = _attrOfSmallId.Length;
        if ((int)id >= from)
        {
            Array.Resize(ref _attrOfSmallId, Math.Max((int)id + 1, from * 2));
            Array.Fill(_attrOfSmallId, -1, from, _attrOfSmallId.Length - from);
        }
        _attrOfSmallId[id] = attr;
        return true;
    }

    /// <summary>The event of a sample's number; -1 when no event has it.</summary>
    public int FindAttr(ulong id)
    {
        if (id < (ulong)_attrOfSmallId.Length) return _attrOfSmallId[id];
        return id >= SmallIdMax && _attrOfId.TryGetValue(id, out int attr) ? attr : -1;
    }

    private void UpdateShape() => Shape = Attrs.Count > 1 && IdCount > 0 ? _shape : null;
}
