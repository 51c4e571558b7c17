namespace Replay.Formats.Ctf;

/// <summary>What a step of a plan does.</summary>
internal enum StepKind : byte
{
    /// <summary>Aligns and passes bits.</summary>
    Skip,

    /// <summary>Reads an integer into a register.</summary>
    Load,

    /// <summary>Passes text and its NUL.</summary>
    Text,

    /// <summary>Passes as many elements of one size as a register says.</summary>
    Elements,

    /// <summary>Begins elements that differ in size: as many as a register says, or none at all.</summary>
    LoopStart,

    /// <summary>Goes back to the next element.</summary>
    LoopEnd,

    /// <summary>Goes where the value of a register leads.</summary>
    Choose,

    Jump,

    /// <summary>Copies an integer into the record, in whole bytes.</summary>
    KeepNumber,

    /// <summary>Copies whole bytes into the record.</summary>
    KeepBytes,

    /// <summary>As <see cref="Text"/>, and copies it behind the record.</summary>
    KeepText,

    /// <summary>As <see cref="Elements"/> of bytes, which are copied behind the record.</summary>
    KeepElements,
}

/// <summary>One step. Which members count depends on its kind.</summary>
internal struct DecodeStep
{
    public StepKind Kind;
    public bool IsSigned;
    public bool BigEndian;

    /// <summary>The integer is the number of the event, or a value of the clock, in a header.</summary>
    public bool IsEventId;
    public bool IsClock;

    /// <summary>Bits.</summary>
    public int Align;
    public long Bits;

    public int Register;

    /// <summary>A loop's counter.</summary>
    public int Counter;

    /// <summary>A step to go to; of <see cref="StepKind.Choose"/> the first of its choices.</summary>
    public int Target;

    /// <summary>How many choices.</summary>
    public int Count;

    /// <summary>Place in the record, and bytes there.</summary>
    public int Place;
    public int PlaceBytes;
}

/// <summary>Values of a register that lead to a step; both ends included.</summary>
internal readonly record struct DecodeChoice(long First, long Last, int Target);

/// <summary>
/// How to pass, or to take apart, one structure: a list of steps without any nesting. Most are one step.
/// </summary>
internal sealed class DecodePlan
{
    public DecodePlan(DecodeStep[] steps, DecodeChoice[] choices)
    {
        Steps = steps;
        Choices = choices;
        IsFixed = steps.Length == 0 || (steps.Length == 1 && steps[0].Kind == StepKind.Skip);
        if (steps.Length > 0 && steps[0].Kind == StepKind.Skip) (Align, Bits) = (steps[0].Align, steps[0].Bits);
        EndsWithText = !IsFixed && steps[^1].Kind == StepKind.Text
            && (steps.Length == 1 || (steps.Length == 2 && steps[0].Kind == StepKind.Skip));
    }

    public DecodeStep[] Steps { get; }

    public DecodeChoice[] Choices { get; }

    /// <summary>True for a structure of <see cref="Bits"/> bits.</summary>
    public bool IsFixed { get; }

    /// <summary>True for <see cref="Bits"/> bits, then one text.</summary>
    public bool EndsWithText { get; }

    /// <summary>Alignment and bits of the first step; 1 and 0 where it has no size.</summary>
    public int Align { get; } = 1;
    public long Bits { get; }

    public static DecodePlan Empty { get; } = new([], []);
}

/// <summary>What running a plan came to.</summary>
internal enum DecodeResult : byte
{
    Done,

    /// <summary>It needs bits behind the limit.</summary>
    Short,

    /// <summary>The data contradict the metadata; <see cref="DecodeState.Damage"/> says how.</summary>
    Bad,
}
