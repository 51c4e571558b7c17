using System;
using System.Threading;

namespace Replay.Formats.Lanes;

// slot      0        1        2        3        4 …            capacity: a power of two
//           taken    taken    filled   filled   free
//                             ^_taken           ^_filled       both only rise; slot = cursor & mask
//
// One producer, one consumer. The slots are objects that are made once: what goes round is the right to touch one.
//   producer  TryClaim: _filled - _taken < capacity, then slot _filled is its own to write.   Publish: _filled + 1.
//   consumer  TryTake:  _taken < _filled, then slot _taken is its own to read.                Release: _taken + 1.
// A cursor is written by one side only. It is stored with release after the slot's contents were written (or were read for
// the last time) and loaded with acquire before they are touched, so whoever sees the cursor sees the slot as it was left.
// Each side keeps the other's cursor as it saw it last and looks again only when that does not suffice: the cache line
// goes over once a few slots, not once a slot.
//
// Waiting: some spins, since the other side needs microseconds a batch, then sleep. A side that goes to sleep says so in
// its own flag, then looks at the cursor once more; the other side moves the cursor, then looks at the flag. Between store
// and load each side has a full fence, so one of the two sees the other and no wake-up is lost.
//
// The end: Complete (by the producer) lets the consumer take what is there and then get false. Stop (by the consumer)
// makes the producer's next Claim false, at once, even where there is room.

/// <summary>
/// A bounded ring of reused slots between one producer and one consumer. Moves nothing but two cursors, allocates nothing.
/// </summary>
/// <typeparam name="T">A slot; both sides keep nothing of it past Publish and Release.</typeparam>
internal sealed class LaneRing<T>
    where T : class
{
    private readonly T[] _slots;
    private readonly int _mask;
    private readonly LaneHook? _hook;
    private readonly object _gate = new();
    private LaneCursors _cursors; // mutable struct: never readonly

    /// <param name="capacity">Slots, a power of two.</param>
    /// <param name="makeSlot">Makes one; called <paramref name="capacity"/> times, here.</param>
    /// <param name="hook">Called at each step, for tests of odd schedules; null in real runs.</param>
    public LaneRing(int capacity, Func<T> makeSlot, LaneHook? hook = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(capacity & (capacity - 1), 0, nameof(capacity));
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _slots = new T[capacity];
        for (int i = 0; i < capacity; i++) _slots[i] = makeSlot();
        _mask = capacity - 1;
        _hook = hook;
    }

    /// <summary>All slots, for whoever makes and ends the ring; nobody else runs then.</summary>
    public ReadOnlySpan<T> Slots => _slots;

    /// <summary>True when the consumer wants no more. Any thread.</summary>
    public bool IsStopped => Volatile.Read(ref _cursors.Stopped);

    /// <summary>Slots that are filled and not released. Any thread; a moment later it may be another number.</summary>
    public int Count => (int)(Volatile.Read(ref _cursors.Filled) - Volatile.Read(ref _cursors.Taken));

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
        WakeOther(ref _cursors.ConsumerSleeps);
    }

    /// <summary>Producer: nothing follows what was published.</summary>
    public void Complete()
    {
        Volatile.Write(ref _cursors.Completed, true);
        WakeOther(ref _cursors.ConsumerSleeps);
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
        WakeOther(ref _cursors.ProducerSleeps);
    }

    /// <summary>Consumer: wants no more, whatever the producer still has.</summary>
    public void Stop()
    {
        Volatile.Write(ref _cursors.Stopped, true);
        WakeOther(ref _cursors.ProducerSleeps);
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
            lock (_gate)
            {
                Volatile.Write(ref _cursors.ProducerSleeps, true);
                Interlocked.MemoryBarrier();
                while (!IsStopped && _cursors.Filled - Volatile.Read(ref _cursors.Taken) > _mask) Monitor.Wait(_gate);
                Volatile.Write(ref _cursors.ProducerSleeps, false);
            }
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
            lock (_gate)
            {
                Volatile.Write(ref _cursors.ConsumerSleeps, true);
                Interlocked.MemoryBarrier();
                while (!Volatile.Read(ref _cursors.Completed) && _cursors.Taken == Volatile.Read(ref _cursors.Filled))
                    Monitor.Wait(_gate);
                Volatile.Write(ref _cursors.ConsumerSleeps, false);
            }
        }
        return true;
    }

    private void WakeOther(ref bool sleeps)
    {
        Interlocked.MemoryBarrier();
        if (!Volatile.Read(ref sleeps)) return;
        lock (_gate) Monitor.PulseAll(_gate);
    }
}
