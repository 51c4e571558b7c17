using System;
using System.Collections.Generic;

namespace Replay.Core.Low;

/// <summary>Finds what a user most likely meant.</summary>
public static class Nearest
{
    /// <summary>
    /// The candidate closest to <paramref name="word"/>, or null when none is close enough to be a slip.
    /// </summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int distance = candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase) && word.Length > 1
                ? 1 : Distance(word, candidate);
            if (distance >= bestDistance) continue;
            best = candidate;
            bestDistance = distance;
        }
        return best is not null && bestDistance <= Math.Max(1, Math.Min(word.Length, best.Length) / 2) ? best : null;
    }

    /// <summary>
    /// Edits that turn one text into the other, case aside: a letter more, less or other, or two neighbours swapped.
    /// Texts are cut at 64 characters, which bounds the work for hostile ones.
    /// </summary>
    public static int Distance(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        const int LengthMax = 64;
        left = left[..Math.Min(left.Length, LengthMax)];
        right = right[..Math.Min(right.Length, LengthMax)];
        Span<int> beforeLast = stackalloc int[LengthMax + 1];
        Span<int> last = stackalloc int[LengthMax + 1];
        Span<int> row = stackalloc int[LengthMax + 1];
        for (int j = 0; j <= right.Length; j++) last[j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int change = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }
            last.CopyTo(beforeLast);
            row.CopyTo(last);
        }
        return last[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
