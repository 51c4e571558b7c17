using System;
using System.Globalization;

namespace Replay.Cli.Output;

/// <summary>Lengths of time for people: three digits and the unit that suits them.</summary>
internal static class DurationText
{
    private static readonly (double Ns, string Unit)[] Units = [(1, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")];

    /// <summary>For example <c>850 ns</c>, <c>12.4 µs</c>, <c>3.05 ms</c>, <c>75.6 s</c>.</summary>
    public static string Ns(double ns)
    {
        if (!double.IsFinite(ns)) return "";
        int unit = 0;
        while (unit < Units.Length - 1 && Math.Abs(ns) >= 999.5 * Units[unit].Ns) unit++;
        return Digits(ns / Units[unit].Ns) + " " + Units[unit].Unit;
    }

    public static string Seconds(double seconds) => Ns(seconds * 1e9);

    /// <summary>Three digits that count, or all those before the point.</summary>
    public static string Digits(double value) => Math.Abs(value) switch
    {
        < 0.0005 => "0",
        < 9.995 => value.ToString("0.00", CultureInfo.InvariantCulture),
        < 99.95 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>A factor: <c>1.08×</c>.</summary>
    public static string Factor(double factor) => double.IsFinite(factor) ? Digits(factor) + "×" : "";

    /// <summary>A probability, from where it is worth telling.</summary>
    public static string Probability(double p) => p switch
    {
        < 1e-6 => "p < 0.000001",
        < 0.001 => string.Create(CultureInfo.InvariantCulture, $"p = {p:0.000000}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"p = {p:0.000}"),
    };
}
