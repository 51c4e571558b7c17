using Replay.Core.Spec;

namespace Replay.Core.Systems.Vfio;

/// <summary>Platform of the host; the operand <c>platform</c> of vfio_host.</summary>
internal enum HostPlatform : byte
{
    X86 = 0,
    Power = 1,
}

/// <summary>
/// Messages that the host's kernel composes for its own interrupts. A scenario does not say them, so they are made up:
/// remappable x86 messages (VT-d 5.1.2.2) or writes to the 32-bit MSI port of a POWER host bridge.
/// </summary>
internal readonly record struct HostMessages(HostPlatform Platform)
{
    private const ulong RemappableBase = 0xFEE0_0010;
    private const int HandleShift = 5;
    private const int HandleMask = 0x7FFF;
    private const ulong PowerMsiPort = 0xFFFF_0000;

    public MsiMessage Compose(int handle) => Platform == HostPlatform.Power
        ? new MsiMessage(PowerMsiPort, (uint)handle)
        : new MsiMessage(RemappableBase | (ulong)(handle & HandleMask) << HandleShift, 0);

    /// <summary>True when a write of this message reaches the host's interrupt hardware and not its memory.</summary>
    public bool IsInterrupt(MsiMessage message) =>
        Platform == HostPlatform.Power ? message.Address == PowerMsiPort : message.IsInterrupt;
}
