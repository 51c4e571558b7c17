using System;
using System.Threading;

namespace Replay.Formats.Lanes;

// slot      0        1        2        3        4 …            capacity: a power of two
//           taken    taken    filled   filled   free
//                             ^Taken            ^Filled        both only rise; slot = cursor & mask
//
// One producer, one consumer. The slots are objects that are made once: what goes round is the right to touch one.
//   producer  TryClaim: Filled - Taken < capacity, then slot Filled is its own to write.   Publish: Filled + 1.
//   consumer  TryTake:  Taken < Filled, then slot Taken is its own to read.                Release: Taken + 1.
// A cursor is written by one side only. It is stored with release after the slot's contents were written (or were
// read for the last time) and loaded with acquire before they are touched, so whoever sees the cursor sees the slot as
// it was left. Each side keeps the other's cursor as it saw it last and looks again only when that does not suffice:
// the cache line goes over once a few slots, not once a slot.
//
// Who is the producer may change, if one hands over to the next with a fence of its own. So may the consumer.
//
// Waiting: some spins, since the other side needs microseconds a slot, then sleep at a gate (LaneGate says why no
// wake-up is lost). The end: Complete (by the producer) lets the consumer take what is there and then get false.
// Stop (by the consumer) makes the producer's next claim fail, at once, even where there is room.

/// <summary>
/// A bounded ring of reused slots between one producer and one consumer. Moves nothing but two
/// cursors, allocates nothing.
/// </summary>
/// <typeparam name="T">A slot; both sides keep nothing of it past Publish and Release.</typeparam>
internal sealed class LaneRing<T>
    where T : class
{
    private readonly T[] _slots;
    private readonly int _mask;
    private readonly LaneHook? _hook;
    private readonly LaneGate _producers;
    private readonly LaneGate _consumers;
    private LaneCursors _cursors; // mutable struct: never readonly

    /// <param name="capacity">Slots, a power of two.</param>
    /// <param name="makeSlot">Makes one; called <paramref name="capacity"/> times, here.</param>
    /// <param name="producers">Where a producer sleeps; rings may share it.</param>
    /// <param name="consumers">Where a consumer sleeps; rings may share it.</param>
    /// <param name="hook">Called at each step, for tests of odd schedules; null in real runs.</param>
    public LaneRing(int capacity, Func<T> makeSlot, LaneGate producers, LaneGate consumers, LaneHook? hook = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(capacity & (capacity - 1), 0, nameof(capacity));
        _slots = new T[capacity];
        for (int i = 0; i < capacity; i++) _slots[i] = makeSlot();
        _mask = capacity - 1;
        _producers = producers;
        _consumers = consumers;
        _hook = hook;
    }

    /// <summary>All slots, for whoever ends the ring; nobody else runs then.</summary>
    public ReadOnlySpan<T> Slots => _slots;

    /// <summary>True when the consumer wants no more. Any thread.</summary>
    public bool IsStopped => Volatile.Read(ref _cursors.Stopped);

    /// <summary>
    /// True when there is a free slot. Any thread; for others than the producer it may be over at once.
    /// </summary>
    public bool HasRoom => Volatile.Read(ref _cursors.Filled) - Volatile.Read(ref _cursors.Taken) <= _mask;

    /// <summary>
    /// True when there is a filled slot. Any thread; for others than the consumer it may be over at once.
    /// </summary>
    public bool HasFilled => Volatile.Read(ref _cursors.Filled) > Volatile.Read(ref _cursors.Taken);

    /// <summary>Producer: the next free slot, or false when there is none now or the ring is stopped.</summary>
    public bool TryClaim(out T slot)
    {
        _hook?.Invoke(LaneStep.Claim);
        slot = _slots[_cursors.Filled & _mask];
        if (IsStopped) return false;
        if (_cursors.Filled - _cursors.TakenSeen <= _mask) return true;
        _cursors.TakenSeen = Volatile.Read(ref _cursors.Taken);
        return _cursors.Filled - _cursors.TakenSeen <= _mask;
    }

    /// <summary>Producer: hands over the slot that was claimed.</summary>
    public void Publish()
    {
        _hook?.Invoke(LaneStep.Publish);
        Volatile.Write(ref _cursors.Filled, _cursors.Filled + 1);
        _consumers.Wake();
    }

    /// <summary>Producer: nothing follows what was published.</summary>
    public void Complete()
    {
        Volatile.Write(ref _cursors.Completed, true);
        _consumers.Wake();
    }

    /// <summary>Consumer: the next filled slot, or false when there is none now.</summary>
    public bool TryTake(out T slot)
    {
        _hook?.Invoke(LaneStep.Take);
        slot = _slots[_cursors.Taken & _mask];
        if (_cursors.Taken < _cursors.FilledSeen) return true;
        _cursors.FilledSeen = Volatile.Read(ref _cursors.Filled);
        return _cursors.Taken < _cursors.FilledSeen;
    }

    /// <summary>Consumer: gives the slot that was taken back to the producer.</summary>
    public void Release()
    {
        _hook?.Invoke(LaneStep.Release);
        Volatile.Write(ref _cursors.Taken, _cursors.Taken + 1);
        _producers.Wake();
    }

    /// <summary>Consumer: wants no more, whatever the producer still has.</summary>
    public void Stop()
    {
        Volatile.Write(ref _cursors.Stopped, true);
        _producers.Wake();
    }

    /// <summary>Producer: the next free slot, waited for; false when the ring is stopped.</summary>
    public bool Claim(out T slot)
    {
        var spin = new SpinWait();
        while (!TryClaim(out slot))
        {
            if (IsStopped) return false;
            if (!spin.NextSpinWillYield)
            {
                spin.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            int version = _producers.Prepare();
            if (HasRoom || IsStopped) _producers.Cancel();
            else _producers.Wait(version);
        }
        return true;
    }

    /// <summary>Consumer: the next filled slot, waited for; false when the ring is completed and empty.</summary>
    public bool Take(out T slot)
    {
        var spin = new SpinWait();
        while (!TryTake(out slot))
        {
            // Completed is read first: what was published before it is then seen by the second look.
            if (Volatile.Read(ref _cursors.Completed)) return TryTake(out slot);
            if (!spin.NextSpinWillYield)
            {
                spin.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            int version = _consumers.Prepare();
            if (HasFilled || Volatile.Read(ref _cursors.Completed)) _consumers.Cancel();
            else _consumers.Wait(version);
        }
        return true;
    }
}
