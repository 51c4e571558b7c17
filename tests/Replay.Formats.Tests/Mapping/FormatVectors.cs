using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Replay.Formats.Ftrace;

namespace Replay.Formats.Tests.Mapping;

/// <summary>
/// Real format files as the tests need them; a small reader of its own, so that product code cannot vouch for itself.
/// </summary>
internal static class FormatVectors
{
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Formats of one committed file, by <c>system:name</c>.</summary>
    public static Dictionary<string, EventFormat> Load(string file) =>
        Parse(File.ReadAllText(Path.Combine(RepositoryRoot, "tests", "Vectors", "formats", file)), "");

    /// <summary>Reads format texts; a line <c>system: NAME</c> before one sets its group.</summary>
    public static Dictionary<string, EventFormat> Parse(string text, string system)
    {
        Dictionary<string, EventFormat> formats = new(StringComparer.Ordinal);
        string name = "";
        int id = 0;
        List<FieldFormat> fields = [];
        foreach (string line in (text + "\nname: end").Split('\n'))
        {
            if (line.StartsWith("name: ", StringComparison.Ordinal))
            {
                Finish();
                name = line[6..].Trim();
            }
            else if (line.StartsWith("system: ", StringComparison.Ordinal))
            {
                Finish();
                system = line[8..].Trim();
            }
            else if (line.StartsWith("ID: ", StringComparison.Ordinal)) id = Number(line[4..]);
            else if (line.StartsWith("\tfield:", StringComparison.Ordinal)) fields.Add(Field(line));
        }
        return formats;

        void Finish()
        {
            var format = new EventFormat(system, name, id, fields);
            if (name.Length > 0) formats.TryAdd(format.FullName, format);
            name = "";
            fields = [];
        }
    }

    private static FieldFormat Field(string line)
    {
        string[] parts = line.Trim().Split(';');
        string declaration = parts[0]["field:".Length..].Trim();
        int offset = Number(parts[1].Split(':')[1]), size = Number(parts[2].Split(':')[1]);
        bool signed = Number(parts[3].Split(':')[1]) != 0;
        int bracket = declaration.EndsWith(']') ? declaration.LastIndexOf('[') : -1;
        string elements = bracket < 0 ? "" : declaration[(bracket + 1)..^1];
        string body = bracket < 0 ? declaration : declaration[..bracket];
        int space = body.LastIndexOf(' ');
        string name = body[(space + 1)..], type = body[..space];
        FieldStorage storage = FieldStorage.Integer;
        int elementSize = 0;
        if (type.StartsWith("__data_loc", StringComparison.Ordinal)) storage = FieldStorage.DataLoc;
        else if (type.StartsWith("__rel_loc", StringComparison.Ordinal)) storage = FieldStorage.RelLoc;
        else if (type.EndsWith('*')) storage = FieldStorage.Pointer;
        else if (bracket >= 0 && type.EndsWith("char", StringComparison.Ordinal)) storage = FieldStorage.FixedText;
        else if (bracket >= 0)
        {
            storage = FieldStorage.IntegerArray;
            elementSize = elements.Length == 0 ? 1 : size / Number(elements);
        }
        return new FieldFormat(name, type, offset, size, signed, storage, elementSize);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "IrqReplay.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("IrqReplay.sln is above none of the test's folders.");
    }
}
