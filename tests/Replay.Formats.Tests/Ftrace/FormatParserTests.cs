using System.Text;
using Replay.Formats.Ftrace;
using Xunit;

namespace Replay.Formats.Tests.Ftrace;

public sealed class FormatParserTests
{
    private const string Entry =
        "name: irq_handler_entry\nID: 139\nformat:\n"
        + "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
        + "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
        + "\tfield:int irq;\toffset:8;\tsize:4;\tsigned:1;\n"
        + "\tfield:__data_loc char[] name;\toffset:12;\tsize:4;\tsigned:0;\n\n"
        + "print fmt: \"irq=%d name=%s field: x;\", REC->irq, __get_str(name)\n";

    [Fact]
    public void A_format_gives_its_name_number_and_fields()
    {
        EventFormat format = FormatParser.Parse(Encoding.UTF8.GetBytes(Entry), "irq", 8, out string error)!;
        Assert.Equal("", error);
        Assert.Equal("irq:irq_handler_entry", format.FullName);
        Assert.Equal(139, format.Id);
        Assert.Equal(4, format.Fields.Count);
        Assert.Equal(new FieldFormat("irq", "int", 8, 4, true, FieldStorage.Integer, 0), format.FindField("irq"));
        Assert.Equal(
            new FieldFormat("name", "__data_loc char[]", 12, 4, false, FieldStorage.DataLoc, 0),
            format.FindField("name"));
        Assert.True(format.FindField("name")!.IsText);
    }

    [Theory]
    [InlineData("int irq", 4, FieldStorage.Integer, 0, "irq")]
    [InlineData("bool reserved", 1, FieldStorage.Integer, 0, "reserved")]
    [InlineData("enum hrtimer_mode mode", 4, FieldStorage.Integer, 0, "mode")]
    [InlineData("char comm[16]", 16, FieldStorage.FixedText, 0, "comm")]
    [InlineData("char[16] comm", 16, FieldStorage.FixedText, 0, "comm")]
    [InlineData("char comm[TASK_COMM_LEN]", 16, FieldStorage.FixedText, 0, "comm")]
    [InlineData("char buf[]", 0, FieldStorage.FixedText, 0, "buf")]
    [InlineData("char buf", 0, FieldStorage.FixedText, 0, "buf")]
    [InlineData("const char * action", 8, FieldStorage.Pointer, 0, "action")]
    [InlineData("__attribute__((btf_type_tag(\"user\"))) const char *file", 8, FieldStorage.Pointer, 0, "file")]
    [InlineData("__data_loc unsigned long[] mask", 4, FieldStorage.DataLoc, 0, "mask")]
    [InlineData("__data_loc char[] old", 2, FieldStorage.Opaque, 0, "old")]
    [InlineData("__rel_loc char[] name", 4, FieldStorage.RelLoc, 0, "name")]
    [InlineData("unsigned long args[6]", 48, FieldStorage.IntegerArray, 8, "args")]
    [InlineData("u32 header[4]", 16, FieldStorage.IntegerArray, 4, "header")]
    [InlineData("u8 matrix[2][3]", 6, FieldStorage.IntegerArray, 1, "matrix")]
    [InlineData("u32 buf[]", 0, FieldStorage.Opaque, 0, "buf")]
    [InlineData("struct list_head x", 8, FieldStorage.Opaque, 0, "x")]
    [InlineData("made_up_t x", 12, FieldStorage.Opaque, 0, "x")]
    [InlineData("unsigned int graph_ent.depth", 4, FieldStorage.Integer, 0, "graph_ent.depth")]
    public void Declarations_are_classified(string declaration, int size, FieldStorage storage,
        int elementSize, string name)
    {
        byte[] line = Encoding.UTF8.GetBytes($"\tfield:{declaration};\toffset:8;\tsize:{size};\tsigned:1;");
        FieldFormat field = FieldParser.Parse(line, 8)!;
        Assert.Equal((name, storage, elementSize, size), (field.Name, field.Storage, field.ElementSize, field.Size));
    }

    [Theory]
    [InlineData("\tfield:int irq;\toffset:-8;\tsize:4;\tsigned:1;")]
    [InlineData("\tfield:int irq;\toffset:8;\tsize:99999999999;\tsigned:1;")]
    [InlineData("\tfield:int irq;\toffset:2000000;\tsize:4;\tsigned:1;")]
    [InlineData("\tfield:int irq;\tsize:4;\tsigned:1;")]
    [InlineData("\tfield:;\toffset:8;\tsize:4;\tsigned:1;")]
    [InlineData("\tfield int irq")]
    [InlineData("\tfield:int x]]];\toffset:8;\tsize:4;")]
    [InlineData("")]
    public void Lines_that_make_no_sense_are_not_fields(string line) =>
        Assert.Null(FieldParser.Parse(Encoding.UTF8.GetBytes(line), 8));

    [Fact]
    public void Without_signed_the_declaration_decides()
    {
        Assert.True(FieldParser.Parse("\tfield:int irq;\toffset:8;\tsize:4;"u8, 8)!.IsSigned);
        Assert.False(FieldParser.Parse("\tfield:unsigned int irq;\toffset:8;\tsize:4;"u8, 8)!.IsSigned);
    }

    [Fact]
    public void Arrays_of_long_have_the_recorded_kernels_size()
    {
        FieldFormat field = FieldParser.Parse("\tfield:unsigned long args[6];\toffset:8;\tsize:24;"u8, 4)!;
        Assert.Equal((FieldStorage.IntegerArray, 4), (field.Storage, field.ElementSize));
    }

    [Theory]
    [InlineData("ID: 5\nformat:\n", "no name")]
    [InlineData("name: x\nformat:\n", "no ID")]
    [InlineData("name: x\nID: 5\nformat:\n\tfield:int x;\toffset:y;\n", "a field line that cannot be read")]
    [InlineData("", "no name")]
    public void Formats_that_cannot_be_used_say_why(string text, string expected)
    {
        Assert.Null(FormatParser.Parse(Encoding.UTF8.GetBytes(text), "s", 8, out string error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Thousands_of_fields_are_refused()
    {
        var text = new StringBuilder("name: x\nID: 5\n");
        for (int i = 0; i <= FormatParser.FieldsMax; i++) text.Append("\tfield:int x;\toffset:8;\tsize:4;\n");
        Assert.Null(FormatParser.Parse(Encoding.UTF8.GetBytes(text.ToString()), "s", 8, out string error));
        Assert.Equal("too many fields", error);
    }

    [Theory]
    [InlineData("name: x\nID: 77\nformat:\n", true, 77)]
    [InlineData("name: x\nID: -1\nformat:\n", false, 0)]
    [InlineData("name: x\nformat:\nID: 5\n", false, 0)]
    [InlineData("", false, 0)]
    public void The_number_is_found_without_the_rest(string text, bool found, int id)
    {
        Assert.Equal(found, FormatParser.TryReadId(Encoding.UTF8.GetBytes(text), out int value));
        if (found) Assert.Equal(id, value);
    }

    [Theory]
    [InlineData("irq:*", "irq:irq_handler_entry", true)]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("irq:*entry", "irq:irq_handler_entry", true)]
    [InlineData("irq:*entry", "irq:irq_handler_entry_x", false)]
    [InlineData("*_entry*", "irq:irq_handler_entry_x", true)]
    [InlineData("a*b*c", "aXbXbXc", true)]
    [InlineData("a*b*c", "aXbXbX", false)]
    [InlineData("irq:irq", "irq:irq_", false)]
    public void Patterns_match_whole_names(string pattern, string name, bool expected) =>
        Assert.Equal(expected, NamePattern.IsMatch(pattern, name));
}
