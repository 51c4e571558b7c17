using System;

namespace Replay.Formats.PerfData;

/// <summary>What is known of where a record belongs.</summary>
internal enum PlaceState
{
    Known,

    /// <summary>No attribute has its number.</summary>
    UnknownEvent,

    /// <summary>Shorter than what its event keeps.</summary>
    Cut,

    /// <summary>Its event does not keep time and CPU.</summary>
    Nowhere,
}

/// <summary>Event, CPU and time of a sample, or of a record that says how much was lost.</summary>
internal readonly record struct PerfPlace(PlaceState State, PerfAttr? Attr, ulong Id, ushort Cpu, ulong TimeNs)
{
    /// <summary>No buffer loses more: damage in a count must not become a number in a result.</summary>
    private const ulong LostMax = 1UL << 40;

    public static PerfPlace Of(PerfLayout layout, ReadOnlySpan<byte> body, bool isSample)
    {
        if (isSample && layout.Shape is { } shape && body.Length >= shape.Bytes) return Of(layout, body, shape);
        if (layout.Attrs.Count == 0) return new PerfPlace(PlaceState.UnknownEvent, null, 0, 0, 0);
        // All events keep their number at the same place, or there is one event.
        PerfAttr attr = layout.Attrs[0];
        ulong id = 0;
        if (layout.Attrs.Count > 1 && layout.IdCount > 0)
        {
            if (!TryWord(layout, body, attr, isSample ? attr.IdOffset : attr.TrailerIdFromEnd, isSample, out id))
                return new PerfPlace(PlaceState.Cut, null, 0, 0, 0);
            int number = layout.FindAttr(id);
            if (number < 0)
                return new PerfPlace(isSample ? PlaceState.UnknownEvent : PlaceState.Nowhere, null, id, 0, 0);
            attr = layout.Attrs[number];
        }
        if (isSample && body.Length < attr.FixedBytes) return new PerfPlace(PlaceState.Cut, attr, id, 0, 0);
        if (!TryWord(layout, body, attr, isSample ? attr.TimeOffset : attr.TrailerTimeFromEnd, isSample,
            out ulong timeNs) || !TryCpu(layout, body, attr, isSample, out ushort cpu))
            return new PerfPlace(PlaceState.Nowhere, attr, id, 0, 0);
        return new PerfPlace(PlaceState.Known, attr, id, cpu, timeNs);
    }

    /// <summary>Records that one of the two kinds of loss tells of; 0 when that is no possible number.</summary>
    public static ulong LostOf(PerfRecord type, ReadOnlySpan<byte> body, bool bigEndian)
    {
        int at = type == PerfRecord.Lost ? 8 : 0;
        if (body.Length < at + 8) return 0;
        ulong lost = PerfAttr.U64(body[at..], bigEndian);
        return lost > LostMax ? 0 : lost;
    }

    /// <summary>As above, where all events keep what places them at the same places, as perf lets them.</summary>
    private static PerfPlace Of(PerfLayout layout, ReadOnlySpan<byte> body, SampleShape shape)
    {
        bool bigEndian = layout.BigEndian;
        ulong id = PerfAttr.U64(body[shape.IdOffset..], bigEndian);
        int number = layout.FindAttr(id);
        if (number < 0) return new PerfPlace(PlaceState.UnknownEvent, null, id, 0, 0);
        PerfAttr attr = layout.Attrs[number];
        if (body.Length < attr.FixedBytes) return new PerfPlace(PlaceState.Cut, attr, id, 0, 0);
        uint cpu = PerfAttr.U32(body[shape.CpuOffset..], bigEndian);
        ulong timeNs = PerfAttr.U64(body[shape.TimeOffset..], bigEndian);
        return new PerfPlace(cpu <= ushort.MaxValue ? PlaceState.Known : PlaceState.Nowhere,
            attr, id, (ushort)cpu, timeNs);
    }

    private static bool TryWord(PerfLayout layout, ReadOnlySpan<byte> body, PerfAttr attr, int place,
        bool isSample, out ulong word)
    {
        word = 0;
        if (!TryFind(body, attr, place, isSample, out int at)) return false;
        word = PerfAttr.U64(body[at..], layout.BigEndian);
        return true;
    }

    private static bool TryCpu(PerfLayout layout, ReadOnlySpan<byte> body, PerfAttr attr, bool isSample, out ushort cpu)
    {
        cpu = 0;
        if (!TryFind(body, attr, isSample ? attr.CpuOffset : attr.TrailerCpuFromEnd, isSample, out int at))
            return false;
        uint number = PerfAttr.U32(body[at..], layout.BigEndian);
        cpu = (ushort)number;
        return number <= ushort.MaxValue;
    }

    private static bool TryFind(ReadOnlySpan<byte> body, PerfAttr attr, int place, bool isSample, out int at)
    {
        at = isSample ? place : body.Length - place;
        return place >= 0 && (isSample || attr.HasTrailer) && at >= 0 && at + 8 <= body.Length;
    }
}
