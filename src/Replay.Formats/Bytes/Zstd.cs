using System;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Replay.Formats.Bytes;

/// <summary>
/// The system's libzstd; the only file that knows it. The library is looked for when the first compressed input comes.
/// </summary>
internal sealed partial class Zstd : IDisposable
{
    private const string Library = "libzstd.so.1";

    private readonly Context _context;

    static Zstd() => NativeLibrary.SetDllImportResolver(typeof(Zstd).Assembly, Resolve);

    public Zstd()
    {
        try
        {
            _context = CreateContext();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new BadInputException(
                "The input is compressed with zstd and the library libzstd was not found: "
                + "install the package libzstd1 (Debian, Ubuntu) or libzstd (Fedora, RHEL).", e);
        }
        if (_context.IsInvalid) throw new BadInputException("libzstd has no memory for a decompression context.");
    }

    /// <summary>Unpacks one or more whole frames; the bytes written, or -1 for damage or too little room.</summary>
    public int Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        nuint result = DecompressFrame(
            _context, target, (nuint)target.Length, source, (nuint)source.Length);
        return IsError(result) != 0 || result > (nuint)target.Length ? -1 : (int)result;
    }

    /// <summary>
    /// One step of a stream: consumes a part of <paramref name="source"/>, fills a part of <paramref name="target"/>.
    /// False for damage. <paramref name="frameEnded"/> tells that a frame is complete and flushed.
    /// </summary>
    public unsafe bool TryStep(
        ReadOnlySpan<byte> source, Span<byte> target, out int consumed, out int written, out bool frameEnded)
    {
        // SAFETY: both spans stay pinned for the call, and the library gets their true lengths.
        fixed (byte* from = source)
        fixed (byte* to = target)
        {
            var input = new StreamBuffer { Start = (nint)from, Size = (nuint)source.Length };
            var output = new StreamBuffer { Start = (nint)to, Size = (nuint)target.Length };
            nuint result = DecompressStream(_context, ref output, ref input);
            consumed = (int)input.Position;
            written = (int)output.Position;
            frameEnded = result == 0;
            return IsError(result) == 0;
        }
    }

    public void Dispose() => _context.Dispose();

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        if (NativeLibrary.TryLoad(Library, assembly, path, out nint handle)) return handle;
        return NativeLibrary.TryLoad("libzstd", assembly, path, out handle) ? handle : 0;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial Context CreateContext();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    private static partial nuint DecompressFrame(
        Context context, Span<byte> target, nuint targetSize, ReadOnlySpan<byte> source, nuint sourceSize);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint DecompressStream(Context context, ref StreamBuffer output, ref StreamBuffer input);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer of zstd.h: pointer, size, position.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct StreamBuffer
    {
        public nint Start;
        public nuint Size;
        public nuint Position;
    }

    private sealed class Context : SafeHandle
    {
        public Context() : base(0, true) { }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            _ = FreeContext(handle);
            return true;
        }
    }
}
