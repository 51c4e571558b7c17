using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Events;

namespace Replay.Core.Latency;

/// <summary>
/// Series of a recording by phase, measure and subject. A phase begins at a marker; markers that differ in numbers only
/// are one phase, so that the rounds of a loop are measured together, and those of two recordings by the same name.
/// </summary>
internal sealed class PhaseBook
{
    /// <summary>Phases apart; what comes after further new markers belongs to <see cref="OtherName"/>.</summary>
    private const int PhasesMax = 64;

    /// <summary>
    /// Series apart, about 100 bytes each and 10 a value; further subjects are not measured, and that is counted.
    /// </summary>
    private const int SeriesMax = 1 << 16;

    private const string StartName = "(start)";
    private const string OtherName = "(other)";

    private readonly Dictionary<string, int> _phaseOf = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly List<LatencySeries?[][]> _series = [];
    private int _count;

    public PhaseBook() => Current = Phase(StartName);

    /// <summary>Number of the phase that events belong to now.</summary>
    public int Current { get; private set; }

    public IReadOnlyList<string> Names => _names;

    /// <summary>Values that found no series.</summary>
    public long Dropped { get; private set; }

    /// <summary>A marker: the phase of its name begins.</summary>
    public void Begin(ReadOnlySpan<IrqEvent> mark)
    {
        Span<byte> buffer = stackalloc byte[EventText.LengthMax];
        Current = Phase(Generalize(Encoding.UTF8.GetString(buffer[..EventText.Read(mark, buffer)])));
    }

    public void Add(int phase, LatencyMeasure measure, int subject, ulong value, long index)
    {
        ref LatencySeries?[] series = ref _series[phase][(int)measure];
        if (subject >= series.Length)
        {
            Array.Resize(ref series, Math.Max(subject + 1, series.Length * 2));
        }
        LatencySeries? found = series[subject];
        if (found is null)
        {
            if (_count == SeriesMax)
            {
                Dropped++;
                return;
            }
            _count++;
            series[subject] = found = new LatencySeries();
        }
        found.Add(value, index);
    }

    /// <summary>Every series that has values.</summary>
    public IEnumerable<(int Phase, LatencyMeasure Measure, int Subject, LatencySeries Series)> All()
    {
        for (int phase = 0; phase < _series.Count; phase++)
        {
            for (int measure = 0; measure < _series[phase].Length; measure++)
            {
                LatencySeries?[] bySubject = _series[phase][measure];
                for (int subject = 0; subject < bySubject.Length; subject++)
                {
                    if (bySubject[subject] is { } series)
                        yield return (phase, (LatencyMeasure)measure, subject, series);
                }
            }
        }
    }

    /// <summary>
    /// A marker's text without the number that recording scripts put first, and # for every other number.
    /// </summary>
    internal static string Generalize(string text)
    {
        const string Prefix = "MARK ";
        ReadOnlySpan<char> rest = text;
        if (rest.StartsWith(Prefix, StringComparison.Ordinal))
        {
            int digits = rest[Prefix.Length..].IndexOfAnyExceptInRange('0', '9');
            if (digits > 0 && rest[Prefix.Length + digits] == ' ') rest = rest[(Prefix.Length + digits + 1)..];
        }
        var name = new StringBuilder(rest.Length);
        foreach (char letter in rest)
        {
            bool isDigit = char.IsAsciiDigit(letter);
            if (!isDigit) name.Append(letter);
            else if (name.Length == 0 || name[^1] != '#') name.Append('#');
        }
        return name.ToString();
    }

    private int Phase(string name)
    {
        if (_phaseOf.TryGetValue(name, out int phase)) return phase;
        if (_names.Count >= PhasesMax && name != OtherName) return Phase(OtherName);
        phase = _names.Count;
        _phaseOf.Add(name, phase);
        _names.Add(name);
        var series = new LatencySeries?[LatencyMeasures.All.Count][];
        Array.Fill(series, []);
        _series.Add(series);
        return phase;
    }
}
