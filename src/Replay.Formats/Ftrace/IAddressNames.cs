namespace Replay.Formats.Ftrace;

/// <summary>What addresses of the recorded kernel mean. Both look-ups are cold and may parse lazily.</summary>
public interface IAddressNames
{
    /// <summary>Name of the function that contains the address, or null.</summary>
    string? FindSymbol(ulong address);

    /// <summary>Constant text at the address (printk formats and tracepoint strings), or null.</summary>
    string? FindText(ulong address);
}
