using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace Replay.Core.Live;

/// <summary>
/// Hands snapshots of something that one thread changes to one reader on another thread. Neither ever waits for the
/// other, and no byte of a snapshot is ever written and read at the same time.
/// </summary>
/// <remarks>
/// <para>
/// Three buffers. At any moment the writer owns one (the back), the reader owns one (the front), and the third lies
/// between them: <c>Middle</c> holds its number, and <see cref="Fresh"/> while it has something that the reader has not
/// taken. Buffers change hands by exchanging numbers; that is the only word that both sides write.
/// </para>
/// <code>
/// writer, where its state is whole (the border of a batch)      reader, whenever it likes
///   if (IsWanted)                one load (acquire)               Want()          Wanted := 1          (release)
///     Begin()   Wanted := 0, the back buffer                      TryTake()
///     fill it                                                       if Middle is not Fresh: nothing new    (acquire)
///     Publish() back := exchange(Middle, back | Fresh)              front := exchange(Middle, front)
/// </code>
/// <para>
/// Why nothing tears. A buffer is filled between the writer's exchange that gave it the buffer
/// and the one that gives it away; it is read between the reader's two. Each exchange is a full fence
/// (<see cref="Interlocked.Exchange(ref int, int)"/>, on ARM64 as on x86): stores into a buffer are visible before
/// its number is, and the reader's last loads are done before the number goes back. So a 128-bit entry, or a CPU and
/// a vector that belong together, is copied by the writer when no event is half applied, and read when nobody writes.
/// There is nothing to retry, and no 128-bit instruction is needed.
/// </para>
/// <para>
/// The race that matters. The reader asks while a snapshot is being filled: <c>Begin</c> clears <c>Wanted</c> before
/// the first byte is copied, so the later wish stays and is served at the next border. The other way round it would be
/// lost, and the reader would wait for a snapshot that nobody makes. A writer that publishes twice before the reader
/// looks takes its own stale buffer back: the reader gets the newest, never an older one after a newer.
/// </para>
/// <para>
/// Tried instead: a version per entry, odd while written, readers retry. It costs the writer two stores
/// an entry whether or not somebody reads, makes a reader of many entries see them at different events, and lets
/// a fast writer starve it.
/// </para>
/// </remarks>
/// <typeparam name="T">A buffer that is filled again and again.</typeparam>
public sealed class SnapshotExchange<T>
    where T : class
{
    /// <summary>Set in <c>Middle</c> while its buffer was published and not taken.</summary>
    private const int Fresh = 4;

    private const int IndexMask = 3;

    private readonly T _first;
    private readonly T _second;
    private readonly T _third;
    private SnapshotWords _words = new() { Back = 0, Middle = 1, Front = 2 };

    /// <param name="make">Makes an empty buffer; called three times, here.</param>
    public SnapshotExchange(Func<T> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        _first = make();
        _second = make();
        _third = make();
    }

    /// <summary>
    /// Writer: true when the reader asked since the last <see cref="Begin"/>. One load; ask once a batch.
    /// </summary>
    public bool IsWanted => Volatile.Read(ref _words.Wanted) != 0;

    /// <summary>Writer: the buffer to fill. Publish it before the state changes again.</summary>
    public T Begin()
    {
        Volatile.Write(ref _words.Wanted, 0);
        return BufferOf(_words.Back);
    }

    /// <summary>Writer: gives the filled buffer away.</summary>
    public void Publish() => _words.Back = Interlocked.Exchange(ref _words.Middle, _words.Back | Fresh) & IndexMask;

    /// <summary>Reader: asks for a snapshot of the writer's next border.</summary>
    public void Want() => Volatile.Write(ref _words.Wanted, 1);

    /// <summary>
    /// Reader: makes the newest snapshot <see cref="Front"/>; false, and Front as it was, when there is none newer.
    /// </summary>
    public bool TryTake()
    {
        // Only the reader clears Fresh, so it is still set when the exchange happens.
        if ((Volatile.Read(ref _words.Middle) & Fresh) == 0) return false;
        _words.Front = Interlocked.Exchange(ref _words.Middle, _words.Front) & IndexMask;
        return true;
    }

    /// <summary>Reader: the snapshot taken last; its own until the next <see cref="TryTake"/>.</summary>
    public T Front => BufferOf(_words.Front);

    private T BufferOf(int index) => index == 0 ? _first : index == 1 ? _second : _third;
}

/// <summary>The words of an exchange, each on a cache line (two, for the prefetcher of pairs) of its own.</summary>
// offset  0         128      256     384     512
//         (object)  Middle   Wanted  Back    Front
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct SnapshotWords // mutable struct: never readonly
{
    public const int SizeBytes = 640;

    // Written and read by both sides, by exchange only; the reader also looks (acquire).
    [FieldOffset(128)] public int Middle;

    // Set by the reader (release), cleared by the writer; read by the writer (acquire).
    [FieldOffset(256)] public int Wanted;

    // The writer's own.
    [FieldOffset(384)] public int Back;

    // The reader's own.
    [FieldOffset(512)] public int Front;
}
