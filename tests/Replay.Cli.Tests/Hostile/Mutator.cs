using System;
using System.Collections.Generic;

namespace Replay.Cli.Tests.Hostile;

/// <summary>Damages a file the way disks, transfers and attackers do, from a seed.</summary>
internal static class Mutator
{
    /// <summary>
    /// One to five changes: bits flipped, bytes set, cut out, put in, doubled; numbers made huge; the end cut off.
    /// </summary>
    public static byte[] Damage(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int changes = random.Next(1, 6); changes > 0 && bytes.Count > 1; changes--)
        {
            int at = random.Next(bytes.Count);
            int run = Math.Min(random.Next(1, 17), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, run); break;
                case 3: bytes.InsertRange(at, new byte[run]); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, run)); break;
                case 5:
                    for (int i = at; i < at + run; i++) bytes[i] = 0xFF;
                    break;
                case 6:
                    // In text forms a digit makes a number huge without making the line wrong.
                    for (int i = 0; i < run; i++) bytes.Insert(at, (byte)('0' + random.Next(10)));
                    break;
                default:
                    if (random.Next(4) == 0) bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
