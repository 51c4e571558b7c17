using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Text;
using System.Threading;

namespace Replay.Formats.Ftrace;

/// <summary>
/// Symbols and constant texts of the recorded kernel, from kallsyms and printk_formats texts.
/// Neither text is fetched or parsed before the first question: a kallsyms table is often the larger part
/// of a small capture. Any thread may ask.
/// </summary>
public sealed class KernelAddresses : IAddressNames
{
    /// <summary>Most symbols kept; a kernel with all its modules has 200 thousand.</summary>
    private const int SymbolsMax = 1 << 21;

    /// <summary>Most constant texts kept.</summary>
    private const int TextsMax = 1 << 16;

    /// <summary>An address further than this from the symbol before it is nobody's.</summary>
    private const ulong FunctionBytesMax = 1 << 20;

    private readonly Lock _parsing = new();
    private readonly Func<byte[]> _fetchKallsyms;
    private readonly Func<byte[]> _fetchPrintk;
    private byte[] _kallsyms = [];
    private ulong[]? _starts;
    private int[] _nameOffsets = [];
    private Dictionary<ulong, string>? _texts;

    /// <param name="fetchKallsyms">Gives the text of /proc/kallsyms; called at most once.</param>
    /// <param name="fetchPrintk">Gives the text of tracing/printk_formats; called at most once.</param>
    public KernelAddresses(Func<byte[]> fetchKallsyms, Func<byte[]> fetchPrintk)
    {
        _fetchKallsyms = fetchKallsyms;
        _fetchPrintk = fetchPrintk;
    }

    /// <inheritdoc/>
    public string? FindSymbol(ulong address)
    {
        lock (_parsing) _starts ??= ParseKallsyms();
        int index = Array.BinarySearch(_starts, address);
        if (index < 0) index = ~index - 1;
        if (index < 0) return null;
        ulong start = _starts[index];
        if (address - start > FunctionBytesMax) return null;
        // Of several names at one address the first of the file is kept, whatever the search hit and the sort did.
        while (index > 0 && _starts[index - 1] == start) index--;
        int first = _nameOffsets[index];
        while (++index < _starts.Length && _starts[index] == start) first = Math.Min(first, _nameOffsets[index]);
        ReadOnlySpan<byte> name = _kallsyms.AsSpan(first);
        int end = name.IndexOfAny(" \t\r\n"u8);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }

    /// <inheritdoc/>
    public string? FindText(ulong address)
    {
        lock (_parsing) _texts ??= ParsePrintk();
        return _texts.GetValueOrDefault(address);
    }

    // ffffffff81000000 T _stext
    // ffffffffc0201000 t nvme_irq	[nvme]
    private ulong[] ParseKallsyms()
    {
        _kallsyms = _fetchKallsyms();
        ReadOnlySpan<byte> text = _kallsyms;
        List<ulong> starts = [];
        List<int> names = [];
        while (starts.Count < SymbolsMax && FormatParser.TryReadLine(ref text, out ReadOnlySpan<byte> line))
        {
            int lineOffset = _kallsyms.Length - text.Length - line.Length - 1;
            // The last line may have no end of line.
            if (text.Length == 0 && !_kallsyms.AsSpan().EndsWith("\n"u8)) lineOffset++;
            // Functions only: data, per-CPU offsets and ARM's $a, $d marks would shadow them. Asked before the number
            // is read, since half of the lines are something else.
            int digits = line.IndexOf((byte)' ');
            if (digits < 0 || line.Length < digits + 4 || line[digits + 2] != ' ' || line[digits + 3] == '$') continue;
            if (line[digits + 1] is not ((byte)'t' or (byte)'T' or (byte)'w' or (byte)'W')) continue;
            if (!Utf8Parser.TryParse(line, out ulong address, out int read, 'x') || read != digits || address == 0)
                continue;
            starts.Add(address);
            names.Add(lineOffset + digits + 3);
        }
        ulong[] sorted = [.. starts];
        _nameOffsets = [.. names];
        // By the keys themselves: a comparison that is a call took most of the time of a small capture.
        Array.Sort(sorted, _nameOffsets);
        return sorted;
    }

    // 0xffffffff82a3c1f0 : "Rescheduling interrupts"
    private Dictionary<ulong, string> ParsePrintk()
    {
        ReadOnlySpan<byte> text = _fetchPrintk();
        Dictionary<ulong, string> texts = [];
        while (texts.Count < TextsMax && FormatParser.TryReadLine(ref text, out ReadOnlySpan<byte> line))
        {
            line = line.Trim(" \t\r"u8);
            if (line.StartsWith("0x"u8)) line = line[2..];
            if (!Utf8Parser.TryParse(line, out ulong address, out int digits, 'x')) continue;
            line = line[digits..];
            int open = line.IndexOf((byte)'"');
            int close = line.LastIndexOf((byte)'"');
            if (open < 0 || close <= open) continue;
            texts.TryAdd(address, Unescape(line[(open + 1)..close]));
        }
        return texts;
    }

    /// <summary>The kernel escapes newline, tab, quote and backslash when it prints this file.</summary>
    private static string Unescape(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && i + 1 < text.Length)
            {
                c = text[++i] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    char other => other,
                };
            }
            result.Append(c);
        }
        return result.ToString();
    }
}
