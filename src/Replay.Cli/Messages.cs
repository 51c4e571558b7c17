using System;

namespace Replay.Cli;

/// <summary>Texts that do not belong to one command, in one place so that they can be read in a row.</summary>
internal static class Messages
{
    public const string Interrupted =
        "irqreplay: interrupted: what was printed is not complete, and no file was written";

    public static string InternalError(Exception e) =>
        $"""
        irqreplay: this is a bug in irqreplay, not in your recording and not in what you typed.
          what happened: {e.GetType().Name}: {PlainText.CleanLines(e.Message)}
          please report: this text, the command line, the output of "irqreplay --version" and, if you may share it, the
          recording (or the output of "irqreplay info FILE"). Setting IRQREPLAY_DEBUG=1 adds the place in the program.
        """;
}
