using System;
using System.Runtime.InteropServices;

namespace Replay.Formats.Bytes;

/// <summary>
/// The system's libz, kept from block to block: the runtime's own stream allocates some hundred bytes for each.
/// The only file that knows it. Where the system has none, <see cref="Decompressor"/> falls back to the runtime's.
/// </summary>
internal sealed partial class Zlib : IDisposable
{
    private const string Library = "libz.so.1";

    // zlib.h: Z_OK, Z_STREAM_END, Z_FINISH; 15 bits are the largest window, with a zlib header.
    private const int Ok = 0;
    private const int StreamEnd = 1;
    private const int Finish = 4;
    private const int WindowBits = 15;

    private readonly Inflater _inflater;

    private Zlib(Inflater inflater) => _inflater = inflater;

    /// <summary>Null where the system has no libz, or one of another shape.</summary>
    public static Zlib? TryCreate()
    {
        if (nint.Size != sizeof(long)) return null;
        try
        {
            var inflater = new Inflater();
            if (!inflater.IsInvalid) return new Zlib(inflater);
            inflater.Dispose();
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return null;
        }
    }

    /// <summary>Unpacks one whole stream; the bytes written, or -1 for damage or too little room.</summary>
    public unsafe int Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        // SAFETY: both spans stay pinned for the calls, and the library gets their true lengths; the state belongs
        // to this object, which one thread uses at a time.
        fixed (byte* from = source)
        fixed (byte* to = target)
        {
            byte nothing = 0;
            ref State state = ref _inflater.State;
            if (Reset(ref state) != Ok) return -1;
            state.NextIn = (nint)(from is null ? &nothing : from);
            state.AvailableIn = (uint)source.Length;
            state.NextOut = (nint)(to is null ? &nothing : to);
            state.AvailableOut = (uint)target.Length;
            int result = Inflate(ref state, Finish);
            int written = target.Length - (int)state.AvailableOut;
            state.NextIn = state.NextOut = 0;
            return result == StreamEnd ? written : -1;
        }
    }

    public void Dispose() => _inflater.Dispose();

    [LibraryImport(Library, EntryPoint = "inflateInit2_", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Init(ref State state, int windowBits, string version, int stateSize);

    [LibraryImport(Library, EntryPoint = "inflateReset")]
    private static partial int Reset(ref State state);

    [LibraryImport(Library, EntryPoint = "inflate")]
    private static partial int Inflate(ref State state, int flush);

    [LibraryImport(Library, EntryPoint = "inflateEnd")]
    private static partial int End(ref State state);

    /// <summary>z_stream of zlib.h where a long has 64 bits; the library checks the size.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 112)]
    private struct State
    {
        [FieldOffset(0)] public nint NextIn;
        [FieldOffset(8)] public uint AvailableIn;
        [FieldOffset(24)] public nint NextOut;
        [FieldOffset(32)] public uint AvailableOut;
    }

    /// <summary>
    /// The library's state points back to the structure that it was made with, which therefore must not move.
    /// </summary>
    private sealed unsafe class Inflater : SafeHandle
    {
        // Any 1.x has these functions and this structure; the library compares the first digit only.
        private const string Version = "1";

        public Inflater() : base(0, true)
        {
            var state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));
            if (Init(ref *state, WindowBits, Version, sizeof(State)) == Ok) handle = (nint)state;
            else NativeMemory.Free(state);
        }

        public override bool IsInvalid => handle == 0;

        public ref State State => ref *(State*)handle;

        protected override bool ReleaseHandle()
        {
            _ = End(ref *(State*)handle);
            NativeMemory.Free((void*)handle);
            return true;
        }
    }
}
