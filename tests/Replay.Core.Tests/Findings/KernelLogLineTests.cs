using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Replay.Core.Findings.Hazards;
using Xunit;

namespace Replay.Core.Tests.Findings;

public class KernelLogLineTests
{
    public static TheoryData<string, string> Vectors()
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Vectors", "kernel-log.txt"));
        var data = new TheoryData<string, string>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > 0 && lines[i][0] != '#') data.Add("kernel-log.txt:" + (i + 1), lines[i]);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Lines_read_as_the_table_says(string place, string line)
    {
        Assert.NotEmpty(place);
        string[] parts = line.Split('|', StringSplitOptions.TrimEntries);
        bool known = KernelLogLine.TryRead(Encoding.UTF8.GetBytes(parts[0]), out KernelLogLine read);
        Assert.Equal(known, read.Kind != KernelLogKind.None);
        if (!known) Assert.Equal("None - - - 0 0 -", parts[1]);
        else Assert.Equal(parts[1], Describe(in read));
    }

    [Fact]
    public void Every_kind_has_a_line()
    {
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        foreach (object[] row in Vectors())
            kinds.Add(((string)row[1]).Split('|', StringSplitOptions.TrimEntries)[1].Split(' ')[0]);
        Assert.Equal(Enum.GetNames<KernelLogKind>().Length, kinds.Count);
    }

    [Fact]
    public void Lines_that_are_cut_or_damaged_read_as_something_or_nothing()
    {
        var random = new Random(20261123);
        foreach (object[] row in Vectors())
        {
            byte[] text = Encoding.UTF8.GetBytes(((string)row[1]).Split('|')[0]);
            for (int length = 0; length <= text.Length; length++) KernelLogLine.TryRead(text.AsSpan(0, length), out _);
            for (int i = 0; i < 200; i++)
            {
                byte[] damaged = [.. text, .. text];
                for (int bytes = random.Next(1, 4); bytes > 0 && damaged.Length > 0; bytes--)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                bool known = KernelLogLine.TryRead(damaged, out KernelLogLine line);
                Assert.Equal(known, line.Kind != KernelLogKind.None);
                Assert.InRange(line.Vector, -1, 255);
            }
        }
    }

    private static string Describe(in KernelLogLine line) => string.Create(CultureInfo.InvariantCulture,
        $"{line.Kind} {Known(line.Irq)} {Known(line.Cpu)} {Known(line.Vector)} {line.Value} {line.Second} "
        + $"{(line.Device.IsEmpty ? "-" : Encoding.UTF8.GetString(line.Device))}");

    private static string Known(int value) => value < 0 ? "-" : value.ToString(CultureInfo.InvariantCulture);
}
