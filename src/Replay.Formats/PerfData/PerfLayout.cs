using System.Collections.Generic;
using Replay.Formats.Bytes;
using Replay.Formats.TraceDat;

namespace Replay.Formats.PerfData;

/// <summary>What a perf.data says of itself, and where its records lie.</summary>
internal sealed class PerfLayout
{
    private readonly Dictionary<ulong, int> _attrOfId = [];

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

    public bool TryAddId(ulong id, int attr) => _attrOfId.Count < PerfSpec.IdsMax && _attrOfId.TryAdd(id, attr);

    /// <summary>The event of a sample's number; -1 when no event has it.</summary>
    public int FindAttr(ulong id) => _attrOfId.TryGetValue(id, out int attr) ? attr : -1;
}
