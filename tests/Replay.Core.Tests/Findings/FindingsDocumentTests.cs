using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;
using System.Text;
using Replay.Core.Findings;
using Xunit;

namespace Replay.Core.Tests.Findings;

public class FindingsDocumentTests
{
    [Fact]
    public void FINDINGS_md_says_what_the_catalog_says()
    {
        string path = Path.GetFullPath(Path.Combine(Folder(), "..", "..", "..", "docs", "FINDINGS.md"));
        string expected = Build();
        if (Environment.GetEnvironmentVariable("IRQREPLAY_GOLDEN") == "update") File.WriteAllText(path, expected);
        Assert.Equal(expected, File.ReadAllText(path));
    }

    [Fact]
    public void Every_code_has_one_row_and_one_name()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        int previous = 0;
        foreach (FindingInfo info in FindingCatalog.All)
        {
            Assert.True((int)info.Code > previous, info.Id + " is out of order");
            Assert.True(names.Add(info.Name), info.Name + " is there twice");
            Assert.Same(info, FindingCatalog.Get(info.Code));
            Assert.Same(info, FindingCatalog.Find(info.Id));
            previous = (int)info.Code;
        }
        Assert.Equal(Enum.GetValues<FindingCode>().Length, FindingCatalog.All.Count);
        Assert.Null(FindingCatalog.Find("IRQ999"));
    }

    private static string Folder([CallerFilePath] string caller = "") => Path.GetDirectoryName(caller)!;

    private static string Build()
    {
        var text = new StringBuilder(
            """
            # Findings

            Every code with its usual severity. A finding names the event where it shows and the event to blame; codes are
            stable. Critical: interrupts lost for ever, or the machine at risk. Major: an interrupt lost once, an operation
            refused, a wrong CPU for ever. Minor: no effect that lasts. Note: context.

            """);
        foreach (FindingInfo info in FindingCatalog.All)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"\n## {info.Id} {info.Name} ({info.Severity.ToString().ToLowerInvariant()})\n\n");
            text.Append(CultureInfo.InvariantCulture, $"{info.Meaning}\n\n");
            text.Append(CultureInfo.InvariantCulture, $"- Look at: {info.LookNext}\n- Source: {info.Source}\n");
        }
        return text.ToString();
    }
}
