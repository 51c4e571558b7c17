using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>
/// Changes every field that can be reached from an object, one at a time, and asks whether that shows in what is saved.
/// A field counts by the type that declares it and is proved once; nobody lists fields, so nobody can forget one.
/// </summary>
internal sealed class FieldCoverage
{
    private readonly HashSet<string> _proved = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _met = new(StringComparer.Ordinal);
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private Func<byte[]> _save = () => [];
    private byte[] _before = [];

    /// <summary>Types whose objects are none of the state, beside those that are always given.</summary>
    public IReadOnlySet<Type> Given { get; init; } = new HashSet<Type>();

    /// <summary>
    /// Fields that hold state and whose change showed in nothing that was saved, over all objects so far.
    /// </summary>
    public List<string> Unproved()
    {
        List<string> left = [];
        foreach (string field in _met)
        {
            if (!_proved.Contains(field)) left.Add(field);
        }
        return left;
    }

    public int ProvedCount => _proved.Count;

    /// <summary>Passes over values that cannot change after their object was made.</summary>
    public bool PassesFixed { get; init; }

    /// <summary>Looks at one object; what <paramref name="save"/> gives must only depend on it.</summary>
    public void Look(object root, Func<byte[]> save)
    {
        _save = save;
        _before = save();
        _seen.Clear();
        Walk(root, set: null);
        if (!_before.AsSpan().SequenceEqual(save())) throw new InvalidOperationException("a change was not taken back");
    }

    // A boxed struct is a copy: after a change of its field it is put back where it came from.
    private void Walk(object target, Action<object?>? set)
    {
        foreach (FieldInfo field in DeepComparison.FieldsOf(target.GetType()))
        {
            Type type = field.FieldType;
            if (IsGiven(type) || (PassesFixed && field.IsInitOnly && IsValue(type))) continue;
            string name = $"{field.DeclaringType!.FullName}.{field.Name}";
            object? value = field.GetValue(target);
            void Put(object? changed)
            {
                field.SetValue(target, changed);
                set?.Invoke(target);
            }
            if (IsValue(type))
            {
                _met.Add(name);
                Try(name, value, type, Put);
            }
            else if (value is IEnumerable items && value is not string)
            {
                WalkItems(name, items, value is Array ? Put : null);
            }
            else if (value is not null && (type.IsValueType || _seen.Add(value)))
            {
                Walk(value, type.IsValueType ? Put : null);
            }
        }
    }

    private void WalkItems(string name, IEnumerable items, Action<object?>? put)
    {
        if (!_seen.Add(items)) return;
        _met.Add(name);
        switch (items)
        {
            case Array array:
                if (put is not null) Try(name, array, array.GetType(), put);
                for (int i = 0; i < Math.Min(array.Length, 64); i++)
                {
                    int at = i;
                    if (IsValue(array.GetType().GetElementType()!))
                        Try(name, array.GetValue(at), array.GetType().GetElementType()!, v => array.SetValue(v, at));
                    else if (array.GetValue(at) is { } item) Item(item, v => array.SetValue(v, at));
                }
                break;
            case IDictionary map:
                foreach (object key in Copy(map.Keys))
                {
                    object? value = map[key];
                    if (value is not null && !IsValue(value.GetType())) Item(value, v => map[key] = v);
                    if (_proved.Contains(name)) continue;
                    map.Remove(key);
                    Judge(name);
                    map[key] = value;
                }
                break;
            case IList { Count: 0 } list when list.GetType().GetGenericArguments()[0] is { IsValueType: true } type:
                list.Add(RuntimeHelpers.GetUninitializedObject(type));
                Judge(name);
                list.Clear();
                break;
            case IList list:
                for (int i = 0; i < list.Count; i++)
                {
                    int at = i;
                    object? item = list[at];
                    if (item is not null && !IsValue(item.GetType())) Item(item, v => list[at] = v);
                    if (_proved.Contains(name)) continue;
                    list.RemoveAt(at);
                    Judge(name);
                    list.Insert(at, item);
                }
                break;
            default:
                WalkSet(name, items);
                break;
        }
    }

    private void WalkSet(string name, IEnumerable items)
    {
        if (_proved.Contains(name)) return;
        List<object> all = Copy(items);
        if (all.Count == 0) return;
        Type type = items.GetType();
        type.GetMethod("Clear")!.Invoke(items, null);
        Judge(name);
        MethodInfo add = type.GetMethod("Add") ?? type.GetMethod("Enqueue")!;
        foreach (object item in all) add.Invoke(items, [item]);
    }

    private void Item(object item, Action<object?> put)
    {
        if (item is IEnumerable items) WalkItems(item.GetType().ToString(), items, put: null);
        else if (IsGiven(item.GetType())) return;
        else if (item.GetType().IsValueType || _seen.Add(item)) Walk(item, item.GetType().IsValueType ? put : null);
    }

    private void Try(string name, object? value, Type type, Action<object?> put)
    {
        if (_proved.Contains(name)) return;
        put(Change(value, type));
        Judge(name);
        put(value);
    }

    private void Judge(string name)
    {
        try
        {
            if (!_before.AsSpan().SequenceEqual(_save())) _proved.Add(name);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _proved.Add(name); // What cannot be is refused: it was looked at.
        }
    }

    private bool IsGiven(Type type) => DeepComparison.IsGiven(type) || Given.Contains(type);

    private static bool IsValue(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string)
        || (Nullable.GetUnderlyingType(type) is { } inner && (IsValue(inner) || inner.IsValueType));

    private static object? Change(object? value, Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return value is null ? RuntimeHelpers.GetUninitializedObject(inner) : null;
        if (type.IsArray) return Array.CreateInstance(type.GetElementType()!, ((Array)value!).Length + 1);
        if (type == typeof(string)) return value is null ? "x" : value + "x";
        if (type == typeof(bool)) return !(bool)value!;
        if (type.IsEnum) return Enum.ToObject(type, (Convert.ToInt64(value, null) + 1) & 0x7F);
        long number = type == typeof(ulong) ? (long)(ulong)value! : Convert.ToInt64(value, null);
        return type == typeof(ulong) ? (ulong)number ^ 1 : Convert.ChangeType(number ^ 1, type, null);
    }

    private static List<object> Copy(IEnumerable items)
    {
        List<object> copy = [];
        foreach (object item in items) copy.Add(item);
        return copy;
    }
}
