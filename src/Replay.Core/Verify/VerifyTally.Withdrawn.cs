using System.Collections.Generic;

namespace Replay.Core.Verify;

/// <content>
/// Disagreements that are open after all, because records turned out to be missing where they were found. The lists of
/// what is kept only grow; a withdrawal is one more list beside them.
/// </content>
public sealed partial class VerifyTally
{
    private readonly List<Withdrawal> _withdrawals = [];

    // Places in the list of those that stand, as far as the lists were followed.
    private readonly List<int> _standing = [];
    private int _followed;
    private int _withdrawalsFollowed;

    /// <summary>
    /// Of the first <paramref name="Count"/> disagreements kept, those from event <paramref name="From"/> on.
    /// </summary>
    private readonly record struct Withdrawal(long From, int Count);

    /// <summary>Event of the last disagreement that is kept and stands; -1 when none does.</summary>
    internal long LastDisagreement
    {
        get
        {
            if (_disagreements.Count == 0) return -1;
            Follow();
            return _standing.Count > 0 ? _disagreements[_standing[^1]].Event : -1;
        }
    }

    /// <summary>
    /// What was said to differ from an event on is open. Those that were counted only, beyond what is kept, stay
    /// counted.
    /// </summary>
    internal void Withdraw(long from, OpenReason reason)
    {
        if (LastDisagreement < from) return;
        for (int i = _standing.Count - 1; i >= 0 && _disagreements[_standing[i]].Event >= from; i--)
        {
            Disagreement disagreement = _disagreements[_standing[i]];
            _disagreed[(int)disagreement.Kind]--;
            Open(disagreement.Event, disagreement.Kind, reason);
        }
        _withdrawals.Add(new Withdrawal(from, _disagreements.Count));
        Follow();
    }

    /// <summary>As <see cref="Withdraw"/>, of the event that was judged last: nothing of it is left.</summary>
    internal void Retract(long index, OpenReason reason)
    {
        while (LastDisagreement == index)
        {
            DecisionKind kind = _disagreements[^1].Kind;
            _disagreements.RemoveAt(_disagreements.Count - 1);
            _standing.RemoveAt(_standing.Count - 1);
            _followed--;
            _disagreed[(int)kind]--;
            Open(index, kind, reason);
        }
    }

    private void Follow()
    {
        for (; _withdrawalsFollowed < _withdrawals.Count; _withdrawalsFollowed++)
        {
            (long from, int count) = _withdrawals[_withdrawalsFollowed];
            // Fewer than that are there where only the later ones were restored.
            for (; _followed < count && _followed < _disagreements.Count; _followed++) _standing.Add(_followed);
            int left = _standing.Count;
            while (left > 0 && _disagreements[_standing[left - 1]].Event >= from) left--;
            _standing.RemoveRange(left, _standing.Count - left);
        }
        for (; _followed < _disagreements.Count; _followed++) _standing.Add(_followed);
    }

    private List<Disagreement> Standing()
    {
        Follow();
        var list = new List<Disagreement>(_standing.Count);
        foreach (int place in _standing) list.Add(_disagreements[place]);
        return list;
    }

    private static List<OpenDecision> InOrder(List<OpenDecision> decisions)
    {
        var places = new List<(long Event, int Place)>(decisions.Count);
        for (int i = 0; i < decisions.Count; i++) places.Add((decisions[i].Event, i));
        places.Sort();
        return places.ConvertAll(place => decisions[place.Place]);
    }
}
