using System;
using System.Collections.Generic;
using System.Numerics;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Checkpoints;

/// <summary>Saves or restores the fields of one row of a table, in place.</summary>
public delegate void RowTransfer<T>(ref T row);

/// <summary>
/// Where the state of a replay is saved to or restored from. Each part of it has one method, <c>Transfer</c>, for both
/// ways: <c>_x = archive.Value(_x)</c> writes the field when saving, and reads it when loading. So what is saved
/// and what is restored cannot drift apart.
/// </summary>
/// <remarks>
/// Cold: a few hundred thousand values a second of replay. Saved are values, never memory: layouts may change
/// without the saved form changing. Every count that is read meets a limit before it meets an allocation,
/// and what is read is right in its type, or there is a <see cref="CheckpointException"/>. Which bytes a value becomes
/// is the format's business.
/// </remarks>
public abstract class StateArchive
{
    /// <summary>True when state is restored into freshly made objects, false when it is saved.</summary>
    public abstract bool IsLoading { get; }

    /// <summary>Begins a part with a version of its own; loading fails where another part or version stands.</summary>
    /// <exception cref="CheckpointException">What is saved here is something else.</exception>
    public void Section(string name, int version)
    {
        string? found = Text(name);
        long foundVersion = Number(version);
        if (found != name || foundVersion != version)
            throw new CheckpointException(
                $"expected \"{name}\" version {version}, found \"{found}\" version {foundVersion}");
    }

    /// <summary>A whole number of any size.</summary>
    public T Value<T>(T value)
        where T : struct, IBinaryInteger<T>
    {
        long number = Number(long.CreateTruncating(value));
        T result = T.CreateTruncating(number);
        return long.CreateTruncating(result) == number ? result : throw Wrong($"a number of {typeof(T).Name}", number);
    }

    /// <summary>A whole number that may be absent.</summary>
    public T? Value<T>(T? value)
        where T : struct, IBinaryInteger<T> => Value(value.HasValue) ? Value(value.GetValueOrDefault()) : null;

    public bool Value(bool value)
    {
        long number = Number(value ? 1 : 0);
        return number is 0 or 1 ? number == 1 : throw Wrong("a truth value", number);
    }

    public bool? Value(bool? value)
    {
        long number = Number(value switch { null => -1, false => 0, true => 1 });
        return number switch { -1 => null, 0 => false, 1 => true, _ => throw Wrong("a truth value or none", number) };
    }

    /// <summary>A text that is always there.</summary>
    public string Value(string value) => Text(value) ?? throw new CheckpointException("expected a text, found none");

    public Bits256 Value(Bits256 value)
    {
        Bits256 result = default;
        for (int word = 0; word < 4; word++) result.SetWord(word, Value(value.Word(word)));
        return result;
    }

    public MsiMessage Value(MsiMessage value) => new(Value(value.Address), Value(value.Data));

    public MsiMessage? Value(MsiMessage? value) => Value(value.HasValue) ? Value(value.GetValueOrDefault()) : null;

    public CpuMask Value(CpuMask value) => new(Value(value.Word), Value(value.HasAbove));

    public CpuMask? Value(CpuMask? value) => Value(value.HasValue) ? Value(value.GetValueOrDefault()) : null;

    /// <summary>How many of something follow: 0 to <paramref name="max"/>.</summary>
    public int Count(int count, int max)
    {
        long number = Number(count);
        return number >= 0 && number <= max ? (int)number : throw Wrong($"a count up to {max}", number);
    }

    /// <summary>
    /// An array of rows; loading replaces it by one of the saved length. Equal neighbours cost nothing.
    /// </summary>
    public void Rows<T>(ref T[] rows, int max, RowTransfer<T> transfer)
    {
        int count = Count(rows.Length, max);
        if (IsLoading) rows = new T[count];
        Rows(rows.AsSpan(), transfer);
    }

    /// <summary>Rows of an array whose length is settled.</summary>
    public void Rows<T>(Span<T> rows, RowTransfer<T> transfer)
    {
        if (IsLoading) LoadRows(rows, transfer);
        else SaveRows(rows, transfer);
    }

    /// <summary>
    /// An array of numbers; loading replaces it by one of the saved length. Runs of one number cost nothing.
    /// </summary>
    public void Numbers<T>(ref T[] numbers, int max)
        where T : struct, IBinaryInteger<T>
    {
        int count = Count(numbers.Length, max);
        if (IsLoading) numbers = new T[count];
        Numbers(numbers.AsSpan());
    }

    /// <summary>Numbers of an array whose length is settled.</summary>
    public void Numbers<T>(Span<T> numbers)
        where T : struct, IBinaryInteger<T>
    {
        for (int at = 0; at < numbers.Length;)
        {
            T number = Value(numbers[at]);
            int run = 1;
            if (!IsLoading)
                run = Math.Max(1, numbers[at..].IndexOfAnyExcept(number) is var end && end < 0
                    ? numbers.Length - at : end);
            run = Count(run, numbers.Length - at);
            if (run == 0) throw Wrong("a run of numbers", 0);
            if (IsLoading) numbers.Slice(at, run).Fill(number);
            at += run;
        }
    }

    /// <summary>A list in its order; loading refills it.</summary>
    public void List<T>(List<T> list, int max, Func<T?, T> item)
    {
        if (IsLoading) list.Clear();
        Tail(list, 0, max, item);
    }

    /// <summary>
    /// What a list that only grows has from item number <paramref name="from"/> on; loading adds it to what the list
    /// has, up to <paramref name="max"/> in all.
    /// </summary>
    public void Tail<T>(List<T> list, int from, int max, Func<T?, T> item)
    {
        if (!IsLoading)
        {
            Count(list.Count - from, max);
            for (int i = from; i < list.Count; i++) item(list[i]);
            return;
        }
        for (int left = Count(0, max - list.Count); left > 0; left--) list.Add(item(default));
    }

    /// <summary>A map in the order in which it is walked; loading refills it.</summary>
    public void Map<TKey, TValue>(IDictionary<TKey, TValue> map, int max, Func<TKey?, TKey> key,
        Func<TValue?, TValue> value)
    {
        int count = Count(map.Count, max);
        if (!IsLoading)
        {
            foreach ((TKey k, TValue v) in map)
            {
                key(k);
                value(v);
            }
            return;
        }
        map.Clear();
        for (int i = 0; i < count; i++)
        {
            if (!map.TryAdd(key(default), value(default))) throw new CheckpointException("a key stands twice");
        }
    }

    /// <summary>
    /// A map that is only ever looked up: saved by key, because the order in which it is walked depends on what was
    /// removed from it before.
    /// </summary>
    public void Lookup<TKey, TValue>(Dictionary<TKey, TValue> map, int max, Func<TKey, TKey> key,
        Func<TValue?, TValue> value)
        where TKey : struct, IComparable<TKey>
    {
        int count = Count(map.Count, max);
        if (!IsLoading)
        {
            foreach (TKey k in Sorted(map.Keys))
            {
                key(k);
                value(map[k]);
            }
            return;
        }
        map.Clear();
        for (int i = 0; i < count; i++)
        {
            if (!map.TryAdd(key(default), value(default))) throw new CheckpointException("a key stands twice");
        }
    }

    /// <summary>A set of numbers that is only ever looked up, in their order.</summary>
    public void Set<T>(ISet<T> set, int max)
        where T : struct, IBinaryInteger<T>
    {
        int count = Count(set.Count, max);
        if (!IsLoading)
        {
            foreach (T each in Sorted(set)) Value(each);
            return;
        }
        set.Clear();
        for (int i = 0; i < count; i++) set.Add(Value(default(T)));
    }

    /// <summary>A text, or none.</summary>
    /// <exception cref="CheckpointException">No text stands here.</exception>
    public abstract string? Text(string? value);

    /// <exception cref="CheckpointException">No number stands here.</exception>
    protected abstract long Number(long value);

    /// <summary>Saving: a row begins. It starts with the number 0.</summary>
    protected abstract void BeginRow();

    /// <summary>Saving: the row ends. One that became the same bytes as the row before it is only counted.</summary>
    protected abstract void EndRow();

    /// <summary>
    /// Saving: the last row has ended. What was counted stands, as a number above 0, where the rows would.
    /// </summary>
    protected abstract void EndRows();

    private void SaveRows<T>(Span<T> rows, RowTransfer<T> transfer)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            BeginRow();
            Number(0);
            transfer(ref rows[i]);
            EndRow();
        }
        EndRows();
    }

    private void LoadRows<T>(Span<T> rows, RowTransfer<T> transfer)
    {
        for (int i = 0; i < rows.Length;)
        {
            int same = Count(0, i == 0 ? 0 : rows.Length - i);
            if (same == 0)
            {
                transfer(ref rows[i++]);
                continue;
            }
            rows.Slice(i, same).Fill(rows[i - 1]);
            i += same;
        }
    }

    private static T[] Sorted<T>(ICollection<T> items)
    {
        var sorted = new T[items.Count];
        items.CopyTo(sorted, 0);
        Array.Sort(sorted);
        return sorted;
    }

    private static CheckpointException Wrong(string expected, long found) => new($"expected {expected}, found {found}");
}
