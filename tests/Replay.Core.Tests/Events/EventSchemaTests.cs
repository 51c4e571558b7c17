using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;
using Replay.Core.Events;
using Xunit;

namespace Replay.Core.Tests.Events;

public partial class EventSchemaTests
{
    public static TheoryData<string> Kinds
    {
        get
        {
            var data = new TheoryData<string>();
            foreach (EventKindInfo info in EventSchema.All) data.Add(info.Name);
            return data;
        }
    }

    [Fact]
    public void Every_kind_of_the_enum_has_one_row_but_the_two_that_are_no_events()
    {
        foreach (EventKind kind in Enum.GetValues<EventKind>())
        {
            bool isEvent = kind is not (EventKind.Invalid or EventKind.Extension);
            Assert.Equal(isEvent, EventSchema.Find(kind) is not null);
        }
        Assert.Equal(Enum.GetValues<EventKind>().Length - 2, EventSchema.All.Count);
        Assert.Null(EventSchema.Find((EventKind)199));
        Assert.Null(EventSchema.Find("no_such_kind"));
    }

    [Fact]
    public void Rows_are_in_the_order_of_their_numbers_and_found_by_name_and_number()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        int last = 0;
        foreach (EventKindInfo info in EventSchema.All)
        {
            Assert.True((byte)info.Kind > last, info.Name);
            last = (byte)info.Kind;
            Assert.True(names.Add(info.Name), info.Name);
            Assert.Same(info, EventSchema.Find(info.Kind));
            Assert.Same(info, EventSchema.Find(info.Name.AsSpan()));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Names_are_plain_words_and_meanings_are_sentences(string name)
    {
        EventKindInfo info = EventSchema.Find(name)!;
        Assert.Matches(PlainWord(), info.Name);
        // Raw lines of unknown kinds start so; a kind of that name could not be told from them.
        Assert.DoesNotMatch(RawName(), info.Name);
        Assert.True(info.Meaning.EndsWith('.') && char.IsUpper(info.Meaning[0]), info.Meaning);
        var names = new HashSet<string>(StringComparer.Ordinal);
        Assert.True(info.Operands.Length <= EventSchema.OperandsMax);
        foreach (EventOperand operand in info.Operands)
        {
            Assert.Matches(PlainWord(), operand.Name);
            Assert.True(names.Add(operand.Name), operand.Name);
            Assert.Same(operand, info.FindOperand(operand.Name));
        }
        Assert.Null(info.FindOperand("no_such_operand"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Operands_fit_their_slots_and_do_not_overlap(string name)
    {
        EventKindInfo info = EventSchema.Find(name)!;
        ulong[] used = new ulong[6];
        foreach (EventOperand operand in info.Operands)
        {
            int slotBits = operand.Slot switch { OperandSlot.Irq => 32, OperandSlot.Vector => 8, _ => 64 };
            Assert.InRange(operand.Width, 1, slotBits - operand.Shift);
            ulong bits = operand.Mask << operand.Shift;
            Assert.True((used[(int)operand.Slot] & bits) == 0, operand.Name);
            used[(int)operand.Slot] |= bits;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Formats_have_the_widths_that_they_can_hold(string name)
    {
        foreach (EventOperand operand in EventSchema.Find(name)!.Operands)
        {
            switch (operand.Format)
            {
                // Indexes of both tables go to 65535.
                case OperandFormat.Name or OperandFormat.Device: Assert.Equal(16, operand.Width); break;
                case OperandFormat.Text:
                    Assert.Equal((OperandSlot.Irq, 0, 32), (operand.Slot, operand.Shift, operand.Width));
                    Assert.Single(EventSchema.Find(name)!.Operands);
                    break;
                case OperandFormat.Symbol: AssertSymbols(operand); break;
                default: Assert.Empty(operand.Symbols); break;
            }
            if (operand.Name == "irq") Assert.Equal((OperandSlot.Irq, 32), (operand.Slot, operand.Width));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Operand_bits_come_back_and_leave_the_others_alone(string name)
    {
        EventKindInfo info = EventSchema.Find(name)!;
        var random = new Random(info.Kind.GetHashCode());
        IrqEvent record = default, extension = default;
        ulong[] expected = new ulong[info.Operands.Length];
        for (int round = 0; round < 50; round++)
        {
            int changed = expected.Length == 0 ? -1 : random.Next(expected.Length);
            if (changed < 0) break;
            expected[changed] = (ulong)random.NextInt64(long.MinValue, long.MaxValue) & info.Operands[changed].Mask;
            info.Operands[changed].Set(ref record, ref extension, expected[changed]);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], info.Operands[i].Get(record, extension));
        }
        Assert.Equal((0UL, (ushort)0, EventKind.Invalid), (record.TimeNs, record.Cpu, record.Kind));
        if (!info.HasExtension) Assert.Equal((0UL, 0UL), (extension.A, extension.B));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Record_count_follows_from_the_kind(string name)
    {
        EventKindInfo info = EventSchema.Find(name)!;
        var record = new IrqEvent { Kind = info.Kind, Irq = 17 };
        Assert.Equal(info.IsText || info.HasExtension ? 2 : 1, EventSchema.RecordCount(record));
        Assert.Equal(1, EventSchema.RecordCount(new IrqEvent { Kind = (EventKind)199, Irq = 17 }));
    }

    [Fact]
    public void Step_codes_and_their_names_go_together()
    {
        Assert.Equal(Enum.GetValues<KernelStepCode>().Length, KernelSteps.Names.Length);
        Assert.Equal(Enum.GetValues<DeviceStepCode>().Length, DeviceSteps.Names.Length);
        foreach (KernelStepCode code in Enum.GetValues<KernelStepCode>())
            AssertCode(code.ToString(), KernelSteps.Names[(int)code]);
        foreach (DeviceStepCode code in Enum.GetValues<DeviceStepCode>())
            AssertCode(code.ToString(), DeviceSteps.Names[(int)code]);
    }

    private static void AssertCode(string code, string name) =>
        Assert.Equal(code, name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static void AssertSymbols(EventOperand operand)
    {
        Assert.InRange((ulong)operand.Symbols.Length, 1UL, operand.Mask + 1);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string symbol in operand.Symbols)
        {
            // A symbol that reads as a number would come back as that number.
            if (symbol.Length > 0) Assert.Matches(PlainWord(), symbol);
            Assert.True(symbol.Length == 0 || seen.Add(symbol), symbol);
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex PlainWord();

    [GeneratedRegex("^kind_[0-9]+$")]
    private static partial Regex RawName();
}
