using System.Collections.Generic;
using Replay.Core.Findings;
using Replay.Core.Reports;

namespace Replay.Cli.Tests.Fakes;

/// <summary>A state in which everything that may be unknown is known once and unknown once.</summary>
internal static class SampleState
{
    public static StateReport Full(StateReport empty) => empty with
    {
        Cpus =
        [
            new CpuRow(0, true, [new VectorSlot(34, 24, "assigned"), new VectorSlot(236, null, "system")]),
            new CpuRow(1, false, [new VectorSlot(35, 25, "shutdown")]),
            new CpuRow(2, null, []),
        ],
        Irqs =
        [
            new IrqRow(24, "virtio0-input.0", "IR-PCI-MSIX-0000:00:03.0", "0000:00:03.0", 1, [0, 1, 2, 7], 0, 34,
                false, true, false, [1200, 0, 3]),
            new IrqRow(25, null, null, null, null, null, null, null, null, null, null, []),
            new IrqRow(26, "nvme0q1", "PCI-MSIX", "0000:00:04.0", 0, [1], 1, 36, true, false, true, [0, 0]),
        ],
        Remap =
        [
            new RemapUnit("dmar0", true,
            [
                new RemapEntry(9, 0x0000000100220015, 0x0000000000040018, true, 34, 1, "00:03.0"),
                new RemapEntry(10, null, null, null, null, null, null),
            ]),
            new RemapUnit(null, null, []),
        ],
        Msix =
        [
            // Remappable format, handle 9.
            new MsixFunction("0000:00:03.0", true, false,
            [
                new MsixRow(0, null, null, null, null), new MsixRow(1, 0xFEE00138, 0, 0, false),
            ]),
            new MsixFunction("0000:00:04.0", null, null, [new MsixRow(0, 0xFEE01000, 0x4024, 1, true)]),
        ],
        Matrix = new MatrixRow(395, 12, 9,
        [
            new MatrixCpuRow(0, true, 197, 5, 1, 0), new MatrixCpuRow(1, null, null, null, null, null),
        ]),
    };

    public static IReadOnlyList<ReportFinding> Findings { get; } =
    [
        new("IRQ009", Severity.Minor, 1, 1_500_000_000, 1, null, null, null, 2, null,
            "A vector fired that nobody owns."),
        new("IRQ003", Severity.Critical, 5, 3_500_000_000, 2, 24, "0000:00:03.0", 1, 1, 34,
            "The device still sends the message of before the move: every interrupt since is lost."),
        new("IRQ036", Severity.Note, 0, null, null, null, null, null, null, null, "Recording began after boot."),
    ];
}
