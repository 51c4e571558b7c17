using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Text;

namespace Replay.Formats;

/// <summary>True when the event at the start of <c>records</c> (its extension records follow) is wanted.</summary>
public delegate bool EventPredicate(ReadOnlySpan<IrqEvent> records);

/// <summary>Compiles a filter expression; throws <see cref="FormatException"/> with a message for the user.</summary>
public delegate EventPredicate FilterCompiler(string expression, EventTables tables);

/// <summary>Everything this build reads and writes. A new format is one row here.</summary>
/// <param name="Importers">Readers, asked in this order whether the first bytes are theirs.</param>
/// <param name="Exporters">Writers, chosen by the extension of the output.</param>
/// <param name="OpenZstd">Wraps a zstd stream into its plain bytes; null where this build cannot.</param>
/// <param name="CompileFilter">Compiles <c>--where</c>; null where this build cannot.</param>
public sealed record FormatCatalog(
    IReadOnlyList<Importer> Importers,
    IReadOnlyList<Exporter> Exporters,
    Func<Stream, Stream>? OpenZstd,
    FilterCompiler? CompileFilter)
{
    /// <summary>The formats of this build.</summary>
    public static FormatCatalog BuiltIn { get; } = new(
        ImporterTable.Rows, ExporterTable.Rows, static packed => new ZstdStream(packed), CompileEventFilter);

    private static EventPredicate CompileEventFilter(string expression, EventTables tables)
    {
        if (!EventFilter.TryParse(expression, out EventFilter? filter, out string error))
            throw new FormatException(error);
        filter.Bind(tables);
        return filter.Matches;
    }
}
