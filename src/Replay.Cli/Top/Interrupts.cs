using System;
using System.Runtime.InteropServices;

namespace Replay.Cli.Top;

/// <summary>Ctrl-C and a polite kill end a live view with its summary instead of ending the process.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public Interrupts(Action action)
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);

        void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            action();
        }
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }
}
