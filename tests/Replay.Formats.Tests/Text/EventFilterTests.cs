using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.Text;
using Xunit;

namespace Replay.Formats.Tests.Text;

public class EventFilterTests
{
    // The digits in the expected column are indexes of these lines.
    private const string Recording = """
        irqs 1
        1.0 0 vector_alloc irq=24 vector=33 ret=-28
        1.5 1 vector_update irq=24 vector=34 cpu=3 prev_vector=33 prev_cpu=2
        2.0 2 handler_entry irq=25 name=nvme0q1
        2.5 3 handler_entry irq=26 name="my irq, 2"
        3.0 0 pcie_flr device=0000:00:03.0
        3.5 1 kernel_step step=syscore_resume value=7
        4.0 2 mark text="move: eth0 done"
        4.5 3 retrigger irq=none
        5.0 0 qi_submit iommu=dmar0 qw0=0x10 qw3=0x7fffffffffffffff
        5.5 1 kind_199 irq=24
        """;

    [Theory]
    [InlineData("kind=vector_*", "01")]
    [InlineData("kind=vector_alloc,mark", "06")]
    [InlineData("kind!=vector_*,handler_*,k*", "4678")]
    [InlineData("kind=kind_199", "9")]
    [InlineData("role=meta", "6")]
    [InlineData("irq=24", "01")]
    [InlineData("irq=24-25", "012")]
    [InlineData("irq=0x18,26", "013")]
    [InlineData("irq!=24", "237")]
    [InlineData("irq=none", "7")]
    [InlineData("not irq=24", "23456789")]
    [InlineData("cpu=0,2-3", "0234678")]
    [InlineData("cpu!=0", "1235679")]
    [InlineData(".cpu=3", "1")]
    [InlineData("time>=4.5", "789")]
    [InlineData("time<1500ms", "0")]
    [InlineData("time=1.5-2.5", "123")]
    [InlineData("time <= 1.5", "01")]
    [InlineData("vector=33", "0")]
    [InlineData("vector>33", "1")]
    [InlineData("prev_cpu=2", "1")]
    [InlineData("ret=-28", "0")]
    [InlineData("ret<0", "0")]
    [InlineData("ret=-30--20", "0")]
    [InlineData("ret>-28", "")]
    [InlineData("ret>=-28", "0")]
    [InlineData("device=0000:00:03.0", "4")]
    [InlineData("device=*:03.*", "4")]
    [InlineData("device!=*:03.*", "")]
    [InlineData("name=nvme*", "2")]
    [InlineData("name=\"my irq, 2\"", "3")]
    [InlineData("name=7-5", "")]
    [InlineData("name=\"\"", "")]
    [InlineData("text=move*done", "6")]
    [InlineData("text=eth0", "")]
    [InlineData("step=syscore_*", "5")]
    [InlineData("step=8", "")]
    [InlineData("step=4", "5")]
    [InlineData("step>=4", "5")]
    [InlineData("iommu=dmar0", "8")]
    [InlineData("qw3=0x7fffffffffffffff", "8")]
    [InlineData("irq=24 cpu=0", "0")]
    [InlineData("irq=24 and cpu=0 or irq=26", "03")]
    [InlineData("irq=24 (cpu=0 or irq=26)", "0")]
    [InlineData("not (irq=24 or time>=2.5)", "2")]
    [InlineData("not not cpu=0", "048")]
    [InlineData("((((kind=mark))))", "6")]
    public void Filter_chooses_the_events_that_satisfy_it(string expression, string expected)
    {
        using TextRecording recording = TextSamples.OpenText(Recording);
        IrqEvent[] events = [.. TextSamples.ReadAll(recording)];
        Assert.DoesNotContain(recording.Report.Entries, e => e.Severity == LossSeverity.DataLoss);
        Assert.True(EventFilter.TryParse(expression, out EventFilter? filter, out string error), error);
        filter.Bind(recording.Tables);
        // Twice: the second pass takes names from the filter's memory.
        for (int pass = 0; pass < 2; pass++) Assert.Equal(expected, Choose(filter, events));
    }

    [Theory]
    [InlineData("", "column 1: a comparison is missing, such as irq=24 or kind=vector_*")]
    [InlineData("irqq=24", "column 1: there is no field or operand \"irqq\"; did you mean \"irq\"?")]
    [InlineData("irq", "column 4: expected one of = != < <= > >= after \"irq\", found nothing")]
    [InlineData("irq=", "column 5: a value is missing")]
    [InlineData("irq=x", "column 5: \"x\" is no value of irq; type a number, a range such as 2-5, or none")]
    [InlineData("irq=1,,2", "column 7: a value is missing")]
    [InlineData("irq=5-2", "column 5: the range is empty")]
    [InlineData("irq<1,2", "column 5: \"<\" compares with one value; a list needs = or !=")]
    [InlineData("irq<1-2", "column 5: \"<\" compares with one number; a range needs = or !=")]
    [InlineData("kind=vector_aloc", "column 6: there is no kind of event \"vector_aloc\"; "
        + "did you mean \"vector_alloc\"?")]
    [InlineData("kind>mark", "column 1: kind is a name: compare it with = or !=")]
    [InlineData("role=big", "column 6: there is no role \"big\"; type stimulus, observation or meta")]
    [InlineData("name<x", "column 1: name is text: compare it with = or !=")]
    [InlineData("cpu=a", "column 5: \"a\" is no CPU; type numbers and ranges such as 0,2-3")]
    [InlineData("time=soon", "column 6: \"soon\" is no time; type seconds such as 1.5")]
    [InlineData("step=syscore_resum", "did you mean \"syscore_resume\"?")]
    [InlineData("name=\"x", "column 6: a text without its closing quote")]
    [InlineData("(irq=1", "column 1: a \"(\" without its \")\"")]
    [InlineData("irq=1)", "column 6: a \")\" without its \"(\"")]
    [InlineData("irq=1 and", "column 10: a comparison is missing")]
    [InlineData("irq=1 or ; rm", "column 10: expected a field such as kind, cpu, time or irq, found \"; rm\"")]
    public void Wrong_filter_says_where_and_what_to_type(string expression, string expected)
    {
        Assert.False(EventFilter.TryParse(expression, out EventFilter? filter, out string error));
        Assert.Null(filter);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_and_long_lists_are_not()
    {
        Assert.False(EventFilter.TryParse(new string('(', 100_000) + "irq=1", out _, out string error));
        Assert.Contains("nested too deeply", error, StringComparison.Ordinal);
        string right = string.Concat(System.Linq.Enumerable.Repeat("irq=1 or (", 100)) + "irq=2" + new string(')', 100);
        Assert.False(EventFilter.TryParse(right, out _, out error));
        Assert.Contains("nested too deeply", error, StringComparison.Ordinal);
        string flat = string.Join(" or ", System.Linq.Enumerable.Repeat("irq=1", 5000)) + " or irq=24";
        Assert.True(EventFilter.TryParse(flat, out EventFilter? filter, out error), error);
        Assert.True(filter.Matches([new() { Kind = EventKind.FreeIrq, Irq = 24 }]));
    }

    [Fact]
    public void No_operand_is_text_in_one_kind_and_a_number_in_another()
    {
        var isText = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (EventKindInfo info in EventSchema.All)
        {
            foreach (EventOperand operand in info.Operands)
            {
                bool text = operand.Format is OperandFormat.Name or OperandFormat.Device or OperandFormat.Text;
                Assert.Equal(text, isText.TryGetValue(operand.Name, out bool known) ? known : text);
                isText[operand.Name] = text;
            }
        }
    }

    [Fact]
    public void Names_compared_before_the_tables_are_known_are_our_bug()
    {
        Assert.True(EventFilter.TryParse("name=x", out EventFilter? filter, out _));
        Assert.Throws<InvalidOperationException>(() => filter.Matches([new() { Kind = EventKind.HandlerEntry }]));
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        using TextRecording recording = TextSamples.OpenText(Recording);
        IrqEvent[] events = [.. TextSamples.ReadAll(recording)];
        Assert.True(EventFilter.TryParse("name=nvme* or text=*e* (irq=1 or not device=x) or step=syscore_*",
            out EventFilter? filter, out _));
        filter.Bind(recording.Tables);
        int matched = Count(filter, events);
        Assert.Equal(0, AllocatedBytes.LeastOf(() =>
        {
            for (int i = 0; i < 1000; i++) matched -= Count(filter, events);
        }));
        Assert.True(matched < 0);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("*", "", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    [InlineData("**x", "x", true)]
    [InlineData("abc", "ab", false)]
    [InlineData("ab", "abc", false)]
    public void Star_stands_for_any_run(string pattern, string text, bool expected) =>
        Assert.Equal(expected, Wildcard.Matches(pattern, text, '*'));

    private static string Choose(EventFilter filter, IrqEvent[] events)
    {
        using var chosen = new StringWriter();
        int number = 0;
        for (int i = 0; i < events.Length; number++)
        {
            int count = EventSchema.RecordCount(events[i]);
            if (filter.Matches(events.AsSpan(i, count))) chosen.Write(number);
            i += count;
        }
        return chosen.ToString();
    }

    private static int Count(EventFilter filter, IrqEvent[] events)
    {
        int matched = 0;
        for (int i = 0; i < events.Length;)
        {
            int count = EventSchema.RecordCount(events[i]);
            if (filter.Matches(events.AsSpan(i, count))) matched++;
            i += count;
        }
        return matched;
    }
}
