using System;
using System.IO;
using Replay.Cli.Tests.Fakes;
using Replay.Formats;
using Xunit;

namespace Replay.Cli.Tests;

public class ProgramTests
{
    [Theory]
    [InlineData("inf", "there is no command \"inf\"; did you mean: irqreplay info?")]
    [InlineData("stat x", "there is no command \"stat\"; did you mean: irqreplay state?")]
    [InlineData("frobnicate", "the commands are info, events, convert, replay, top, state")]
    [InlineData("--verison", "irqreplay has no option --verison; did you mean --version?")]
    [InlineData("info x --fromat json", "irqreplay info has no option --fromat; did you mean --format?")]
    [InlineData("info x --fromat=json", "irqreplay info has no option --fromat; did you mean --format?")]
    [InlineData("state x --irqs", "irqreplay state has no option --irqs; did you mean --irq?")]
    [InlineData("info x --zzzzzzzzz", "irqreplay info has no option --zzzzzzzzz; type \"irqreplay info --help\"")]
    [InlineData("info --fromat x", "irqreplay info has no option --fromat; did you mean --format?")]
    [InlineData("replay --fromat x", "irqreplay replay has no option --fromat; did you mean --format?")]
    [InlineData("replay x --fromat", "irqreplay replay has no option --fromat; did you mean --format?")]
    [InlineData("diff --lfet x", "irqreplay diff has no option --lfet; did you mean --left?")]
    [InlineData("explain --zzzzzzzzz", "irqreplay explain has no option --zzzzzzzzz; "
        + "type \"irqreplay explain --help\"")]
    [InlineData("info", "info needs a FILE: irqreplay info FILE (- is standard input)")]
    [InlineData("info x y", "info takes one FILE, and \"y\" is one more")]
    [InlineData("convert x y", "stands for the file to write, type: -o y")]
    [InlineData("info x --map", "Type \"irqreplay info --help\".")]
    [InlineData("info x --map no-such.map", "--map no-such.map: cannot be read")]
    [InlineData("info x --ignore sched", "for example --ignore \"sched:*\"")]
    public void Wrong_command_lines_say_what_to_type(string line, string says)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run(line.Split(' ')));
        Assert.Contains(says, cli.Error, StringComparison.Ordinal);
        Assert.Equal("", cli.Out);
        Assert.DoesNotContain("   at ", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_where_a_command_belongs_gets_the_command()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run(cli.File));
        Assert.Equal(
            "irqreplay: \"capture.dat\" is a file, not a command; type: irqreplay info capture.dat\n", cli.Error);
    }

    [Fact]
    public void Nothing_typed_shows_the_help_as_a_usage_error()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run());
        Assert.Contains("Usage:\n  irqreplay COMMAND", cli.Error, StringComparison.Ordinal);
        Assert.Equal("", cli.Out);
    }

    [Theory]
    [InlineData("")]
    [InlineData("info")]
    [InlineData("events")]
    [InlineData("convert")]
    [InlineData("replay")]
    [InlineData("top")]
    [InlineData("state")]
    [InlineData("history")]
    [InlineData("diff")]
    [InlineData("verify")]
    [InlineData("rules")]
    [InlineData("explain")]
    [InlineData("recipe")]
    [InlineData("scenarios")]
    [InlineData("bench")]
    [InlineData("latency")]
    public void Help_has_examples_that_parse(string command)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run(command.Length == 0 ? ["--help"] : [command, "--help"]));
        Golden.Check(command.Length == 0 ? "help" : "help-" + command, cli.Out);
        Assert.All(cli.Out.Split('\n'), static line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void Version_is_one_line()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("--version"));
        Assert.Matches(@"^\d+\.\d+\.\d+[^\n]*\n$", cli.Out);
    }

    [Theory]
    [InlineData("missing.dat", "missing.dat: there is no such file")]
    [InlineData("", "this is a folder without a CTF trace (a file metadata); name a file in it")]
    public void Files_that_cannot_be_opened_are_bad_input(string name, string says)
    {
        using var cli = new Fakes.Cli();
        File.Delete(cli.File);
        Assert.Equal(3, cli.Run("info", Path.Combine(cli.Folder, name)));
        Assert.Contains(says, cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { }, "offset 0: expected a recording in one of these formats: fake, found an empty file")]
    [InlineData(new byte[] { 1, 2, 0xFF }, "found the bytes 01 02 ff")]
    [InlineData(new byte[] { 0x48, 0x69, 0x0A }, "found the text \"Hi\"")]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 }, "gzip; unpack it first: gzip -dc ")]
    public void Unknown_content_is_bad_input_whatever_its_name(byte[] content, string says)
    {
        using var cli = new Fakes.Cli();
        File.WriteAllBytes(cli.File, content);
        Assert.Equal(3, cli.Run("info", cli.File));
        Assert.Contains(says, cli.Error, StringComparison.Ordinal);
        Assert.Equal("", cli.Out);
    }

    [Fact]
    public void A_regular_file_is_opened_by_its_path()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("info", cli.File, "--format", "json"));
        Assert.Equal(["path capture.dat"], cli.Opened);
    }

    [Fact]
    public void A_dash_is_standard_input()
    {
        using var cli = new Fakes.Cli { Input = [.. FakeFormats.FileBytes, .. new byte[200]] };
        Assert.Equal(0, cli.Run("info", "-", "--format", "json"));
        Assert.Equal(["stream standard input 205"], cli.Opened);
    }

    [Fact]
    public void A_compressed_capture_is_told_by_its_content()
    {
        using var cli = new Fakes.Cli();
        byte[] compressed = FakeFormats.Compress([.. FakeFormats.FileBytes, .. new byte[200]]);
        File.WriteAllBytes(cli.File, compressed);
        Assert.Equal(0, cli.Run("info", cli.File, "--format", "json"));
        cli.Input = compressed;
        Assert.Equal(0, cli.Run("info", "-", "--format", "json"));
        Assert.Equal(["stream capture.dat 205", "stream standard input 205"], cli.Opened);
    }

    [Fact]
    public void Only_one_layer_of_compression_is_taken_off()
    {
        using var cli = new Fakes.Cli { Input = FakeFormats.Compress(FakeFormats.Compress(FakeFormats.FileBytes)) };
        Assert.Equal(3, cli.Run("info", "-"));
        Assert.Contains("28 b5 2f fd", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_found_on_the_way_ends_with_its_message()
    {
        using var cli = new Fakes.Cli();
        cli.Recording.BeforeBatch = static () => throw BadInputException.At("capture.dat", 17, "a page", "nothing");
        Assert.Equal(3, cli.Run("replay", cli.File));
        Assert.Equal("irqreplay: capture.dat: offset 17: expected a page, found nothing\n", cli.Error);
        Assert.True(cli.Recording.IsDisposed);
    }

    [Fact]
    public void Our_bugs_are_called_so_and_hide_the_trace_until_it_is_asked_for()
    {
        using var cli = new Fakes.Cli();
        cli.Recording.BeforeBatch = static () => throw new InvalidOperationException("counters disagree");
        Assert.Equal(4, cli.Run("info", cli.File));
        Assert.Contains("this is a bug in irqreplay", cli.Error, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException: counters disagree", cli.Error, StringComparison.Ordinal);
        Assert.Contains("please report", cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", cli.Error, StringComparison.Ordinal);
        cli.Variables["IRQREPLAY_DEBUG"] = "1";
        Assert.Equal(4, cli.Run("info", cli.File));
        Assert.Contains("   at ", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_are_for_terminals_that_want_them()
    {
        using var plain = new Fakes.Cli();
        plain.Run("info", plain.File);
        Assert.DoesNotContain('\u001b', plain.Out);
        using var terminal = new Fakes.Cli { OutIsTerminal = true };
        terminal.Run("info", terminal.File);
        Assert.Contains('\u001b', terminal.Out);
        using var refused = new Fakes.Cli { OutIsTerminal = true };
        refused.Variables["NO_COLOR"] = "1";
        refused.Run("info", refused.File);
        Assert.DoesNotContain('\u001b', refused.Out);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(160)]
    public void Reports_fit_the_terminal(int width)
    {
        using var cli = new Fakes.Cli
        {
            OutIsTerminal = true,
            Width = width,
            Session = new FakeSession { Describe = SampleState.Full, Findings = SampleState.Findings },
        };
        cli.Variables["NO_COLOR"] = "1";
        cli.Run("state", cli.File);
        cli.Run("replay", cli.File, "--all");
        cli.Run("info", cli.File);
        // The lines to type next are never broken, so that they can be copied.
        Assert.All(cli.Out.Split('\n'), line =>
            Assert.True(line.Length <= width || line.Contains("irqreplay state", StringComparison.Ordinal), line));
    }
}
