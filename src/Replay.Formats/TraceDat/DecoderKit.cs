using System;
using Replay.Core.Events;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;

namespace Replay.Formats.TraceDat;

/// <summary>
/// What turns records into events, with all that it remembers: one set for each lane, none of it shared.
/// </summary>
internal sealed class DecoderKit : IDisposable
{
    /// <param name="layout">The file.</param>
    /// <param name="options">How records become events.</param>
    /// <param name="addresses">The kernel's symbols; shared, and safe to share.</param>
    /// <param name="tables">Where names go.</param>
    /// <param name="tools">Report, buffers and decompressor. The kit owns them.</param>
    /// <param name="toldIds">For a lane: see <see cref="RecordDecoder.ToldIds"/>.</param>
    public DecoderKit(TraceDatLayout layout, TraceDatOptions options, KernelAddresses addresses,
        EventTables tables, DataTools tools,
        bool[]? toldIds = null)
    {
        int longSize = layout.Ring!.LongSize;
        var mapper = new RecordMapper(options.Mapping, tables, tools.Report, addresses, layout.BigEndian, longSize);
        Tools = tools;
        Mapper = mapper;
        Sources = new SourceTable(layout.Formats, mapper, options.IgnorePatterns, longSize, tools.Report);
        Decoder = new RecordDecoder(Sources, mapper, Math.Max(layout.Formats.TypeOffset, 0), tools.Report)
        {
            ToldIds = toldIds ?? [],
        };
    }

    public DataTools Tools { get; }

    public RecordMapper Mapper { get; }

    public SourceTable Sources { get; }

    public RecordDecoder Decoder { get; }

    public void Dispose() => Tools.Dispose();
}
