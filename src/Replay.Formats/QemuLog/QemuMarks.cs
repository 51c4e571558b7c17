using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace Replay.Formats.QemuLog;

// 3 11.06 snap_boot begin

/// <summary>
/// What the numbers of the guest's markers mean: a file of lines <c>NUMBER SECONDS TEXT</c> that the guest wrote along
/// with the markers, kept as <c>marks.txt</c> beside the log.
/// </summary>
public sealed class QemuMarks
{
    /// <summary>Name of the file beside a log.</summary>
    public const string FileName = "marks.txt";

    // A marker is one byte.
    private const int Numbers = 256, TextMax = 256, LinesMax = 65536;

    private readonly byte[]?[] _texts = new byte[]?[Numbers];

    private QemuMarks()
    {
    }

    /// <summary>No number has a text.</summary>
    public static QemuMarks None => new();

    /// <summary>Reads the file beside a log; lines of another form are passed over, and no file is no text.</summary>
    public static QemuMarks Beside(string? folder)
    {
        if (folder is null) return None;
        string path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path) ? Read(File.ReadLines(path)) : None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return None;
        }
    }

    /// <summary>The marker of a number: <c>MARK 3 snap_boot begin</c>, or <c>MARK 3</c>.</summary>
    public ReadOnlySpan<byte> this[byte number] => _texts[number] ?? NumberOnly(number);

    internal static QemuMarks Read(IEnumerable<string> lines)
    {
        var marks = new QemuMarks();
        int read = 0;
        foreach (string line in lines)
        {
            if (++read > LinesMax) break;
            string[] words = line.Split(' ', 3);
            if (words.Length != 3
                || !uint.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
                || !double.TryParse(words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                continue;
            // More markers than numbers: which of two is meant the log does not tell.
            if (number >= Numbers) return None;
            string text = words[2].Length > TextMax ? words[2][..TextMax] : words[2];
            marks._texts[number] = Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"MARK {number} {text}"));
        }
        return marks;
    }

    private byte[] NumberOnly(byte number) => _texts[number] =
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"MARK {number}"));
}
