using System;
using System.IO;
using Replay.Cli.Machines;
using Replay.Formats;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public class ConvertCommandTests
{
    [Theory]
    [InlineData("out.irqt", "native")]
    [InlineData("out.irqs", "text")]
    [InlineData("OUT.IRQT", "native")]
    public void The_extension_says_the_format(string name, string format)
    {
        using var cli = new Fakes.Cli();
        string output = Path.Combine(cli.Folder, name);
        Assert.Equal(0, cli.Run("convert", cli.File, "-o", output));
        Assert.StartsWith("# fake header\nhandler_entry irq=24\n", File.ReadAllText(output), StringComparison.Ordinal);
        Assert.Equal($"{name}: 6 events, {new FileInfo(output).Length} bytes, {format} format\n", cli.Error);
        Assert.Equal("", cli.Out);
    }

    [Fact]
    public void Json_goes_to_standard_output()
    {
        using var cli = new Fakes.Cli();
        string output = Path.Combine(cli.Folder, "out.irqs");
        Assert.Equal(0, cli.Run("convert", cli.File, "-o", output, "--format", "json"));
        Assert.Equal(
            $$"""{"schema":1,"input":"capture.dat","output":"out.irqs","format":"text","events":6,"bytes":{{new FileInfo(output).Length}},"lost":0}"""
            + "\n",
            cli.Out);
        Assert.Equal("", cli.Error);
    }

    [Theory]
    [InlineData("out.dat", "did you mean -o out.irqt?")]
    [InlineData("out", "there is none: .irqt (native), .irqs (text)")]
    [InlineData("-", "irqreplay events capture.dat")]
    [InlineData("missing/out.irqt", "there is no folder")]
    public void Outputs_that_cannot_be_are_refused(string name, string says)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run("convert", cli.File, "-o", name == "-" ? name : Path.Combine(cli.Folder, name)));
        Assert.Contains(says, cli.Error, StringComparison.Ordinal);
    }

    /// <summary>Not one of the input, also where buffers are flushed when all is over.</summary>
    [Theory]
    [InlineData(".irqs")]
    [InlineData(".irqt")]
    public void A_full_disk_is_a_failure_of_the_output(string extension)
    {
        var host = new CliHost { Out = Stream.Null, Error = TextWriter.Null, OpenIn = static () => Stream.Null };
        Exporter exporter = Array.Find([.. FormatCatalog.BuiltIn.Exporters], one => one.Extension == extension)!;
        using Recording recording = Captures.TraceReplay.Open(Path.Combine(Captures.Folders.Root,
            "traces/leak-pre/trace.dat"));
        Assert.Throws<OutputException>(() => MachinesConversion.Copy(recording,
            () => exporter.Create("/dev/full", recording.Info), host));
    }

    [Fact]
    public void A_missing_output_gets_the_whole_line_to_type()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run("convert", cli.File));
        Assert.Equal("irqreplay: convert needs an output: irqreplay convert capture.dat -o capture.irqt\n", cli.Error);
    }

    [Fact]
    public void The_input_is_never_overwritten_not_even_through_a_link()
    {
        using var cli = new Fakes.Cli();
        string input = Path.Combine(cli.Folder, "in.irqt");
        File.Copy(cli.File, input);
        string link = Path.Combine(cli.Folder, "link.irqt");
        File.CreateSymbolicLink(link, input);
        Assert.Equal(2, cli.Run("convert", input, "-o", input));
        Assert.Equal(2, cli.Run("convert", input, "-o", link));
        Assert.Equal(2, cli.Run("convert", link, "-o", input));
        Assert.Equal("FAKE\n", File.ReadAllText(input));
        Assert.Contains("this is the input itself", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_leaves_the_old_output_and_no_half_file()
    {
        using var cli = new Fakes.Cli();
        string output = Path.Combine(cli.Folder, "out.irqt");
        File.WriteAllText(output, "old");
        cli.Recording.BeforeBatch = () =>
        {
            if (cli.Recording.BatchesRead == 1) throw new IOException("the cable was pulled");
        };
        Assert.Equal(3, cli.Run("convert", cli.File, "-o", output));
        Assert.Equal("old", File.ReadAllText(output));
        Assert.Equal(2, Directory.GetFiles(cli.Folder).Length);
        Assert.Equal("irqreplay: the cable was pulled\n", cli.Error);
    }

    [Fact]
    public void An_existing_output_is_replaced()
    {
        using var cli = new Fakes.Cli();
        string output = Path.Combine(cli.Folder, "out.irqt");
        File.WriteAllText(output, "old");
        Assert.Equal(0, cli.Run("convert", cli.File, "-o", output));
        Assert.EndsWith("end 10\n", File.ReadAllText(output), StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(cli.Folder).Length);
    }
}
