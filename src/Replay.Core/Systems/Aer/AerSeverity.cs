namespace Replay.Core.Systems;

/// <summary>The operand <c>severity</c> of aer_event (Linux ras:aer_event).</summary>
internal static class AerSeverity
{
    public const int NonFatal = 0;
    public const int Fatal = 1;
    public const int Correctable = 2;
}
