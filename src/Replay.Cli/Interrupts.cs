using System;
using System.Runtime.InteropServices;

namespace Replay.Cli;

/// <summary>
/// What is done at Ctrl-C and at a polite kill, on a thread of the runtime's, until this is disposed.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    /// <param name="action">What is done.</param>
    /// <param name="goesOn">
    /// The process goes on. Else the signal ends it, with all its lanes and whatever they are doing, and a shell sees
    /// 130 (143).
    /// </param>
    public Interrupts(Action action, bool goesOn)
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);

        void Handle(PosixSignalContext context)
        {
            context.Cancel |= goesOn;
            action();
        }
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }
}
