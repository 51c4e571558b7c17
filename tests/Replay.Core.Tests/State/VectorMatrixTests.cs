using System;
using Replay.Core.State;
using Xunit;

namespace Replay.Core.Tests.State;

/// <summary>
/// The allocator's books against the numbers that a real 6.1 kernel printed at boot: 201 vectors on a fresh CPU, 186 on
/// the boot CPU after its 15 legacy vectors, 198 on a CPU with 3 managed bits set aside before it came online.
/// </summary>
public class VectorMatrixTests
{
    private static VectorMatrix Boot61()
    {
        var matrix = new VectorMatrix { Complete = true, GlobalKnown = true };
        for (int cpu = 0; cpu < 4; cpu++) matrix.EnsureCpu(cpu);
        matrix.AssignSystem(0x20);
        matrix.AssignSystem(0x80);
        for (int bit = 0xEC; bit < 0x100; bit++) matrix.AssignSystem((byte)bit);
        matrix.AssignSystem(0x32);
        return matrix;
    }

    [Fact]
    public void A_fresh_cpu_of_6_1_has_201_vectors()
    {
        VectorMatrix matrix = Boot61();
        matrix.SetOnline(0);
        Assert.Equal(new GlobalCounters(1, 201, 0, 0), matrix.Global);
        Assert.Equal(new CpuCounters(true, 201, 0, 0), matrix.Counters(0));
    }

    [Fact]
    public void Legacy_vectors_leave_the_boot_cpu_186()
    {
        VectorMatrix matrix = Boot61();
        matrix.SetOnline(0);
        for (int irq = 0; irq < 16; irq++)
        {
            if (irq != 2) matrix.Alloc(0, (byte)(0x30 + irq));
        }
        Assert.Equal(new GlobalCounters(1, 186, 0, 15), matrix.Global);
    }

    [Fact]
    public void Bits_set_aside_before_a_cpu_comes_online_are_not_available_on_it()
    {
        VectorMatrix matrix = Boot61();
        matrix.SetOnline(0);
        for (byte bit = 33; bit < 36; bit++) matrix.ReserveManaged(1, bit);
        Assert.Equal(201u, matrix.Global.GlobalAvailable);
        matrix.SetOnline(1);
        Assert.Equal(198u, matrix.Counters(1).Available);
        Assert.Equal(201u + 198, matrix.Global.GlobalAvailable);
    }

    [Fact]
    public void A_managed_allocation_was_paid_for_at_reservation()
    {
        VectorMatrix matrix = Boot61();
        matrix.SetOnline(0);
        matrix.ReserveManaged(0, 33);
        GlobalCounters before = matrix.Global;
        matrix.AllocManaged(0, 33);
        Assert.Equal(before with { TotalAllocated = 1 }, matrix.Global);
        Assert.Equal(1u, matrix[0].ManagedAllocated);
        matrix.Free(0, 33, managed: true);
        Assert.Equal(before, matrix.Global);
        Assert.Equal(0u, matrix[0].ManagedAllocated);
    }

    [Fact]
    public void A_free_on_an_offline_map_leaves_the_total_too_high_as_the_kernel_does()
    {
        VectorMatrix matrix = Boot61();
        matrix.SetOnline(0);
        matrix.SetOnline(1);
        matrix.Alloc(1, 33);
        matrix.SetOffline(1);
        matrix.Free(1, 33, managed: false);
        Assert.Equal(1u, matrix.TotalAllocated);
        Assert.Equal(201u, matrix.Counters(1).Available);
        matrix.SetOnline(1);
        Assert.Equal(402u, matrix.GlobalAvailable);
    }

    /// <summary>
    /// 6.1 reports 201 of 204 with three system vectors inside; 6.12 201 of 203 with two, and 0xEB unused.
    /// </summary>
    [Theory]
    [InlineData(true, 0xEC)]
    [InlineData(false, 0xEB)]
    public void The_window_is_learned_from_what_a_fresh_cpu_has(bool hasCleanupVector, int end)
    {
        var matrix = new VectorMatrix { Complete = true };
        matrix.EnsureCpu(0);
        if (hasCleanupVector) matrix.AssignSystem(0x20);
        matrix.AssignSystem(0x32);
        matrix.AssignSystem(0x80);
        for (int bit = 0xEC; bit < 0x100; bit++) matrix.AssignSystem((byte)bit);
        matrix.LearnWindow(201);
        Assert.Equal(end, matrix.AllocEnd);
        matrix.SetOnline(0);
        Assert.Equal(201u, matrix.GlobalAvailable);
    }

    /// <summary>
    /// Random operations from a fixed seed: counters must equal a recount of the bitmaps at each step.
    /// </summary>
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Counters_equal_a_recount_of_the_bitmaps_after_every_operation(int seed)
    {
        var random = new Random(seed);
        VectorMatrix matrix = Boot61();
        for (int cpu = 0; cpu < 4; cpu++) matrix.SetOnline(cpu);
        for (int step = 0; step < 5000; step++)
        {
            int cpu = random.Next(4);
            var bit = (byte)random.Next(0x21, 0x80);
            ref CpuMap map = ref matrix[cpu];
            switch (random.Next(5))
            {
                case 0 when !map.AllocMap[bit] && !map.ManagedMap[bit] && bit != 0x32: matrix.Alloc(cpu, bit); break;
                case 1 when !map.AllocMap[bit] && !map.ManagedMap[bit] && bit != 0x32:
                    matrix.ReserveManaged(cpu, bit);
                    break;
                case 2 when map.ManagedMap[bit] && !map.AllocMap[bit]: matrix.AllocManaged(cpu, bit); break;
                case 3 when map.AllocMap[bit]: matrix.Free(cpu, bit, map.ManagedMap[bit]); break;
                case 4 when map.ManagedMap[bit] && !map.AllocMap[bit]: matrix.RemoveManaged(cpu, bit); break;
            }
            uint available = 0, total = 0;
            for (int c = 0; c < 4; c++)
            {
                ref CpuMap m = ref matrix[c];
                Assert.Equal(m.AllocMap.Count, (int)m.Allocated);
                Assert.Equal(m.ManagedMap.Count, (int)m.Managed);
                Assert.Equal(m.AllocMap.CountOfBoth(in m.ManagedMap), (int)m.ManagedAllocated);
                Assert.Equal(201u - m.Managed - (m.Allocated - m.ManagedAllocated), m.Available);
                available += m.Available;
                total += m.Allocated;
            }
            Assert.Equal(available, matrix.GlobalAvailable);
            Assert.Equal(total, matrix.TotalAllocated);
        }
    }
}
