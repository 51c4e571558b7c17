using System;

namespace Replay.Formats.QemuLog;

/// <summary>What one thread of QEMU said last; some events need several lines of one thread.</summary>
internal struct QemuThread // mutable struct: never readonly
{
    public uint Number;

    /// <summary>Virtual CPU that runs in it, -1 when none was seen.</summary>
    public int Cpu;

    /// <summary>Function that the thread wrote config space of, -1 for none.</summary>
    public PciFunction? Config;

    public int ConfigOffset;

    /// <summary>Model and entry of a raise whose device only the message tells; model 0 for none.</summary>
    public int RaisedModel;

    public int RaisedEntry;

    /// <summary>Requester of the AMD remapping request at hand, -1 for none.</summary>
    public int Requester;

    /// <summary>Offset of the entry in its table, -1 before it was told.</summary>
    public long EntryOffset;
}

/// <summary>The threads of one QEMU. Lines without a thread share one.</summary>
internal sealed class QemuThreads
{
    private const int ThreadsMax = 1024, GoneMax = 256;

    private readonly uint[] _gone = new uint[GoneMax];
    private QemuThread[] _threads = [NewThread(0)];
    private int _count = 1;
    private int _last;
    private int _goneCount;
    private uint _firstCpu;

    /// <summary>The thread of a number; past the bound the one that lines without a number share.</summary>
    public ref QemuThread this[uint number]
    {
        get
        {
            if (_threads[_last].Number == number) return ref _threads[_last];
            int at = 0;
            while (at < _count && _threads[at].Number != number) at++;
            if (at == _count)
            {
                if (at == ThreadsMax) return ref _threads[0];
                if (at == _threads.Length) Array.Resize(ref _threads, at * 2);
                _threads[at] = NewThread(number);
                _count++;
            }
            _last = at;
            return ref _threads[at];
        }
    }

    /// <summary>
    /// A virtual CPU makes an access in a thread. CPU 0 lives as long as its QEMU: in another thread it is that of
    /// another process.
    /// </summary>
    public QemuSuccession SeeCpu(ref QemuThread thread, int cpu)
    {
        uint number = thread.Number;
        if (number == 0 || thread.Cpu == cpu) return QemuSuccession.Same;
        var result = QemuSuccession.Same;
        if (cpu == 0 && _firstCpu != 0 && _firstCpu != number)
        {
            if (_gone.AsSpan(0, _goneCount).Contains(number)) return QemuSuccession.Several;
            if (_goneCount < GoneMax) _gone[_goneCount++] = _firstCpu;
            for (int i = 0; i < _count; i++) _threads[i].Cpu = -1;
            result = QemuSuccession.Next;
        }
        if (cpu == 0) _firstCpu = number;
        thread.Cpu = cpu;
        return result;
    }

    private static QemuThread NewThread(uint number) =>
        new() { Number = number, Cpu = -1, Requester = -1, EntryOffset = -1 };
}

/// <summary>Whether a line is of the QEMU whose lines came before.</summary>
internal enum QemuSuccession
{
    Same,

    /// <summary>Another process has begun: power was off between them.</summary>
    Next,

    /// <summary>Two processes write at once.</summary>
    Several,
}
