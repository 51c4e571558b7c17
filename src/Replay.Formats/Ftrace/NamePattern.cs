using System;

namespace Replay.Formats.Ftrace;

/// <summary>
/// Matching of <c>system:name</c> against patterns in which <c>*</c> stands for any text, the empty one too.
/// </summary>
public static class NamePattern
{
    /// <summary>
    /// True when the whole of <paramref name="name"/> matches. Time is bounded by the product of the lengths.
    /// </summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int at = 0;
        int inPattern = 0;
        int star = -1;
        int afterStar = 0;
        while (at < name.Length)
        {
            if (inPattern < pattern.Length && pattern[inPattern] == '*')
            {
                star = inPattern++;
                afterStar = at;
            }
            else if (inPattern < pattern.Length && pattern[inPattern] == name[at])
            {
                inPattern++;
                at++;
            }
            else if (star >= 0)
            {
                // Let the last star take one character more and try again behind it.
                inPattern = star + 1;
                at = ++afterStar;
            }
            else
            {
                return false;
            }
        }
        return pattern[inPattern..].Trim('*').IsEmpty;
    }
}
