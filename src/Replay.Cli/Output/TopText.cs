using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Replay.Cli.Top;
using Replay.Core.Findings;
using Replay.Core.Live;
using Replay.Core.State;

namespace Replay.Cli.Output;

/// <summary>How a line of a frame is shown where there are colours.</summary>
internal enum TopStyle
{
    Plain,
    Heading,
    Warn,
    Bad,
}

/// <summary>One line of a frame.</summary>
internal readonly record struct TopLine(string Text, TopStyle Style);

/// <summary>
/// Frames for people, as plain lines: a terminal gets as many as it has room for, a file or pipe all. No library lays
/// them out, because a frame is drawn several times a second and must not move when a number gets longer.
/// </summary>
internal static class TopText
{
    private const int BarMax = 30;

    /// <summary>Columns before the bar of a CPU.</summary>
    private const int BarFrom = 55;

    /// <summary>A name as wide as leaves room for a device in 80 columns.</summary>
    private const int NameWidth = 15;

    /// <summary>The lines of a frame.</summary>
    /// <param name="frame">What is shown.</param>
    /// <param name="width">Columns; lines are cut there.</param>
    /// <param name="height">Lines at most; 0 for no limit.</param>
    /// <param name="rows">Interrupts at most.</param>
    /// <param name="quit">What ends the view; empty for nothing.</param>
    public static List<TopLine> Render(TopFrame frame, int width, int height, int rows, string quit)
    {
        var lines = new List<TopLine>();
        AddHead(lines, frame, quit, width);
        if (frame.HasView)
        {
            int left = height == 0 ? int.MaxValue : height - lines.Count;
            int findings = height == 0
                ? Math.Min(10, frame.FindingsKept - frame.FirstNewFinding)
                : Math.Min(4, frame.FindingsKept);
            // A heading and a blank line each; what is left is shared: CPUs a third, few of them all.
            int rest = left - 4 - (findings > 0 ? 2 + findings : 0);
            int cpus = height == 0 ? 64
                : Math.Clamp(Math.Min(frame.Cpus.Count, Math.Max(rest / 3, 6)), 1, Math.Max(1, rest - 3));
            AddCpus(lines, frame, cpus, Math.Clamp(width - BarFrom, 0, BarMax));
            int below = 2 + (findings > 0 ? 2 + findings : 0);
            int shown = height == 0 ? rows : Math.Min(rows, height - lines.Count - below);
            AddIrqs(lines, frame, Math.Max(1, shown), cutsNames: width <= 100);
            if (findings > 0) AddFindings(lines, frame, findings, newestOnly: height > 0);
        }
        for (int i = 0; i < lines.Count; i++) lines[i] = lines[i] with { Text = Cut(lines[i].Text, width) };
        if (height > 0 && lines.Count > height) lines.RemoveRange(height, lines.Count - height);
        return lines;
    }

    private static void AddHead(List<TopLine> lines, TopFrame frame, string quit, int width)
    {
        TopSource source = frame.Source;
        string rest = string.Join(" · ", NotEmpty(source.Format,
            source.Kernel.Length == 0 ? "" : "Linux " + source.Kernel, frame.Phase == TopPhase.Ended ? "ended" : quit));
        rest = rest.Length == 0 ? "" : " · " + rest;
        string what = "irqreplay top " + source.File + rest;
        if (what.Length > width) what = "irqreplay top " + Path.GetFileName(source.File) + rest;
        lines.Add(new TopLine(PlainText.Clean(what), TopStyle.Heading));
        if (!frame.HasView)
        {
            // A trace.dat holds one CPU's records after another's: there is nothing to replay before it is whole.
            string awaited = source.NeedsWhole ? $"the whole {source.Format}" : "the first event";
            string verb = frame.Phase == TopPhase.Ended ? "ended before" : "waiting for";
            string received = frame.BytesReceived is { } bytes ? $": {PlainText.Count(bytes, "byte")} received" : "";
            lines.Add(new TopLine($"{verb} {awaited}{received}", TopStyle.Plain));
            return;
        }
        lines.Add(new TopLine(string.Join(" · ", NotEmpty($"at {PlainText.Seconds(frame.TimeNs)} s",
            PlainText.Count(frame.Events, "event"),
            frame.Part is { } read ? Line($"{read * 100:F0} % of the file") : "",
            PlainText.Rate(frame.EventsPerSecond))), TopStyle.Plain));
        lines.Add(new TopLine(string.Join(" · ", NotEmpty($"interrupts {Count(frame.Delivered)}",
            $"{Rate(frame.DeliveredPerSecond)}/s", $"{Count(frame.Spurious)} spurious", $"{Count(frame.Lost)} lost",
            $"{Show(frame.Reserved)} reserved",
            frame.RemapEntries == 0 ? "" : $"{Count(frame.RemapPresent)}/{Count(frame.RemapEntries)} remapped")),
            frame.Lost > 0 ? TopStyle.Bad : TopStyle.Plain));
        if (frame.LostRecords > 0 || frame.HasDataLoss)
        {
            string lost = frame.LostRecords == 0 ? "the input is damaged"
                : $"the recorder lost {PlainText.Count(frame.LostRecords, "record")}";
            lines.Add(new TopLine($"DATA LOSS: {lost}; what follows is a guess", TopStyle.Bad));
        }
    }

    private static void AddCpus(List<TopLine> lines, TopFrame frame, int most, int barMax)
    {
        lines.Add(new TopLine("", TopStyle.Plain));
        lines.Add(new TopLine(" CPU  Online   In use  Available  Managed  Arrivals/s", TopStyle.Heading));
        double busiest = 0;
        foreach (TopCpu cpu in frame.Cpus) busiest = Math.Max(busiest, cpu.PerSecond ?? 0);
        bool all = frame.Cpus.Count <= most;
        for (int i = 0; i < frame.Cpus.Count && i < (all ? most : most - 1); i++)
        {
            TopCpu cpu = frame.Cpus[i];
            string bar = busiest > 0 ? new string('#', (int)Math.Round((cpu.PerSecond ?? 0) / busiest * barMax)) : "";
            string online = cpu.Online switch { true => "yes", false => "OFFLINE", _ => "?" };
            string row = Line($"{cpu.Cpu,4}  {online,-7} {cpu.InUse,7}  {Show(cpu.Available),9}  {Show(cpu.Managed),7}")
                + $"  {Rate(cpu.PerSecond),10}  {bar}";
            lines.Add(new TopLine(row.TrimEnd(), cpu.Online == false ? TopStyle.Warn : TopStyle.Plain));
        }
        if (all) return;
        long inUse = 0, onlineCount = 0;
        for (int i = most - 1; i < frame.Cpus.Count; i++)
        {
            inUse += frame.Cpus[i].InUse;
            if (frame.Cpus[i].Online == true) onlineCount++;
        }
        string more = PlainText.Count(frame.Cpus.Count - most + 1, "CPU");
        lines.Add(new TopLine($"   … {more} more: {Count(onlineCount)} online, {Count(inUse)} vectors in use",
            TopStyle.Plain));
    }

    private static void AddIrqs(List<TopLine> lines, TopFrame frame, int most, bool cutsNames)
    {
        lines.Add(new TopLine("", TopStyle.Plain));
        lines.Add(new TopLine(" IRQ   Per sec     Total  CPU Vector  State    Name             Device",
            TopStyle.Heading));
        for (int i = 0; i < frame.Irqs.Count && i < most; i++)
        {
            LiveIrq irq = frame.Irqs[i].Irq;
            string cpu = (irq.Flags & IrqFlags.CpuKnown) != 0 ? Show(irq.Cpu) : "?";
            string vector = (irq.Flags & IrqFlags.VectorKnown) == 0 ? "?" : irq.Vector == 0 ? "none" : Show(irq.Vector);
            string device = irq.Entry < 0 ? irq.Device : $"{irq.Device}[{Show(irq.Entry)}]";
            string name = cutsNames ? Cut(irq.Name ?? "?", NameWidth) : irq.Name ?? "?";
            string row = Line($"{irq.Irq,4}  {Rate(frame.Irqs[i].PerSecond),8} {Count((long)irq.Delivered),9}")
                + $"  {cpu,3} {vector,6}  {State(irq.Flags),-7}  {name,-NameWidth}  {device}";
            lines.Add(new TopLine(PlainText.Clean(row.TrimEnd()), TopStyle.Plain));
        }
    }

    private static void AddFindings(List<TopLine> lines, TopFrame frame, int most, bool newestOnly)
    {
        lines.Add(new TopLine("", TopStyle.Plain));
        string total = $"{PlainText.Count(frame.FindingCount, "finding")}";
        int newCount = frame.FindingsKept - frame.FirstNewFinding;
        lines.Add(new TopLine(newestOnly ? $"{total}, the newest first" : $"{total}, {Count(newCount)} new",
            TopStyle.Heading));
        for (int i = 0; i < most; i++)
        {
            Finding finding = frame.Findings[newestOnly ? frame.FindingsKept - 1 - i : frame.FirstNewFinding + i];
            string row = $" {Severities.Name(finding.Severity),-8}  {FindingCatalog.IdOf(finding.Code)}"
                + $"  event {Show(finding.Event)}  {finding.Message}";
            lines.Add(new TopLine(PlainText.Clean(row), finding.Severity >= Severity.Major
                ? TopStyle.Bad : TopStyle.Warn));
        }
        if (!newestOnly && newCount > most)
            lines.Add(new TopLine($" … and {Count(newCount - most)} more", TopStyle.Plain));
    }

    private static string State(IrqFlags flags)
    {
        if ((flags & IrqFlags.MoveInProgress) != 0) return "moving";
        const IrqFlags KnownMasked = IrqFlags.MaskedKnown | IrqFlags.Masked;
        if ((flags & KnownMasked) == KnownMasked) return "masked";
        if ((flags & IrqFlags.ManagedShutdown) != 0) return "shut";
        return (flags & IrqFlags.Managed) != 0 ? "managed" : "";
    }

    private static string Rate(double? perSecond) => perSecond switch
    {
        null => "-",
        0 => "0",
        >= 1e7 => Line($"{perSecond / 1e6:F1} M"),
        >= 100 => perSecond.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 0.05 => perSecond.Value.ToString("F1", CultureInfo.InvariantCulture),
        _ => "<0.1",
    };

    private static string Cut(string text, int width) =>
        text.Length <= width ? text : width < 2 ? text[..Math.Max(0, width)] : text[..(width - 1)] + "…";

    private static string[] NotEmpty(params string[] parts) => Array.FindAll(parts, part => part.Length > 0);

    private static string Count(long value) => PlainText.Count(value);

    private static string Show(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "?";

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
