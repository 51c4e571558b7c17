using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using Replay.Formats.Machines;

namespace Replay.Cli;

/// <summary>
/// What paths of one command line lead to, looked at once: standard input gives its bytes once only, and a packed file
/// of several machines is unpacked once.
/// </summary>
internal sealed class InputPaths
{
    public const string StandardInput = "standard input";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, MachineDirectory?> _machines = new(StringComparer.Ordinal);
    private Stream? _input;

    /// <summary>
    /// The machines that a file, or standard input, names; null where it names none. May be called on any thread.
    /// </summary>
    public MachineDirectory? FindMachines(string path, CliHost host)
    {
        lock (_lock)
        {
            if (_machines.TryGetValue(path, out MachineDirectory? found)) return found;
            found = path == "-"
                ? MachineDirectory.Read(host.OpenIn(), StandardInput, out _input)
                : MachineDirectory.Read(path);
            _machines.Add(path, found);
            return found;
        }
    }

    /// <summary>Standard input from its first byte on, where it names no machines.</summary>
    public Stream OpenIn(CliHost host) => Interlocked.Exchange(ref _input, null) ?? host.OpenIn();
}
