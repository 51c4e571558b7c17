using System;
using System.Collections.Generic;
using System.IO;
using Replay.Formats.Machines;

namespace Replay.Cli.Machines;

/// <summary>
/// What <c>convert</c> is given to make one file of: <c>FILE</c> or <c>NAME=FILE</c>, each of them one machine or more.
/// </summary>
internal static class MachineInputs
{
    /// <summary>Splits <c>NAME=FILE</c>; what is a file as a whole has no name in front.</summary>
    public static (string? Name, string File) Split(string input)
    {
        int sign = input.IndexOf('=', StringComparison.Ordinal);
        bool isWhole = sign <= 0 || File.Exists(input) || Directory.Exists(input);
        return isWhole ? (null, input) : (input[..sign], input[(sign + 1)..]);
    }

    /// <summary>The machines of all inputs under the names that the output will have.</summary>
    /// <exception cref="UsageException">A name is missing, wrong, or taken twice; or there are too many.</exception>
    public static List<MachineSource> Name(IReadOnlyList<string> inputs,
        Func<string, IReadOnlyList<MachineSource>> sources)
    {
        var machines = new List<MachineSource>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (string input in inputs)
        {
            (string? name, string file) = Split(input);
            IReadOnlyList<MachineSource> found = sources(file);
            if (name is not null && found.Count > 1)
                throw new UsageException($"convert {input}: "
                    + $"{file} holds {found.Count} machines that have names of their own; give it without one");
            foreach (MachineSource source in found)
            {
                MachineSource named = source with { Name = name ?? source.Recording.Machine ?? NameOf(file) };
                if (!MachineNames.IsValid(named.Name))
                    throw new UsageException($"convert {input}: \"{PlainText.Clean(named.Name)}\" cannot be "
                        + $"a machine's name; expected {MachineNames.Rule}");
                if (!names.Add(named.Name))
                    throw new UsageException(
                        $"convert {input}: there is a machine {named.Name} already; give another name: other={file}");
                machines.Add(named);
            }
        }
        if (machines.Count > MachineNames.MachinesMax)
            throw new UsageException(
                $"convert: {machines.Count} machines; a file holds at most {MachineNames.MachinesMax}");
        return machines;
    }

    private static string NameOf(string file)
    {
        if (file == "-")
            throw new UsageException("convert -: standard input as one of several machines needs a name: host=-");
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(file));
        if (name.EndsWith(".zst", StringComparison.Ordinal)) name = name[..^4];
        return Path.GetFileNameWithoutExtension(name);
    }
}
