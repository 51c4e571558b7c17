using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>One ring buffer of a made file: pages by CPU.</summary>
internal sealed class MadeBuffer(string name, string clock)
{
    public string Name { get; } = name;

    public string Clock { get; } = clock;

    public SortedDictionary<int, List<byte[]>> Pages { get; } = [];

    public MadeBuffer Add(int cpu, params PageBuilder[] pages)
    {
        if (!Pages.TryGetValue(cpu, out List<byte[]>? list)) Pages.Add(cpu, list = []);
        foreach (PageBuilder page in pages) list.Add(page.ToArray());
        return this;
    }
}

/// <summary>
/// Writes small trace.dat files of either version, byte order, long size and compression, with the events
/// <c>irq:irq_handler_entry</c> (ID 100), <c>irq:irq_handler_exit</c> (101) and <c>made:noise</c> (102).
/// </summary>
internal sealed class TraceDatWriter
{
    public const int EntryId = 100;
    public const int ExitId = 101;
    public const int NoiseId = 102;
    public const int PrintId = 5;

    public int Version { get; init; } = 6;

    public bool BigEndian { get; init; }

    /// <summary>The recorded kernel's long: size of the commit word.</summary>
    public int LongSize { get; init; } = 8;

    public int PageSize { get; init; } = 4096;

    /// <summary>Version 7 only: none, zlib or zstd (stored blocks).</summary>
    public string Compression { get; init; } = "none";

    /// <summary>Makes a zstd frame; a real compressor is the caller's business.</summary>
    public Func<byte[], byte[]> PackZstd { get; init; } = static content => ZstdFrame.Store(content);

    /// <summary>Pages that are compressed as one; trace-cmd takes ten.</summary>
    public int PagesPerChunk { get; init; } = 2;

    public string HeaderEvent { get; init; } =
        "# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n"
        + "\tpadding     : type == 29\n\ttime_extend : type == 30\n\ttime_stamp : "
        + "type == 31\n\tdata max type_len  == 28\n";

    public string Kallsyms { get; init; } = "ffffffff81000000 T _stext\n";

    /// <summary>Options beside those that the version needs; (id, content).</summary>
    public List<(int Id, byte[] Content)> Options { get; } = [];

    /// <summary>More recorded events: system, name, ID and the lines of their fields.</summary>
    public List<(string System, string Name, int Id, string Fields)> Events { get; } = [];

    /// <summary>The first one is the top buffer.</summary>
    public List<MadeBuffer> Buffers { get; } = [];

    /// <summary>Lets the last section of options point back to the first.</summary>
    public bool Cyclic { get; init; }

    public PageBuilder Page(ulong timeNs) => new(BigEndian, LongSize, PageSize, timeNs);

    public byte[] Entry(uint irq, string name)
    {
        byte[] text = Encoding.UTF8.GetBytes(name + "\0");
        return Common(EntryId).U32(irq).U32(((uint)text.Length << 16) | 16).Raw(text).ToArray();
    }

    public byte[] Exit(uint irq, int ret = 1) => Common(ExitId).U32(irq).U32((uint)ret).ToArray();

    public byte[] Noise(int bytes, int id = NoiseId) => Common(id).Raw(new byte[bytes]).ToArray();

    public OrderedBytes New() => new(BigEndian);

    public byte[] Build()
    {
        OrderedBytes file = New();
        file.Raw([0x17, 0x08, 0x44]).Text("tracing").Name($"{Version}").U8(BigEndian ? 1 : 0).U8(8).U32((uint)PageSize);
        if (Version == 6) BuildV6(file);
        else BuildV7(file);
        return file.ToArray();
    }

    /// <summary>What perf copies from tracefs into a file of its own; 0.5 is without the names of threads.</summary>
    public byte[] BuildTracingData(string version = "0.6")
    {
        OrderedBytes data = New();
        data.Raw([0x17, 0x08, 0x44]).Text("tracing").Name(version).U8(BigEndian ? 1 : 0).U8(8).U32((uint)PageSize);
        data.Raw(HeaderInfo()).Raw(FtraceFormats()).Raw(Systems()).Raw(Text32(Kallsyms)).Raw(Text32(Printk));
        return (version == "0.5" ? data : data.U64(7).Text("1 init\n")).ToArray();
    }

    private void BuildV6(OrderedBytes file)
    {
        file.Raw(HeaderInfo()).Raw(FtraceFormats()).Raw(Systems()).Raw(Text32(Kallsyms)).Raw(Text32(Printk));
        byte[] commands = Encoding.UTF8.GetBytes("1 init\n");
        file.U64((ulong)commands.Length).Raw(commands);
        int cpus = CpuCount();
        file.U32((uint)cpus);
        file.Name("options  ");
        foreach ((int id, byte[] content) in Options) file.U16(id).U32((uint)content.Length).Raw(content);
        file.U16(4).U32(0);
        List<int> instanceAt = [];
        for (int i = 1; i < Buffers.Count; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(Buffers[i].Name + "\0");
            file.U16(3).U32((uint)(8 + name.Length));
            instanceAt.Add(file.Length);
            file.U64(0).Raw(name);
        }
        file.U16(0);
        file.Name("flyrecord");
        int table = ReserveTable(file, cpus);
        byte[] clock = Encoding.UTF8.GetBytes($"local [{Buffers[0].Clock}] global\n");
        file.U64((ulong)clock.Length).Raw(clock);
        WritePlain(file, Buffers[0], table);
        for (int i = 1; i < Buffers.Count; i++)
        {
            file.PatchU64(instanceAt[i - 1], (ulong)file.Length);
            file.Name("flyrecord");
            WritePlain(file, Buffers[i], ReserveTable(file, cpus));
        }
    }

    private static int ReserveTable(OrderedBytes file, int cpus)
    {
        int at = file.Length;
        file.Raw(new byte[16 * cpus]);
        return at;
    }

    private void WritePlain(OrderedBytes file, MadeBuffer buffer, int table)
    {
        foreach ((int cpu, List<byte[]> pages) in buffer.Pages)
        {
            file.Align(PageSize);
            file.PatchU64(table + (16 * cpu), (ulong)file.Length);
            file.PatchU64(table + (16 * cpu) + 8, (ulong)(pages.Count * PageSize));
            foreach (byte[] page in pages) file.Raw(page);
        }
    }

    private void BuildV7(OrderedBytes file)
    {
        file.Name(Compression).Name("1.0");
        int optionsAt = file.Length;
        file.U64(0);
        var sections = new (int Id, byte[] Content)[]
        {
            (16, HeaderInfo()), (17, FtraceFormats()), (18, Systems()), (19, Text32(Kallsyms)), (20, Text32(Printk)),
        };
        OrderedBytes options = New();
        foreach ((int id, byte[] content) in sections)
        {
            options.U16(id).U32(8).U64((ulong)file.Length);
            byte[] stored = Compression == "none" ? content : Pack(content);
            file.U16(id).U16(Compression == "none" ? 0 : 1).U32(0).U64((ulong)stored.Length).Raw(stored);
        }
        foreach ((int id, byte[] content) in Options) options.U16(id).U32((uint)content.Length).Raw(content);
        int first = file.Length;
        file.PatchU64(optionsAt, (ulong)first);
        file.U16(0).U16(0).U32(0).U64((ulong)options.Length + 14).Raw(options.ToArray());
        file.U16(0).U32(8);
        int nextAt = file.Length;
        file.U64(0);
        OrderedBytes buffers = New();
        foreach (MadeBuffer buffer in Buffers) WriteV7Buffer(file, buffers, buffer);
        file.PatchU64(nextAt, (ulong)file.Length);
        file.U16(0).U16(0).U32(0).U64((ulong)buffers.Length + 14).Raw(buffers.ToArray());
        file.U16(0).U32(8).U64(Cyclic ? (ulong)first : 0);
    }

    private void WriteV7Buffer(OrderedBytes file, OrderedBytes options, MadeBuffer buffer)
    {
        byte[] name = Encoding.UTF8.GetBytes(buffer.Name + "\0" + buffer.Clock + "\0");
        options.U16(3).U32((uint)(8 + name.Length + 8 + (20 * buffer.Pages.Count)));
        options.U64((ulong)file.Length).Raw(name).U32((uint)PageSize).U32((uint)buffer.Pages.Count);
        file.U16(3).U16(Compression == "none" ? 0 : 1).U32(0).U64(0);
        foreach ((int cpu, List<byte[]> pages) in buffer.Pages)
        {
            file.Align(PageSize);
            int start = file.Length;
            if (Compression == "none")
            {
                foreach (byte[] page in pages) file.Raw(page);
            }
            else
            {
                file.U32((uint)((pages.Count + PagesPerChunk - 1) / PagesPerChunk));
                foreach (byte[][] chunk in pages.Chunk(PagesPerChunk))
                    file.Raw(Pack([.. chunk.SelectMany(static page => page)]));
            }
            options.U32((uint)cpu).U64((ulong)start).U64((ulong)(file.Length - start));
        }
    }

    /// <summary>u32 packed size, u32 size, packed content.</summary>
    private byte[] Pack(byte[] content)
    {
        byte[] packed;
        if (Compression == "zstd")
        {
            packed = PackZstd(content);
        }
        else
        {
            using var target = new MemoryStream();
            using (var zlib = new ZLibStream(target, CompressionLevel.Fastest, true)) zlib.Write(content);
            packed = target.ToArray();
        }
        return New().U32((uint)packed.Length).U32((uint)content.Length).Raw(packed).ToArray();
    }

    private const string Printk = "0xffffffff81c00000 : \"made text\"\n";

    private int CpuCount()
    {
        int count = 0;
        foreach (MadeBuffer buffer in Buffers)
        {
            foreach (int cpu in buffer.Pages.Keys) count = Math.Max(count, cpu + 1);
        }
        return count;
    }

    private byte[] HeaderInfo()
    {
        int data = 8 + LongSize;
        string page = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
            + $"\tfield: local_t commit;\toffset:8;\tsize:{LongSize};\tsigned:1;\n"
            + "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
            + $"\tfield: char data;\toffset:{data};\tsize:{PageSize - data};\tsigned:1;\n";
        return New().Name("header_page").U64((ulong)page.Length).Text(page)
            .Name("header_event").U64((ulong)HeaderEvent.Length).Text(HeaderEvent).ToArray();
    }

    private byte[] FtraceFormats()
    {
        string print = Format("print", PrintId, "\tfield:unsigned long ip;\toffset:8;\tsize:8;\tsigned:0;\n"
            + "\tfield:char buf[];\toffset:16;\tsize:0;\tsigned:0;\n");
        return New().U32(1).U64((ulong)print.Length).Text(print).ToArray();
    }

    private byte[] Systems()
    {
        string entry = Format("irq_handler_entry", EntryId, "\tfield:int irq;\toffset:8;\tsize:4;\tsigned:1;\n"
            + "\tfield:__data_loc char[] name;\toffset:12;\tsize:4;\tsigned:0;\n");
        string exit = Format("irq_handler_exit", ExitId, "\tfield:int irq;\toffset:8;\tsize:4;\tsigned:1;\n"
            + "\tfield:int ret;\toffset:12;\tsize:4;\tsigned:1;\n");
        string noise = Format("noise", NoiseId, "\tfield:u64 x;\toffset:8;\tsize:8;\tsigned:0;\n");
        OrderedBytes systems = New().U32((uint)(2 + Events.Count))
            .Name("irq").U32(2).U64((ulong)entry.Length).Text(entry).U64((ulong)exit.Length).Text(exit)
            .Name("made").U32(1).U64((ulong)noise.Length).Text(noise);
        foreach ((string system, string name, int id, string fields) in Events)
        {
            string format = Format(name, id, fields);
            systems.Name(system).U32(1).U64((ulong)format.Length).Text(format);
        }
        return systems.ToArray();
    }

    /// <summary>A text that somebody wrote into trace_marker.</summary>
    public byte[] Print(string text) => Common(PrintId).U64(0).Name(text + "\n").ToArray();

    /// <summary>The start of a record of one of <see cref="Events"/>: its fields follow at offset 8.</summary>
    public OrderedBytes Record(int id) => Common(id);

    private static string Format(string name, int id, string fields) =>
        $"name: {name}\nID: {id}\nformat:\n"
        + "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
        + "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
        + "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
        + "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n" + fields + "\nprint fmt: \"\"\n";

    private byte[] Text32(string text) => New().U32((uint)text.Length).Text(text).ToArray();

    private OrderedBytes Common(int id) => New().U16(id).U8(0).U8(0).U32(1);
}
