using System;

namespace Replay.Formats.Text;

/// <summary>Text patterns in which <c>*</c> stands for any run of characters; everything else is literal.</summary>
internal static class Wildcard
{
    /// <summary>
    /// True when the whole of <paramref name="text"/> fits. At most pattern times text steps; no recursion.
    /// </summary>
    public static bool Matches<T>(ReadOnlySpan<T> pattern, ReadOnlySpan<T> text, T star) where T : IEquatable<T>
    {
        int p = 0, t = 0, starAt = -1, retryAt = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p].Equals(star))
            {
                starAt = p++;
                retryAt = t;
            }
            else if (p < pattern.Length && pattern[p].Equals(text[t]))
            {
                p++;
                t++;
            }
            else if (starAt >= 0)
            {
                // The last star takes one character more; earlier stars never need to.
                p = starAt + 1;
                t = ++retryAt;
            }
            else return false;
        }
        while (p < pattern.Length && pattern[p].Equals(star)) p++;
        return p == pattern.Length;
    }
}
