using System;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public class StateCommandTests
{
    [Fact]
    public void Json_has_the_members_of_the_contract_in_their_order()
    {
        using var cli = new Fakes.Cli { Session = new FakeSession { Describe = SampleState.Full } };
        Assert.Equal(0, cli.Run("state", cli.File, "--format", "json"));
        Assert.Equal(
            """
            {"schema":1,"at":"end","cpus":[{"cpu":0,"online":true,"vectors":[{"vector":34,"irq":24,"state":"assigned"},
            {"vector":236,"irq":null,"state":"system"}]},{"cpu":1,"online":false,"vectors":[{"vector":35,"irq":25,"state":"shutdown"}]},
            {"cpu":2,"online":null,"vectors":[]}],"irqs":[{"irq":24,"name":"virtio0-input.0","chip":"IR-PCI-MSIX-0000:00:03.0",
            "device":"0000:00:03.0","entry":1,"affinity":[0,1,2,7],"cpu":0,"vector":34,"masked":false,"activated":true,"managed":false,
            "delivered":[1200,0,3]},{"irq":25,"name":null,"chip":null,"device":null,"entry":null,"affinity":null,"cpu":null,"vector":null,
            "masked":null,"activated":null,"managed":null,"delivered":[]},{"irq":26,"name":"nvme0q1","chip":"PCI-MSIX",
            "device":"0000:00:04.0","entry":0,"affinity":[1],"cpu":1,"vector":36,"masked":true,"activated":false,"managed":true,
            "delivered":[0,0]}],"remap":[{"unit":"dmar0","enabled":true,"entries":[{"index":9,"lo":"0x100220015","hi":"0x40018","present":true,
            "vector":34,"dest":1,"source":"00:03.0"},{"index":10,"lo":null,"hi":null,"present":null,"vector":null,"dest":null,"source":null}]},
            {"unit":null,"enabled":null,"entries":[]}],"msix":[{"device":"0000:00:03.0","enabled":true,"functionMask":false,"entries":[
            {"entry":0,"address":null,"data":null,"control":null,"pending":null},{"entry":1,"address":"0xfee00138","data":0,"control":0,
            "pending":false}]},{"device":"0000:00:04.0","enabled":null,"functionMask":null,"entries":[{"entry":0,"address":"0xfee01000",
            "data":16420,"control":1,"pending":true}]}],"matrix":{"globalAvailable":395,"globalReserved":12,"totalAllocated":9,"cpus":[
            {"cpu":0,"online":true,"available":197,"allocated":5,"managed":1,"managedAllocated":0},
            {"cpu":1,"online":null,"available":null,"allocated":null,"managed":null,"managedAllocated":null}]}}
            """.ReplaceLineEndings("") + "\n",
            cli.Out);
        Assert.Equal("", cli.Error);
    }

    [Fact]
    public void Text_is_as_reviewed()
    {
        using var cli = new Fakes.Cli { Session = new FakeSession { Describe = SampleState.Full } };
        Assert.Equal(0, cli.Run("state", cli.File));
        Golden.Check("state", cli.Out);
    }

    [Fact]
    public void One_interrupt_brings_its_vector_message_and_remapping_entry()
    {
        using var cli = new Fakes.Cli { Session = new FakeSession { Describe = SampleState.Full } };
        Assert.Equal(0, cli.Run("state", cli.File, "--irq", "24"));
        Golden.Check("state-irq", cli.Out);
    }

    [Theory]
    [InlineData("end", "[0,2,0,1]")]
    [InlineData("event:0", "[0,1,0,0]")]
    [InlineData("time:2", "[0,2,0,0]")]
    [InlineData("mark:snap_before begin", "[0,1,0,0]")]
    [InlineData("mark:suspend", "[0,2,0,0]")]
    public void The_machine_is_that_of_the_position(string at, string delivered)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("state", cli.File, "--at", at, "--format", "json", "--irq", "24"));
        Assert.Contains($"\"delivered\":{delivered}", cli.Out, StringComparison.Ordinal);
        Assert.Contains($"\"at\":\"{at}\"", cli.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("irqs", """{"schema":1,"at":"event:0","irqs":[{"irq":24""")]
    [InlineData("cpus,matrix", """{"schema":1,"at":"event:0","cpus":[],"matrix":{""")]
    public void Views_that_were_not_asked_for_are_left_out(string view, string starts)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("state", cli.File, "--at", "event:0", "--format", "json", "--view", view));
        Assert.StartsWith(starts, cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("msix", cli.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--at mark:suspnd", "no marker starts with \"suspnd\"; the recording has these, type one of:\n"
        + "  --at \"mark:suspend\"")]
    [InlineData("--at event:77", "type --at event:5 or --at end")]
    [InlineData("--at tim:5", "did you mean --at \"time:5\"?")]
    [InlineData("--view irq", "did you mean --view irqs?")]
    [InlineData("--view irqs,", "the views are cpus, irqs, remap, msix, matrix")]
    [InlineData("--irq x", "an interrupt is a number")]
    [InlineData("--cpu -1", "a CPU is a number")]
    [InlineData("--cpu 70000", "a CPU is a number")]
    [InlineData("--format sarif", "the formats here are text, json")]
    [InlineData("--format jsn", "did you mean --format json?")]
    public void Wrong_values_say_what_to_type(string options, string says)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run(["state", cli.File, .. options.Split(' ')]));
        Assert.Contains(says, cli.Error, StringComparison.Ordinal);
        Assert.Equal("", cli.Out);
    }

    [Fact]
    public void A_position_that_may_have_been_lost_comes_with_the_loss()
    {
        (int code, string output, string error) = RealCli.RunOn(
            "irqs 1\n@sealed\n1.0 0 handler_entry irq=5 name=a\n1.1 0 handler_exit irq=5 ret=1\n",
            "state", "--at", "event:9");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("DATA LOSS: text cut short", error, StringComparison.Ordinal);
        Assert.Contains("the last event of the recording is number 1", error, StringComparison.Ordinal);
    }

    [Fact]
    public void One_cpu_brings_only_the_interrupts_on_it()
    {
        using var cli = new Fakes.Cli { Session = new FakeSession { Describe = SampleState.Full } };
        Assert.Equal(0, cli.Run("state", cli.File, "--cpu", "1", "--format", "json"));
        Assert.Contains("\"irq\":26,\"name\"", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\"irq\":24,\"name\"", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\"cpu\":0,\"online\"", cli.Out, StringComparison.Ordinal);
    }
}
