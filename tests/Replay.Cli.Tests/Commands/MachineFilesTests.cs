using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Replay.Cli.Tests.Fakes;
using Replay.Cli.Tests.Hostile;
using Xunit;

namespace Replay.Cli.Tests.Commands;

/// <summary>Files that hold several machines: made, read, looked at one by one, damaged.</summary>
public sealed class MachineFilesTests : IDisposable
{
    private const string Clean = "traces/hazards/irq007-near.irqs";
    private const string Leak = "traces/hazards/irq007-raises.irqs";
    private const string Big = "traces/leak-pre/trace.dat";
    private static readonly string[] Names = ["host", "guest one", "irq007-raises"];

    private readonly string _folder = Directory.CreateTempSubdirectory("irqreplay-machines").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(".irqt")]
    [InlineData(".irqs")]
    public void Machines_are_those_of_the_separate_files_on_any_number_of_lanes(string extension)
    {
        string all = Make(extension);
        using var separate = JsonDocument.Parse(Ran(1, "replay", Rooted(Big), Rooted(Clean),
            Rooted(Leak), "--format", "json"));
        string? one = null;
        foreach (string lanes in (string[])["1", "2", "8"])
        {
            string text = Timeless(Ran(1, "replay", all, "--lanes", lanes, "--format", "json"));
            Assert.Equal(one ??= text, text);
            using var together = JsonDocument.Parse(text.Replace(",,", ",", StringComparison.Ordinal));
            Assert.Equal(separate.RootElement.GetProperty("digest").GetString(),
                together.RootElement.GetProperty("digest").GetString());
            JsonElement[] machines = [.. together.RootElement.GetProperty("machines").EnumerateArray()];
            Assert.Equal(Names, machines.Select(static m => m.GetProperty("name").GetString()));
            foreach ((JsonElement left, JsonElement right) in separate.RootElement.GetProperty("machines")
                .EnumerateArray().Zip(machines))
            {
                foreach (string member in (string[])["events", "applied", "findings", "interrupts", "digest", "rules"])
                    Assert.Equal(left.GetProperty(member).GetRawText(), right.GetProperty(member).GetRawText());
            }
        }
    }

    [Fact]
    public void Native_to_text_and_back_is_the_identity_both_ways()
    {
        string native = Make(".irqt");
        string text = Convert([native], "1.irqs"), nativeAgain = Convert([text], "2.irqt"),
            textAgain = Convert([nativeAgain], "2.irqs");
        Assert.Equal(File.ReadAllBytes(native), File.ReadAllBytes(nativeAgain));
        Assert.Equal(File.ReadAllBytes(text), File.ReadAllBytes(textAgain));
        Assert.Equal(File.ReadAllText(text), Ran(0, "events", native));
        Assert.Equal(3,
            File.ReadLines(text).Count(static line => line.StartsWith("@machine ", StringComparison.Ordinal)));
        Assert.Contains("@machine \"guest one\"", File.ReadLines(text));
    }

    [Theory]
    [InlineData(".irqt")]
    [InlineData(".irqs")]
    public void A_machine_taken_out_is_the_file_that_it_was(string extension)
    {
        string all = Make(extension);
        foreach ((string file, string name) in ((string, string)[])[(Rooted(Big), Names[0]), (Rooted(Clean), Names[1])])
        {
            string alone = Convert([file], "alone" + extension), after = Path.Combine(_folder, "after.irqt");
            Ran(0, "convert", all, "--machine", name, "-o", after);
            Assert.Equal(File.ReadAllBytes(Convert([alone], "before.irqt")), File.ReadAllBytes(after));
            if (extension == ".irqt")
                Assert.True(File.ReadAllBytes(all).AsSpan().IndexOf(File.ReadAllBytes(alone)) > 0);
        }
    }

    /// <summary>A pipe has no directory to look things up in, and a packed file none that can be sought in.</summary>
    [Theory]
    [InlineData(".irqt", "replay", "--format", "json", "--lanes", "1")]
    [InlineData(".irqt", "replay", "--format", "json", "--lanes", "8")]
    [InlineData(".irqs", "replay", "--format", "json")]
    [InlineData(".irqt", "replay", "--machine", "irq007-raises", "--format", "json")]
    [InlineData(".irqs", "state", "--machine", "guest one", "--at", "event:3", "--format", "json")]
    [InlineData(".irqt", "info", "--format", "json")]
    [InlineData(".irqs", "events")]
    [InlineData(".irqt", "events", "--machine", "host", "--where", "irq == 26")]
    [InlineData(".irqt", "verify", "--machine", "host", "--format", "json")]
    [InlineData(".irqs", "diff", "--left-machine", "guest one", "--right-machine", "irq007-raises", "--format", "json")]
    [InlineData(".irqt", "history", "--machine", "irq007-raises", "--irq", "40", "--format", "json")]
    public void Pipes_and_packed_files_are_read_as_the_file_is(string extension,
        string command, params string[] options)
    {
        string all = Make(extension);
        (int code, string expected, _) = RealCli.Run([command, all, .. options]);
        byte[] whole = File.ReadAllBytes(all), packed = Packed(whole);
        string file = all + ".zst";
        File.WriteAllBytes(file, packed);
        Check("a pipe", RealCli.RunWith(new OnceStream(whole), [command, "-", .. options]), "-");
        Check("a packed pipe", RealCli.RunWith(new OnceStream(packed), [command, "-", .. options]), "-");
        Check("a packed file", RealCli.Run([command, file, .. options]), file);

        void Check(string route, (int Code, string Out, string Error) run, string name)
        {
            Assert.True(code == run.Code, $"{route}: {run.Code} {run.Error}");
            Assert.Equal(Timeless(expected).Replace($"\"{all}\"", "FILE", StringComparison.Ordinal),
                Timeless(run.Out).Replace($"\"{name}\"", "FILE", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_pipe_of_machines_goes_into_another_file()
    {
        string all = Make(".irqt"), again = Path.Combine(_folder, "again.irqt");
        (int code, _, string error) = RealCli.RunWith(new OnceStream(File.ReadAllBytes(all)),
            "convert", "-", "-o", again);
        Assert.True(code == ExitCodes.Clean, error);
        Assert.Equal(Ran(0, "events", all), Ran(0, "events", again));
    }

    [Theory]
    [InlineData(".irqt")]
    [InlineData(".irqs")]
    public void A_pipe_that_is_cut_says_so(string extension)
    {
        byte[] whole = File.ReadAllBytes(Make(extension));
        foreach (int length in (int[])[whole.Length / 2, whole.Length - 100])
        {
            (int code, _, string error) = RealCli.RunWith(new OnceStream(whole[..length]), "replay", "-");
            Assert.True(code == ExitCodes.BadInput, $"{length}: {code} {error}");
            Assert.NotEqual("", error);
        }
    }

    [Theory]
    [InlineData("state", "--format", "json")]
    [InlineData("events", "--where", "irq == 40")]
    [InlineData("history", "--irq", "40")]
    [InlineData("verify", "--format", "json")]
    [InlineData("diff", "--right", "fix:a6c11c0a5235")]
    public void One_machine_is_looked_at_by_name(string command, string option, string value)
    {
        foreach (string extension in (string[])[".irqt", ".irqs"])
        {
            string all = Make(extension);
            (int code, string text, _) = RealCli.Run(command, all, option, value, "--machine", Names[2]);
            string alone = Convert([Rooted(Leak)], "alone" + extension);
            (int aloneCode, string aloneText, _) = RealCli.Run(command, alone, option, value);
            Assert.Equal(aloneCode, code);
            Assert.Equal(aloneText.Replace(alone, "FILE", StringComparison.Ordinal),
                text.Replace($"{all}: {Names[2]}", "FILE", StringComparison.Ordinal)
                    .Replace($"{all} --machine {Names[2]}", "FILE", StringComparison.Ordinal)
                    .Replace(all, "FILE", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(".irqt", "--left-machine", "guest one", "--right-machine", "irq007-raises")]
    [InlineData(".irqs", "--machine", "guest one", "--right-machine", "irq007-raises")]
    [InlineData(".irqt", "--left-machine", "guest one", "--machine", "irq007-raises")]
    public void Two_machines_of_one_file_are_compared_as_two_files_are(string extension, params string[] options)
    {
        string all = Make(extension);
        (int code, string text, string error) = RealCli.Run(["diff", all, "--format", "json", .. options]);
        (int apartCode, string apart, _) = RealCli.Run("diff", Clean, Leak, "--format", "json");
        Assert.Equal((ExitCodes.Findings, ""), (code, error));
        Assert.Equal(apartCode, code);
        Assert.Equal(Timeless(apart), Timeless(text));
        (_, text, _) = RealCli.Run(["diff", all, .. options]);
        Assert.Contains($"{all}: guest one", text, StringComparison.Ordinal);
        Assert.Contains($"irqreplay state {all} --machine 'guest one' --at event:", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--left-machine host: name the other machine too: --right-machine NAME", "--left-machine", "host")]
    [InlineData("--right-machine host: name the other machine too: --left-machine NAME", "--right-machine", "host")]
    [InlineData("--right-machine guest: ", "--machine", "host", "--right-machine", "guest")]
    [InlineData("--left-log: of two recordings; the log of one is --log", "--machine", "host", "--left-log", "x")]
    [InlineData("--log, --left-log: both are the log of LEFT", "--left-machine", "host", "--right-machine", "guest one",
        "--log", "x", "--left-log", "y")]
    [InlineData("--right-log nowhere: cannot be read", "--left-machine", "host", "--right-machine",
        "guest one", "--right-log", "nowhere")]
    public void Sides_that_are_not_both_said_are_asked_for(string expected, params string[] options)
    {
        (int code, _, string error) = RealCli.Run(["diff", Make(".irqs"), .. options]);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.StartsWith("irqreplay: " + expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("verify")]
    [InlineData("history", "--irq", "40")]
    [InlineData("diff", "--right", "fix:a6c11c0a5235")]
    [InlineData("replay", "--why", "40")]
    [InlineData("replay", "--format", "sarif")]
    [InlineData("state", "--machine", "guest")]
    public void Which_machine_has_to_be_said(params string[] command)
    {
        (int code, string text, string error) = RealCli.Run([command[0], Make(".irqt"), .. command[1..]]);
        Assert.Equal((ExitCodes.Usage, ""), (code, text));
        Assert.Contains(string.Join(", ", Names), error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_names_takes_no_name()
    {
        Assert.Equal(ExitCodes.Usage, RealCli.Run("state", Clean, "--machine", "host").Code);
        Assert.Equal(ExitCodes.Usage, RealCli.Run("replay", Clean, Leak, "--machine", "host").Code);
    }

    [Fact]
    public void Info_lists_the_machines()
    {
        string all = Make(".irqt"), text = Ran(0, "info", all);
        foreach (string name in Names) Assert.Contains(name, text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Ran(0, "info", all, "--format", "json"));
        JsonElement[] machines = [.. json.RootElement.GetProperty("machines").EnumerateArray()];
        Assert.Equal(Names, machines.Select(static m => m.GetProperty("name").GetString()));
        Assert.Equal(machines.Sum(static m => m.GetProperty("events").GetInt64()),
            json.RootElement.GetProperty("events").GetInt64());
        using var one = JsonDocument.Parse(Ran(0, "info", all, "--machine", Names[0], "--format", "json"));
        Assert.Equal(one.RootElement.GetProperty("byName").GetRawText(),
            machines[0].GetProperty("byName").GetRawText());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("firstTimeNs").ValueKind);
    }

    [Fact]
    public void Lines_of_a_text_may_go_back_and_forth_between_machines()
    {
        const string Mixed = "irqs 1\n# two guests\n@machine a\n@cpus 2\n1.0 0 vector_alloc irq=24 vector=33\n"
            + "@machine b\n@cpus 4\n5.0 0 mark text=b\n@machine a\n+1us 0 handler_entry irq=24 name=n\n"
            + "@machine b\n+1ms 0 mark text=c\n";
        string mixed = Path.Combine(_folder, "mixed.irqs");
        File.WriteAllText(mixed, Mixed);
        string sorted = Ran(0, "events", mixed);
        Assert.Equal(["@machines 2", "@machine a", "@machine b"], Lines(sorted, "@machine"));
        Assert.Contains("1.000001000 0 handler_entry irq=24", sorted, StringComparison.Ordinal);
        Assert.Contains("5.001000000 0 mark", sorted, StringComparison.Ordinal);
        Assert.Equal(["@cpus 4"], Lines(Ran(0, "events", mixed, "--machine", "b"), "@cpus"));
        string again = Path.Combine(_folder, "again.irqs");
        File.WriteAllText(again, sorted);
        Assert.Equal(sorted, Ran(0, "events", again));
    }

    [Theory]
    [InlineData("irqs 1\n1.0 0 mark text=a\n@machine b\n2.0 0 mark text=b\n",
        "the first @machine above the first event", ":3:1")]
    [InlineData("irqs 1\n@machines 3\n@machine a\n1.0 0 mark text=a\n",
        "expected 3 machines, as @machines says, found 1", "at 4")]
    [InlineData("irqs 1\n@machine a\n1.0 0 mark text=a\n@machine \"\"\n1.0 0 mark text=b\n",
        "a name of 1 to 128 bytes", ":4:1")]
    public void Wrong_lines_about_machines_are_loss_with_their_place(string trace, string expected, string place)
    {
        (int code, string text, string error) = RealCli.RunOn(trace, "events");
        Assert.Equal(ExitCodes.BadInput, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains(place, error, StringComparison.Ordinal);
        Assert.Contains("text=\"a\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("text=\"b\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_too_many_machines_is_refused()
    {
        var trace = new StringBuilder("irqs 1\n");
        for (int i = 0; i <= 256; i++) trace.Append("@machine m").Append(i).Append("\n1.0 0 mark text=x\n");
        (int code, _, string error) = RealCli.RunOn(trace.ToString(), "info");
        Assert.Equal(ExitCodes.BadInput, code);
        Assert.Contains("at most 256 machines", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_checked_when_a_file_is_made()
    {
        string output = Path.Combine(_folder, "x.irqt");
        foreach (string[] inputs in (string[][])[["a=" + Rooted(Clean), "a=" + Rooted(Leak)],
            [new string('n', 129) + "=" + Rooted(Clean), Clean], ["a\tb=" + Rooted(Clean), Clean],
            ["a=" + Make(".irqt"), Clean], ["-", Clean], ["a=-", "b=-"]])
        {
            (int code, _, string error) = RealCli.Run(["convert", .. inputs, "-o", output]);
            Assert.True(code == ExitCodes.Usage, string.Join(' ', inputs) + ": " + error);
        }
        Assert.False(File.Exists(output));
    }

    [Fact]
    public void A_file_of_machines_goes_into_another_with_their_names()
    {
        string more = Convert(["last=" + Rooted(Clean), Make(".irqs")], "more.irqt");
        Assert.Equal(["@machines 4", "@machine last", .. Names.Select(static n =>
            n.Contains(' ', StringComparison.Ordinal) ? $"@machine \"{n}\"" : $"@machine {n}")],
            Lines(Ran(0, "events", more), "@machine"));
    }

    [Theory]
    [InlineData(".irqt")]
    [InlineData(".irqs")]
    public void Damage_never_hides_what_it_did(string extension)
    {
        byte[] whole = File.ReadAllBytes(Convert(["a=" + Rooted(Clean), "b=" + Rooted(Leak)], "small" + extension));
        string file = Path.Combine(_folder, "damaged" + extension);
        var random = new Random(20);
        for (int i = 0; i < 150; i++)
        {
            bool isCut = i % 3 == 0;
            byte[] bytes = isCut ? whole[..random.Next(1, whole.Length - 1)] : Mutator.Damage(whole, random);
            File.WriteAllBytes(file, bytes);
            foreach (string[] command in (string[][])[["replay", file, "--lanes", "2"], ["info", file],
                ["events", file], ["state", file, "--machine", "b"]])
            {
                (int code, _, string error) = RealCli.Run(command);
                Assert.True(code is ExitCodes.Clean or ExitCodes.Findings or ExitCodes.BadInput or ExitCodes.Usage,
                    $"mutant {i}, {command[0]}: {code} {error}");
                if (isCut && command[0] == "replay")
                    Assert.True(code == ExitCodes.BadInput || (extension == ".irqs" && error.Length > 0),
                        $"cut {i} at {bytes.Length}: {code} {error}");
            }
        }
    }

    private byte[] Packed(byte[] plain)
    {
        string path = Path.Combine(_folder, "plain");
        File.WriteAllBytes(path, plain);
        using System.Diagnostics.Process zstd = RealProcess.TryStart("zstd", "-q", "-c", path)!;
        using var packed = new MemoryStream();
        zstd.StandardOutput.BaseStream.CopyTo(packed);
        return packed.ToArray();
    }

    /// <summary>Bytes that come once, as many at a time as a pipe gives.</summary>
    private sealed class OnceStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, 65536));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 65536)]);
    }

    private string Make(string extension) =>
        Convert([$"{Names[0]}={Rooted(Big)}", $"{Names[1]}={Rooted(Clean)}", Rooted(Leak)], "all" + extension);

    private string Convert(string[] inputs, string name)
    {
        string output = Path.Combine(_folder, name);
        Ran(0, ["convert", .. inputs, "-o", output]);
        return output;
    }

    private static string Ran(int expected, params string[] args)
    {
        (int code, string text, string error) = RealCli.Run(args);
        Assert.True(code == expected, $"{string.Join(' ', args)}: {code} {error}");
        return text;
    }

    private static IEnumerable<string> Lines(string text, string start) =>
        text.Split('\n').Where(line => line.StartsWith(start, StringComparison.Ordinal));

    private static string Rooted(string path) => Path.Combine(Captures.Folders.Root, path);

    private static string Timeless(string json) =>
        Regex.Replace(json, ",\"(seconds|eventsPerSecond)\":(null|[0-9.eE+-]+)", "");
}
