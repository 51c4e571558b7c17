using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// Whole commands print the same bytes, say the same notes and end with the same code for any number of lanes.
/// </summary>
public sealed partial class LanesTests
{
    private static readonly string[][] Commands =
    [
        ["events"], ["replay", "--format", "json"], ["verify", "--format", "json"],
        ["state", "--at", "end", "--format", "json"], ["state", "--at", "event:20000", "--format", "json"],
    ];

    public static TheoryData<string?> Inputs()
    {
        var data = new TheoryData<string?>
        {
            "traces/leak-pre/trace.dat", "traces/hibernate/trace.dat", "traces/hazards/irq007-raises.irqs",
            "traces/scenarios/no-such-file.irqs",
        };
        foreach (string capture in Folders.CapturesWithTruth)
            data.Add(Path.Combine(Folders.Captures!, capture, "trace.dat"));
        return data;
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Lanes_do_not_show_in_what_is_printed(string? input)
    {
        foreach (string[] command in Commands)
        {
            string one = Run(command, input!, "1");
            foreach (string lanes in new[] { "2", "3", "8" })
                Assert.True(one == Run(command, input!, lanes), $"{command[0]}, {lanes} lanes");
        }
    }

    [Theory]
    [InlineData("traces/leak-pre/trace.dat")]
    [InlineData("traces/hibernate/trace.dat")]
    [InlineData("traces/hazards/irq007-raises.irqs")]
    public void Lanes_do_not_show_where_they_only_read_ahead(string input)
    {
        string other = Path.Combine(Folders.Root, "traces/leak-pre/trace.dat");
        foreach (string[] command in (string[][])
            [
                ["info", "--format", "json"], ["info", "--ignore", "irq:*"], ["history", "--irq", "26"],
                ["history", "--vector", "3:35", "--format", "json"], ["latency", "--by", "subject"], ["latency",
                    "--baseline", other, "--format", "json"], ["diff", "--right", "linux-6.12", "--format", "json"],
                ["diff", other, "--format", "json"], ["top", "--interval", "3600", "--format", "json"],
            ])
        {
            string one = Run(command, input, "1");
            foreach (string lanes in new[] { "2", "8" })
                Assert.True(one == Run(command, input, lanes), $"{string.Join(' ', command)}, {lanes} lanes");
        }
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Lanes_do_not_show_in_a_converted_file(string? input)
    {
        string folder = Directory.CreateTempSubdirectory("irqreplay-lanes-").FullName;
        try
        {
            var files = new List<byte[]>();
            foreach (string lanes in new[] { "1", "2", "8" })
            {
                string output = Path.Combine(folder, lanes + ".irqt");
                RealCli.Run("convert", input!, "-o", output, "--lanes", lanes);
                files.Add(File.Exists(output) ? File.ReadAllBytes(output) : []);
            }
            Assert.True(files[0].AsSpan().SequenceEqual(files[1]), "2 lanes");
            Assert.True(files[0].AsSpan().SequenceEqual(files[2]), "8 lanes");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("two")]
    [InlineData("65")]
    [InlineData("-1")]
    public void A_number_of_lanes_that_cannot_be_is_refused(string lanes)
    {
        (int code, _, string error) = RealCli.Run("replay", "traces/leak-pre/trace.dat", "--lanes=" + lanes);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("from 1 to 64", error, StringComparison.Ordinal);
    }

    // What is printed may be long: of the text form only a sum is kept.
    private static string Run(string[] command, string input, string lanes)
    {
        string path = input.StartsWith("traces/", StringComparison.Ordinal) ? Path.Combine(Folders.Root, input) : input;
        using var error = new StringWriter();
        using var sum = SHA256.Create();
        using var text = new MemoryStream();
        int code;
        using (Stream output = command[0] == "events"
            ? new CryptoStream(Stream.Null, sum, CryptoStreamMode.Write) : text)
            code = Program.Run([command[0], path, .. command[1..], "--lanes", lanes],
                RouteComparison.Host(output, error));
        string result = command[0] == "events"
            ? Convert.ToHexString(sum.Hash!) : Encoding.UTF8.GetString(text.ToArray());
        return $"{code}\n{Times().Replace(result, "")}\n{error}";
    }

    [GeneratedRegex("\"(seconds|eventsPerSecond)\":(null|[0-9.eE+-]+)")]
    private static partial Regex Times();
}
