using System;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Machines;
using Replay.Formats.Text;
using Xunit;

namespace Replay.Formats.Tests.Text;

public class EventsDocumentTests
{
    [Fact]
    public void Committed_document_is_what_the_schema_says()
    {
        string path = Path.Combine(FindRoot(), "docs", "EVENTS.md");
        string text = EventsDocument.Build();
        if (Environment.GetEnvironmentVariable("IRQREPLAY_GOLDEN") == "update") File.WriteAllText(path, text);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Fact]
    public void Example_lines_read_without_a_complaint()
    {
        string[] blocks = EventsDocument.Build().Split("```\n");
        var text = new StringBuilder("irqs 1\n");
        for (int i = 1; i < blocks.Length; i += 2) text.Append(blocks[i]);
        using TextRecording recording = TextSamples.OpenText(text.ToString());
        TextSamples.ReadAll(recording);
        Assert.Empty(recording.Report.Entries);
        Assert.Equal(EventSchema.All.Count, recording.Info.EventCount);
    }

    [Fact]
    public void Example_of_the_format_document_reads_without_a_complaint()
    {
        string document = File.ReadAllText(Path.Combine(FindRoot(), "src", "Replay.Formats", "Text", "TEXT.md"));
        string file = Path.GetTempFileName();
        int examples = 0, machines = 0;
        foreach (string block in document.Split("```"))
        {
            if (!block.StartsWith("irqs\n", StringComparison.Ordinal)) continue;
            File.WriteAllText(file, block["irqs\n".Length..]);
            MachineDirectory? directory = MachineDirectory.Read(file);
            machines += directory?.Names.Count ?? 0;
            for (int i = 0; i < (directory?.Names.Count ?? 1); i++)
            {
                using Recording recording = directory is null ? TextRecording.Open(file) : directory.Open(i);
                while (recording.TryReadBatch(out _))
                {
                }
                Assert.Empty(recording.Report.Entries);
                Assert.True(recording.Info.EventCount > 0);
            }
            examples++;
        }
        File.Delete(file);
        Assert.True(examples >= 2);
        Assert.Equal(2, machines);
    }

    [Fact]
    public void Filters_of_the_format_document_parse()
    {
        string document = File.ReadAllText(Path.Combine(FindRoot(), "src", "Replay.Formats", "Text", "TEXT.md"));
        int filters = 0;
        foreach (string line in document.Split('\n'))
        {
            if (!line.StartsWith("| `", StringComparison.Ordinal)
                || !line.EndsWith("| filter |", StringComparison.Ordinal))
                continue;
            string expression = line[3..line.IndexOf('`', 3)];
            Assert.True(EventFilter.TryParse(expression, out _, out string error), $"{expression}: {error}");
            filters++;
        }
        Assert.True(filters >= 8);
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "IrqReplay.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests run outside the repository");
    }
}
