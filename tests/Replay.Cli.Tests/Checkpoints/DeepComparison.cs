using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.CompilerServices;
using Replay.Core.Events;
using Replay.Core.Rules;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>
/// Compares two objects field by field, however deep, and names the first field that differs. Collections are compared
/// by what they hold, in the order in which they are walked; maps and sets without an order of their own by key.
/// </summary>
internal sealed class DeepComparison
{
    private readonly HashSet<(object Left, object Right)> _seen = new(PairByReference.Instance);

    /// <summary>A field that is passed over.</summary>
    private string Without { get; init; } = "";

    /// <summary>Path of the first difference; null when there is none.</summary>
    public static string? Find(object left, object right, string without = "") =>
        new DeepComparison { Without = without }.Compare(left, right, left.GetType().Name);

    /// <summary>What the machine is given, shares with others, or has no state in.</summary>
    internal static bool IsGiven(Type type) =>
        type == typeof(EventTables) || type == typeof(RuleChoice)
        || typeof(Delegate).IsAssignableFrom(type) || type.Name == "Policy";

    /// <summary>Instance fields of a type and of those that it is derived from.</summary>
    internal static IEnumerable<FieldInfo> FieldsOf(Type? type)
    {
        for (; type is not null && type != typeof(object) && type != typeof(ValueType); type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public
                | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                yield return field;
        }
    }

    private string? Compare(object? left, object? right, string path)
    {
        if (left is null || right is null)
            return ReferenceEquals(left, right) ? null : $"{path}: {left ?? "null"} and {right ?? "null"}";
        Type type = left.GetType();
        if (type != right.GetType()) return $"{path}: {type.Name} and {right.GetType().Name}";
        if (type.IsPrimitive || type.IsEnum || left is string)
            return left.Equals(right) ? null : $"{path}: {left} and {right}";
        if (IsGiven(type)) return null;
        if (!type.IsValueType && !_seen.Add((left, right))) return null;
        if (left is Array { Length: > 0 } array && array.GetType().GetElementType()!.IsPrimitive)
            return ComparePrimitives(array, (Array)right, path);
        if (type.Name == "Dictionary`2" && IsPlain(type.GetGenericArguments()[0]))
            return CompareMaps((IDictionary)left, (IDictionary)right, path);
        if (type.Name == "HashSet`1") return CompareItems(Sorted((IEnumerable)left), Sorted((IEnumerable)right), path);
        if (left is IEnumerable && type.Namespace is "System.Collections.Generic" or null || left is Array)
            return CompareItems((IEnumerable)left, (IEnumerable)right, path);
        foreach (FieldInfo field in FieldsOf(type))
        {
            if (field.Name != Without
                && Compare(field.GetValue(left), field.GetValue(right), $"{path}.{field.Name}") is { } difference)
                return difference;
        }
        return null;
    }

    private static string? ComparePrimitives(Array left, Array right, string path)
    {
        if (left.Length != right.Length) return $"{path}: length {left.Length} and {right.Length}";
        return StructuralComparisons.StructuralEqualityComparer.Equals(left, right) ? null : $"{path}: numbers differ";
    }

    private string? CompareMaps(IDictionary left, IDictionary right, string path)
    {
        if (left.Count != right.Count) return $"{path}: {left.Count} and {right.Count} keys";
        foreach (DictionaryEntry entry in left)
        {
            if (!right.Contains(entry.Key)) return $"{path}[{entry.Key}]: only in one";
            if (Compare(entry.Value, right[entry.Key], $"{path}[{entry.Key}]") is { } difference) return difference;
        }
        return null;
    }

    private static bool IsPlain(Type key) =>
        key.IsPrimitive || (key.Name.StartsWith("ValueTuple", StringComparison.Ordinal)
            && Array.TrueForAll(key.GetGenericArguments(), IsPlain));

    private static List<string> Sorted(IEnumerable items)
    {
        List<string> texts = [];
        foreach (object? item in items) texts.Add(item?.ToString() ?? "");
        texts.Sort(StringComparer.Ordinal);
        return texts;
    }

    private string? CompareItems(IEnumerable left, IEnumerable right, string path)
    {
        IEnumerator one = left.GetEnumerator(), other = right.GetEnumerator();
        for (int i = 0; ; i++)
        {
            bool more = one.MoveNext();
            if (more != other.MoveNext()) return $"{path}: another length";
            if (!more) return null;
            if (Compare(one.Current, other.Current, $"{path}[{i}]") is { } difference) return difference;
        }
    }

    private sealed class PairByReference : IEqualityComparer<(object Left, object Right)>
    {
        public static readonly PairByReference Instance = new();

        public bool Equals((object Left, object Right) x, (object Left, object Right) y) =>
            ReferenceEquals(x.Left, y.Left) && ReferenceEquals(x.Right, y.Right);

        public int GetHashCode((object Left, object Right) pair) =>
            HashCode.Combine(RuntimeHelpers.GetHashCode(pair.Left), RuntimeHelpers.GetHashCode(pair.Right));
    }
}
