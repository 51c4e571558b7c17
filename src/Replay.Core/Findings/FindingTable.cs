using System;
using System.Collections.Generic;

namespace Replay.Core.Findings;

/// <summary>
/// Findings of one replay, in the order in which they showed. At most <see cref="KeptPerCode"/> of a code are kept with
/// their text; all are counted. Those that turn out to rest on missing records are withdrawn.
/// </summary>
public sealed partial class FindingTable
{
    /// <summary>Findings of one code that are kept whole; a storm of one kind must not fill memory, a leak of a few
    /// hundred vectors must be told whole.</summary>
    public const int KeptPerCode = 5000;

    // All that were ever kept: this list and the next only grow, so that a checkpoint holds what is new in them.
    private readonly List<Finding> _all = [];
    private readonly List<Withdrawal> _withdrawals = [];
    private readonly long[] _countByCode = new long[256];

    // Of each code: how many are in _all, and how many are only counted since which event.
    private readonly long[] _keptByCode = new long[256];
    private readonly long[] _unkeptByCode = new long[256];
    private readonly long[] _unkeptSince = new long[256];

    // Latest event of a finding that stands and is not told by a record; -1 when there is none.
    private long _lastOpen = -1;

    // Those of _all that stand; made anew after a withdrawal.
    private readonly List<Finding> _standing = [];
    private int _followed;
    private int _withdrawalsFollowed;

    /// <summary>
    /// Of the first <paramref name="Count"/> findings that were kept, those from event <paramref name="From"/> on that
    /// rest on the state of the machine.
    /// </summary>
    private readonly record struct Withdrawal(long From, int Count);

    /// <summary>Findings with their text.</summary>
    public IReadOnlyList<Finding> Kept
    {
        get
        {
            Follow();
            return _standing;
        }
    }

    /// <summary>All findings, kept or only counted.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// Findings that were withdrawn because records are missing: whether they are right is open.
    /// </summary>
    public long Withdrawn { get; private set; }

    /// <summary>How often findings were withdrawn: what <see cref="Kept"/> gave before is then not its beginning.</summary>
    public int Withdrawals => _withdrawals.Count;

    /// <summary>All findings of a code.</summary>
    public long CountOf(FindingCode code) => _countByCode[(int)code];

    /// <summary>True while a finding of this code would be kept; callers ask before they make its text.</summary>
    public bool WouldKeep(FindingCode code) => _keptByCode[(int)code] < KeptPerCode;

    /// <summary>Counts one, at an event, that is not kept.</summary>
    public void CountOnly(FindingCode code, long eventIndex)
    {
        if (_unkeptByCode[(int)code]++ == 0) _unkeptSince[(int)code] = eventIndex;
        CountOne(code, eventIndex);
    }

    public void Add(Finding finding)
    {
        if (!WouldKeep(finding.Code))
        {
            CountOnly(finding.Code, finding.Event);
            return;
        }
        _all.Add(finding);
        _keptByCode[(int)finding.Code]++;
        CountOne(finding.Code, finding.Event);
    }

    /// <summary>
    /// Records are missing from event <paramref name="from"/> on: what was found since then and rests on the state is
    /// open. Those that are only counted stay counted where some of their code are older.
    /// </summary>
    public void Withdraw(long from)
    {
        if (_lastOpen < from) return;
        Follow();
        int before = _standing.Count;
        _lastOpen = -1;
        foreach (Finding finding in _standing)
        {
            if (IsOpen(finding, from)) Uncount(finding.Code, 1);
            else if (!IsTold(finding.Code)) _lastOpen = Math.Max(_lastOpen, finding.Event);
        }
        for (int code = 0; code < _unkeptByCode.Length; code++)
        {
            if (_unkeptByCode[code] == 0 || _unkeptSince[code] < from || IsTold((FindingCode)code)) continue;
            Uncount((FindingCode)code, _unkeptByCode[code]);
            _unkeptByCode[code] = 0;
        }
        _standing.RemoveAll(finding => IsOpen(finding, from));
        if (_standing.Count == before) return;
        _withdrawals.Add(new Withdrawal(from, _all.Count));
        _withdrawalsFollowed++;
    }

    /// <summary>What a record says by itself, whatever the state of the machine is.</summary>
    private static bool IsTold(FindingCode code) => code is FindingCode.CaptureGap or FindingCode.VectorExhausted
        or FindingCode.RemapFault or FindingCode.InvalidationStalled;

    private static bool IsOpen(Finding finding, long from) => finding.Event >= from && !IsTold(finding.Code);

    private void CountOne(FindingCode code, long eventIndex)
    {
        if (eventIndex > _lastOpen && !IsTold(code)) _lastOpen = eventIndex;
        Count++;
        _countByCode[(int)code]++;
    }

    private void Uncount(FindingCode code, long count)
    {
        Count -= count;
        Withdrawn += count;
        _countByCode[(int)code] -= count;
    }

    /// <summary>Brings the list of those that stand up to date.</summary>
    private void Follow()
    {
        for (; _withdrawalsFollowed < _withdrawals.Count; _withdrawalsFollowed++)
        {
            (long from, int count) = _withdrawals[_withdrawalsFollowed];
            for (; _followed < count && _followed < _all.Count; _followed++) _standing.Add(_all[_followed]);
            _standing.RemoveAll(finding => IsOpen(finding, from));
        }
        for (; _followed < _all.Count; _followed++) _standing.Add(_all[_followed]);
    }
}
