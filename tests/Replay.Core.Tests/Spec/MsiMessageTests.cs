using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Replay.Core.Spec;
using Xunit;

namespace Replay.Core.Tests.Spec;

public class MsiMessageTests
{
    public static IEnumerable<object[]> Vectors()
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Vectors", "msi.txt"));
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > 0 && lines[i][0] != '#') yield return ["msi.txt:" + (i + 1), lines[i]];
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Fields_read_as_the_table_says(string place, string line)
    {
        Assert.NotEmpty(place);
        string[] parts = line.Split('|', StringSplitOptions.TrimEntries);
        string[] input = parts[0].Split(' ');
        string[] expected = parts[1].Split(' ');
        var message = new MsiMessage(
            ulong.Parse(input[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            uint.Parse(input[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal(expected[0] == "1", message.IsInterrupt);
        Assert.Equal(expected[1] == "1", message.IsRemappable);
        if (expected[2] != "-") Assert.Equal(int.Parse(expected[2], CultureInfo.InvariantCulture), message.RemapIndex);
        if (expected[3] != "-") Assert.Equal(int.Parse(expected[3], CultureInfo.InvariantCulture), message.Vector);
        if (expected[4] != "-")
            Assert.Equal(uint.Parse(expected[4], CultureInfo.InvariantCulture), message.Destination);
        if (expected[5] != "-") Assert.Equal(expected[5] == "1", message.IsLogical);
    }
}
