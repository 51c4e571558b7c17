using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Replay.Cli.Machines;
using Replay.Core.Checkpoints;
using Replay.Core.State;
using Replay.Formats;
using Replay.Formats.Checkpoints;
using Replay.Formats.Sidecar;

namespace Replay.Cli.Checkpoints;

/// <summary>
/// The checkpoints of one recording, of one kind and under one choice of rules: beside the recording, or in the user's
/// cache where its folder cannot be written to.
/// </summary>
internal sealed class CheckpointStore : IDisposable
{
    private readonly RecordingName _name;
    private readonly CheckpointKind _kind;
    private readonly CheckpointKey _key;
    private readonly CliHost _host;
    private readonly bool _isAsked;
    private readonly bool _isLong;
    private CheckpointFile? _open;
    private bool _hasOthers;

    /// <param name="name">The recording.</param>
    /// <param name="kind">Whose states they are.</param>
    /// <param name="identity">Which recording it is.</param>
    /// <param name="rules">What shapes the states besides the recording: the rules' text, as a rule.</param>
    /// <param name="isAsked">The user wants some.</param>
    /// <param name="isLong">The recording is long enough to be worth some anyway.</param>
    /// <param name="host">Where notes go.</param>
    public CheckpointStore(
        RecordingName name, CheckpointKind kind, RecordingIdentity identity, string rules, bool isAsked, bool isLong,
        CliHost host)
    {
        _name = name;
        _kind = kind;
        _key = new CheckpointKey(identity, kind.Name, rules, ProductId);
        _isAsked = isAsked;
        _isLong = isLong;
        _host = host;
    }

    /// <summary>
    /// True when checkpoints are to be made. Unasked, good ones under other rules or mappings are not replaced.
    /// </summary>
    public bool Makes => _isAsked || (_isLong && !_hasOthers);

    /// <summary>What is saved; null when nothing is, or nothing that fits. Says why not.</summary>
    public CheckpointDirectory? Directory { get; private set; }

    /// <summary>State depends on the code that models it, too: the build stands for that.</summary>
    private static string ProductId { get; } =
        $"{typeof(MachineState).Module.ModuleVersionId:N}{typeof(Recording).Module.ModuleVersionId:N}";

    /// <summary>Looks for saved checkpoints. What is there and does not fit is said once and then ignored.</summary>
    public void Open()
    {
        foreach (string path in Places())
        {
            if (!File.Exists(path)) continue;
            try
            {
                _open = new CheckpointFile(path);
                if (WhyNot(_open.Directory.Key) is not { } why)
                {
                    Directory = _open.Directory;
                    return;
                }
                Close();
                Say($"{path} is not used: {why}");
            }
            catch (CheckpointException e)
            {
                Say($"{path} is not used: {e.Message}");
            }
        }
    }

    /// <summary>
    /// Puts a fresh session and its recording to a checkpoint; false when the recording is not what it was.
    /// </summary>
    /// <exception cref="CheckpointException">What was saved cannot be used.</exception>
    public bool TryResume(Checkpoint at, Recording recording, CheckpointedSession session)
    {
        Resume(at, recording, session);
        return Directory!.Key.Recording.ModifiedTicks == _key.Recording.ModifiedTicks || recording.IsUndamagedBefore();
    }

    /// <summary>
    /// As <see cref="TryResume"/>, for who reads what lies before the checkpoint himself. May be called on any thread.
    /// </summary>
    /// <exception cref="CheckpointException">What was saved cannot be used.</exception>
    public void Resume(Checkpoint at, Recording recording, CheckpointedSession session)
    {
        StateCodec.Load(Read(at), archive =>
        {
            recording.Transfer(archive);
            session.Transfer(archive);
        });
        if (session.EventCount != at.Events
            || (recording.EventsRead != at.Events && recording.Report.Entries.Count == 0))
        {
            throw new CheckpointException(string.Create(CultureInfo.InvariantCulture,
                $"expected the state after {at.Events} events, found {session.EventCount}, "
                + $"and {recording.EventsRead} in the recording"));
        }
    }

    /// <summary>The saved state of a checkpoint. May be called on any thread.</summary>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    public byte[] Read(Checkpoint at) => _open!.Read(at.State);

    /// <summary>Adds the saved findings of some pieces to a session's. May be called on any thread.</summary>
    /// <exception cref="CheckpointException">They are damaged.</exception>
    public void LoadFindings(int from, int to, CheckpointedSession session)
    {
        for (int i = from; i < to; i++)
        {
            byte[] some = _open!.Read(Directory!.Findings[i]);
            StateCodec.Load(some, archive => session.TransferFindings(archive, session.FindingsMark));
        }
    }

    /// <summary>What is saved turned out to be wrong: from now on there is nothing.</summary>
    public void Forget()
    {
        Close();
        Directory = null;
    }

    /// <summary>A set of checkpoints to add to: empty, or all those that are saved.</summary>
    /// <exception cref="CheckpointException">One of those is damaged.</exception>
    public CheckpointBuilder Build(bool goesOn) => goesOn
        ? new CheckpointBuilder(_key, _open!) : new CheckpointBuilder(_key);

    /// <summary>Writes a set of checkpoints; where that is not possible it is said, and nothing else changes.</summary>
    public void Write(CheckpointBuilder builder, bool isTold)
    {
        Close();
        string? reason = null;
        foreach (string path in Places())
        {
            reason = WriteTo(path, builder);
            if (reason is not null) continue;
            if (isTold) Say($"checkpoints are in {path}: {Use}");
            return;
        }
        Say($"no checkpoints were written: {reason}");
    }

    /// <summary>Says something beside the results.</summary>
    public void Say(string text) => _host.Error.WriteLine("irqreplay: note: " + PlainText.Clean(text));

    public void Dispose() => Close();

    private void Close()
    {
        _open?.Dispose();
        _open = null;
    }

    private string Use => _kind == CheckpointKind.Verifier
        ? "lanes of the next \"verify\" share the stretches between them" : "\"state --at\" begins at the nearest one";

    private string? WhyNot(CheckpointKey found)
    {
        if (!found.Recording.IsSameContent(_key.Recording))
            return "the recording was changed since; --checkpoints makes new ones";
        if (found.Product != _key.Product) return "another version of irqreplay made it; --checkpoints makes new ones";
        if (found.Kind != _key.Kind) return $"it holds states of the {found.Kind}, not of the {_key.Kind}";
        string? why = found.Recording.Reading != _key.Recording.Reading ? "it was made with another --map or --ignore"
            : found.Rules != _key.Rules ? $"it was made with --rules {found.Rules}" : null;
        _hasOthers = why is not null;
        return why;
    }

    private static string? WriteTo(string path, CheckpointBuilder builder)
    {
        try
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var output = new OutputFile(path);
            using (var stream = new FileStream(output.TemporaryPath, FileMode.Create, FileAccess.Write))
                builder.Write(stream);
            output.Commit();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UsageException)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Beside the recording first; in the cache under the recording's digest. A machine's name may hold what
    /// names of files must not.
    /// </summary>
    private IEnumerable<string> Places()
    {
        string full = Path.GetFullPath(_name.File);
        yield return full + (_name.Machine is { } machine ? "@" + Uri.EscapeDataString(machine) : "") + _kind.Extension;
        string? cache = _host.Variable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache) && _host.Variable("HOME") is { Length: > 0 } home)
            cache = Path.Combine(home, ".cache");
        if (string.IsNullOrEmpty(cache) || !Path.IsPathRooted(cache)) yield break;
        yield return Path.Combine(cache, "irqreplay", string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(full)}-{_key.Recording.Digest:x16}{_kind.Extension}"));
    }
}
