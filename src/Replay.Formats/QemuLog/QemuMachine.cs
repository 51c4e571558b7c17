using System;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Mapping;

namespace Replay.Formats.QemuLog;

/// <summary>
/// The machine that QEMU's log speaks of: what it says of single registers becomes events that name devices, entries
/// and CPUs. Format strings are those of trace-events files of QEMU 7.2; docs/QEMU-LOG.md has the whole table.
/// </summary>
internal sealed partial class QemuMachine
{
    internal const string UnreadableText = "text of an event that cannot be read";
    internal const string TooMuch = "more functions or table entries than are followed";
    internal const string OddAccess = "access to an MSI-X table that is none of 4 or 8 aligned bytes";
    internal const string TableBegins = "an MSI-X table begins before the page that was taken for its first";
    internal const string SeveralAtOnce = "two QEMUs write into one log at once; lines of the second are not used";
    internal const string UnknownSender =
        "a device of several that are alike raised an interrupt, and no message told which";
    internal const string UnknownTarget = "a message was delivered, and to which CPU is not told";

    private readonly EventTables _tables;
    private readonly ImportReport _report;
    private readonly EventBatch _out;
    private readonly QemuMarks _marks;
    private readonly PciFunctions _functions;
    private readonly NameTable _models = new();
    private readonly QemuThreads _threads = new();
    private readonly QemuApics _apics = new();
    private long _line;

    public QemuMachine(EventTables tables, ImportReport report, EventBatch output, QemuMarks marks)
    {
        _tables = tables;
        _report = report;
        _out = output;
        _marks = marks;
        _functions = new PciFunctions(tables);
    }

    /// <summary>Virtual CPUs that were seen.</summary>
    public int CpuCount => _apics.Count;

    /// <summary>
    /// Takes a line of an event. Its time is the emitter's already; its CPU is that of its thread.
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="meaning">What its name stands for.</param>
    /// <param name="access">The access, where it is one to a region.</param>
    /// <param name="number">Number of the line in the log, from 1.</param>
    public void Take(in QemuLine line, QemuEvent meaning, in RegionAccess access, long number)
    {
        _line = number;
        ref QemuThread thread = ref _threads[line.Thread];
        _out.Cpu = thread.Cpu > 0 ? (ushort)thread.Cpu : (ushort)0;
        bool read = meaning switch
        {
            QemuEvent.RegionWrite => TakeWrite(in access, ref thread),
            QemuEvent.ConfigWrite => TakeConfig(line.Text, "<-"u8, ref thread, true),
            QemuEvent.ConfigRead => TakeConfig(line.Text, "->"u8, ref thread, false),
            QemuEvent.MsixConfig => TakeMsixConfig(line.Text, ref thread),
            QemuEvent.NvmeRaise => TakeRaise(line.Text, "raising MSI-X IRQ vector "u8, "nvme", ref thread),
            QemuEvent.E1000eRaise => TakeRaise(line.Text, "MSI-X notify vector "u8, "e1000e", ref thread),
            QemuEvent.ApicDeliver => TakeDelivery(line.Text),
            QemuEvent.IoApicWrite => TakeIoApic(line.Text),
            QemuEvent.VtdEntry => TakeVtdEntry(line.Text),
            QemuEvent.VtdInvalidate => TakeVtdInvalidate(line.Text),
            QemuEvent.VtdRoot => TakeVtdRoot(line.Text),
            QemuEvent.VtdEnable => TakeVtdEnable(line.Text),
            QemuEvent.AmdRequest => TakeAmdRequest(line.Text, ref thread),
            QemuEvent.AmdEntryPlace => TakeAmdEntryPlace(line.Text, ref thread),
            QemuEvent.AmdEntry => TakeAmdEntry(line.Text, ref thread),
            QemuEvent.AmdInvalidate => TakeAmdInvalidate(),
            QemuEvent.Vfio => TakeVfio(line.Whole),
            _ => true,
        };
        if (!read) Report(LossSeverity.DataLoss, UnreadableText, "the event's text as QEMU 7.2 prints it", line.Text);
    }

    private bool TakeWrite(in RegionAccess access, ref QemuThread thread)
    {
        if (access.Cpu >= 0)
        {
            switch (_threads.SeeCpu(ref thread, access.Cpu))
            {
                case QemuSuccession.Next:
                    PowerOff();
                    break;
                case QemuSuccession.Several:
                    Report(LossSeverity.DataLoss, SeveralAtOnce, "a log of one QEMU", access.Region);
                    return true;
            }
            _out.Cpu = (ushort)access.Cpu;
            _apics.See(access.Cpu);
        }
        if (access.Region.SequenceEqual("msix-table"u8)) TakeStore(in access);
        else if (access.Region.SequenceEqual("apic-msi"u8)) TakeApicWrite(in access, ref thread);
        else if (access.Region.SequenceEqual("vtd-ir"u8) || access.Region.SequenceEqual("amd_iommu_ir"u8))
            TakeMessage(access.Address, access.Value, ref thread);
        else if (access.Region.SequenceEqual("ioapic"u8)) TakeIoApicRegion(in access);
        else if (access.Region.SequenceEqual("intel_iommu"u8)) TakeVtdRegister(in access);
        else if (access.Region.SequenceEqual("isa-debugcon"u8)) _out.AddMark(_marks[(byte)access.Value]);
        return true;
    }

    /// <summary>
    /// The first 4 KB are the CPU's own registers, but for their first one: devices write messages there.
    /// </summary>
    private void TakeApicWrite(in RegionAccess access, ref QemuThread thread)
    {
        const ulong RegisterPage = 0xFEE0_0000, PageMask = ~0xFFFUL;
        int register = (int)(access.Address & 0xFF0);
        if ((access.Address & PageMask) == RegisterPage && register != 0)
        {
            if (access.Cpu >= 0) _apics.Write(access.Cpu, register, (uint)access.Value);
            return;
        }
        TakeMessage(access.Address, access.Value, ref thread);
    }

    /// <summary>
    /// A message leaves a device. Where the device said before that it raises the entry, that was the event.
    /// </summary>
    private void TakeMessage(ulong address, ulong data, ref QemuThread thread)
    {
        if (data > uint.MaxValue || _functions.Sender(address, (uint)data, out int entry) is not { } sender) return;
        if (thread.RaisedModel == sender.Model && thread.RaisedEntry == entry) thread.RaisedModel = 0;
        ref TableEntry held = ref sender[entry];
        if (held.Owed) held.Owed = false;
        else Raise(sender, entry);
    }

    private void Raise(PciFunction function, int entry) =>
        _out.Add(EventKind.DeviceRaise, function.Device | ((ulong)(ushort)entry << 16));

    /// <summary>
    /// A device says that it raises an entry; of several devices of its model the message tells which.
    /// </summary>
    private bool TakeRaise(ReadOnlySpan<byte> line, ReadOnlySpan<byte> words, string model,
        ref QemuThread thread)
    {
        var text = new LineCursor(line);
        if (!text.Take(words, 11, out ulong entry) || !text.IsAtEnd) return false;
        int index = _models.Find(model);
        if (index < 0) return true;
        PciFunction? only = _functions.OnlyOne(index);
        if (only is null)
        {
            if (thread.RaisedModel != 0)
                Report(LossSeverity.Note, UnknownSender, "one function of the model, or a message", line);
            thread.RaisedModel = index;
            thread.RaisedEntry = (int)entry;
            return true;
        }
        if (!_functions.TryEnsure(only, (int)entry))
        {
            Report(LossSeverity.DataLoss, TooMuch, $"at most {PciFunctions.EntriesMax} entries", line);
            return true;
        }
        only[(int)entry].Owed = only.Enabled != false;
        Raise(only, (int)entry);
        return true;
    }

    private bool TakeDelivery(ReadOnlySpan<byte> line)
    {
        const int Fixed = 0, LowestPriority = 1, FirstVector = 16;
        var text = new LineCursor(line);
        if (!text.Take("dest "u8, 32, out ulong destination) || !text.Take(" dest_mode "u8, 1, out ulong logical)
            || !text.Take(" delivery_mode "u8, 8, out ulong mode) || !text.Take(" vector "u8, 8, out ulong vector)
            || !text.Take(" trigger_mode "u8, 1, out ulong level) || !text.IsAtEnd)
            return false;
        if (mode > LowestPriority || vector < FirstVector) return true;
        int cpu = _apics.Find((uint)destination, logical != 0, mode == Fixed);
        if (cpu >= 0) _out.Add(EventKind.LapicAccept, (uint)cpu | (level << 16), vector: (byte)vector);
        else Report(LossSeverity.Note, UnknownTarget, "a destination that names one CPU", line);
        return true;
    }

    /// <summary>Events of assigned functions mean the same as where QEMU writes them into the host's trace.</summary>
    private bool TakeVfio(ReadOnlySpan<byte> text)
    {
        IrqEvent record = default;
        if (QemuTraceLine.TryRead(text, _tables, ref record))
            _out.Add(record.Kind, record.A, record.B, record.Irq, record.Vector);
        return true;
    }

    private void Report(LossSeverity severity, string what, string expected, ReadOnlySpan<byte> found)
    {
        if (!_report.Seen(what)) _report.Add(severity, what, _line, expected, TextCleaner.Show(found));
    }
}
