using System.IO;
using System.Text;
using Replay.Formats.Tests.TraceDat;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// A trace.dat as trace-cmd makes it on a host with the recipe vfio: probes on VFIO and the interrupt core with
/// the names and layouts that the kernel gives them, QEMU's ftrace backend in trace_marker, kvm and printk.
/// Two vectors of one function; its guest starts the adapter's self test, which clears the table, and restores.
/// </summary>
internal sealed class VfioHostRecording
{
    public const string Device = "0000:01:00.0";

    private const int Console = 200, KvmMsi = 201, SetVector = 210, Handler = 211, Free = 212, Setup = 213,
        Write = 214, Unmask = 215, Enable = 216;
    private const uint FirstIrq = 40;
    private const ulong FirstMessage = 0xFEE0_0298;

    private readonly TraceDatWriter _writer = new() { PageSize = 16384 };
    private readonly PageBuilder _page;

    private VfioHostRecording()
    {
        Add("printk", "console", Console, Text("msg", 8));
        Add("kvm", "kvm_msi_set_irq", KvmMsi, Field("u64 address", 8, 8) + Field("u64 data", 16, 8));
        Probe("vfio_set_vector", SetVector,
            Field("u32 vector", 16, 4) + Field("s32 fd", 20, 4, true) + Field("u8 msix", 24, 1));
        Probe("vfio_msihandler", Handler, Field("u32 irq", 16, 4));
        Probe("free_irq", Free, Field("u32 irq", 16, 4));
        Probe("setup_irq", Setup, Field("u32 irq", 16, 4) + Text("name", 20));
        Probe("pci_write_msi_msg", Write,
            Field("u32 irq", 16, 4) + Field("u16 idx", 20, 2) + Field("u32 addr_lo", 22, 4)
            + Field("u32 addr_hi", 26, 4) + Field("u32 data", 30, 4) + Text("dev", 34));
        Probe("pci_msi_unmask", Unmask, Field("u32 irq", 16, 4) + Field("u64 hwirq", 20, 8) + Text("chip", 28));
        Probe("enable_msix_range", Enable,
            Text("dev", 16) + Field("s32 minvec", 20, 4, true) + Field("s32 maxvec", 24, 4, true));
        _page = _writer.Page(1_000_000_000);
    }

    /// <summary>Writes the recording to <paramref name="path"/>.</summary>
    /// <param name="path">File to make.</param>
    /// <param name="rewrites">The kernel has b8f02af096b1: VFIO writes the message before it requests
    /// the interrupt.</param>
    /// <param name="layered">Interrupt domains: freeing writes zeros, requesting writes the message.</param>
    /// <param name="power">A POWER host: what strays is an EEH freeze and no DMA fault.</param>
    /// <param name="qemu">QEMU's lines are in the recording.</param>
    /// <param name="described">The recipe's description of the host is.</param>
    public static void Make(string path, bool rewrites, bool layered = false, bool power = false,
        bool qemu = true, bool described = true)
    {
        var made = new VfioHostRecording();
        if (described)
        {
            made.Say($"irqreplay vfio_host platform={(power ? "power" : "x86")} "
                + $"irq_code={(layered ? "layered" : "flat")} dma_translation=1");
            made.Say($"irqreplay vfio_function device={Device} port=0000:00:1c.0 owner=qemu-4711 "
                + "bound=vfio entries=2 group=14");
        }
        made.Put(made._writer.Record(Enable).U64(0).U32(Place(28, Device)).U32(2).U32(2).Name(Device));
        for (uint vector = 0; vector < 2; vector++) made.Message(vector, Of(vector));
        for (uint vector = 0; vector < 2; vector++)
            made.SetIrqs(vector, used: true, first: true, rewrites, layered, qemu);
        made.Signal(1, 0x42);
        made.Say($"vfio_pci_write_config  ({Device}, @0xf, 0x40, len=0x1)");
        for (uint vector = 0; vector < 2; vector++)
            made.SetIrqs(vector, used: false, first: false, rewrites, layered, qemu);
        for (uint vector = 0; vector < 2; vector++)
            made.SetIrqs(vector, used: true, first: false, rewrites, layered, qemu);
        if (rewrites || layered)
        {
            made.Signal(0, 0x41);
            made.Signal(1, 0x42);
        }
        else
        {
            made.Log(power ? "EEH: Frozen PHB#0-PE#10000 detected"
                : "DMAR: [DMA Write NO_PASID] Request device [01:00.0] fault addr 0x0 [fault reason 0x05] PTE "
                    + "Write access is not set");
        }
        made._writer.Buffers.Add(new MadeBuffer("", "mono").Add(0, made._page));
        File.WriteAllBytes(path, made._writer.Build());
    }

    private static ulong Of(uint vector) => FirstMessage + (vector << 5);

    /// <summary>vfio_msi_set_vector_signal, as QEMU asks for it and as the kernel carries it out.</summary>
    private void SetIrqs(uint vector, bool used, bool first, bool rewrites, bool layered, bool qemu)
    {
        if (qemu)
            Say(used ? $"vfio_msix_vector_do_use  ({Device}) vector {vector} used"
                : $"vfio_msix_vector_release  ({Device}) vector {vector} released");
        uint irq = FirstIrq + vector;
        Put(_writer.Record(SetVector).U64(0).U32(vector).U32(30 + vector).U8(1));
        if (!first)
        {
            Put(_writer.Record(Free).U64(0).U32(irq));
            if (layered) Message(vector, 0);
            if (rewrites) Message(vector, layered ? 0 : Of(vector));
        }
        string name = $"vfio-msix[{vector}]({Device})";
        Put(_writer.Record(Setup).U64(0).U32(irq).U32(Place(24, name)).Name(name));
        if (layered) Message(vector, Of(vector));
        Put(_writer.Record(Unmask).U64(0).U32(irq).U64(vector).U32(Place(32, "PCI-MSIX")).Name("PCI-MSIX"));
    }

    private void Message(uint vector, ulong address) =>
        Put(_writer.Record(Write).U64(0).U32(FirstIrq + vector).U16((int)vector)
            .U32((uint)address).U32(0).U32(0).U32(Place(38, Device)).Name(Device));

    private void Signal(uint vector, uint guestVector)
    {
        Put(_writer.Record(Handler).U64(0).U32(FirstIrq + vector));
        Put(_writer.Record(KvmMsi).U64(0xFEE0_1000).U64(guestVector));
    }

    private void Log(string text) => Put(_writer.Record(Console).U32(Place(12, text)).Name(text));

    private void Say(string text) => _page.Data(10_000, _writer.Print(text));

    private void Put(OrderedBytes record) => _page.Data(10_000, record.ToArray());

    /// <summary>A __data_loc: where the text lies in its record, and how long it is with its NUL.</summary>
    private static uint Place(int offset, string text) =>
        (uint)(Encoding.UTF8.GetByteCount(text) + 1) << 16 | (uint)offset;

    private void Probe(string name, int id, string fields) =>
        Add("irqreplay", name, id, Field("unsigned long __probe_ip", 8, 8) + fields);

    private void Add(string system, string name, int id, string fields) =>
        _writer.Events.Add((system, name, id, fields));

    private static string Field(string name, int offset, int size, bool signed = false) =>
        $"\tfield:{name};\toffset:{offset};\tsize:{size};\tsigned:{(signed ? 1 : 0)};\n";

    private static string Text(string name, int offset) => Field("__data_loc char[] " + name, offset, 4, true);
}
