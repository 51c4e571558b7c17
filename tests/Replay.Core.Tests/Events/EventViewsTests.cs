using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Xunit;

namespace Replay.Core.Tests.Events;

/// <summary>Every property of a view reads the operand of that name, as the schema has it, in random records.</summary>
public class EventViewsTests
{
    private delegate ulong Look(in IrqEvent record);

    private static readonly (EventKind Kind, string Operand, Look Look)[] Rows =
    [
        (EventKind.Loss, "count", (in r) => new LossCount(in r).Count),
        (EventKind.HandlerEntry, "name", (in r) => new HandlerRun(in r).Name),
        (EventKind.SetupIrq, "name", (in r) => new HandlerRun(in r).Name),
        (EventKind.HandlerExit, "ret", (in r) => (ulong)(long)new HandlerResult(in r).Ret),
        (EventKind.MsixEnableReturn, "ret", (in r) => (ulong)(long)new HandlerResult(in r).Ret),
        (EventKind.VectorAlloc, "reserved", (in r) => new VectorResult(in r).Reserved ? 1UL : 0),
        (EventKind.VectorAlloc, "ret", (in r) => (ulong)(long)new VectorResult(in r).Ret),
        (EventKind.VectorActivate, "is_managed", (in r) => new VectorActivation(in r).IsManaged ? 1UL : 0),
        (EventKind.VectorActivate, "can_reserve", (in r) => new VectorActivation(in r).CanReserve ? 1UL : 0),
        (EventKind.VectorActivate, "reserve", (in r) => new VectorActivation(in r).Reserve ? 1UL : 0),
        (EventKind.VectorDeactivate, "is_managed", (in r) => new VectorActivation(in r).IsManaged ? 1UL : 0),
        (EventKind.VectorDeactivate, "can_reserve", (in r) => new VectorActivation(in r).CanReserve ? 1UL : 0),
        (EventKind.VectorDeactivate, "reserve", (in r) => new VectorActivation(in r).Reserve ? 1UL : 0),
        (EventKind.VectorUpdate, "cpu", (in r) => new VectorMove(in r).Cpu),
        (EventKind.VectorUpdate, "prev_cpu", (in r) => new VectorMove(in r).PrevCpu),
        (EventKind.VectorUpdate, "prev_vector", (in r) => new VectorMove(in r).PrevVector),
        (EventKind.VectorClear, "cpu", (in r) => new VectorMove(in r).Cpu),
        (EventKind.VectorClear, "prev_cpu", (in r) => new VectorMove(in r).PrevCpu),
        (EventKind.VectorClear, "prev_vector", (in r) => new VectorMove(in r).PrevVector),
        (EventKind.SendCleanupVector, "cpu", (in r) => new VectorMove(in r).Cpu),
        (EventKind.SendCleanupVector, "prev_cpu", (in r) => new VectorMove(in r).PrevCpu),
        (EventKind.SendCleanupVector, "prev_vector", (in r) => new VectorMove(in r).PrevVector),
        (EventKind.FreeMovedVector, "cpu", (in r) => new VectorMove(in r).Cpu),
        (EventKind.FreeMovedVector, "prev_cpu", (in r) => new VectorMove(in r).PrevCpu),
        (EventKind.FreeMovedVector, "prev_vector", (in r) => new VectorMove(in r).PrevVector),
        (EventKind.VectorConfig, "cpu", (in r) => new VectorPlace(in r).Cpu),
        (EventKind.VectorConfig, "apicdest", (in r) => new VectorPlace(in r).ApicDest),
        (EventKind.MatrixOnline, "online_maps", (in r) => new MatrixCounters(in r).OnlineMaps),
        (EventKind.MatrixOnline, "global_available", (in r) => new MatrixCounters(in r).GlobalAvailable),
        (EventKind.MatrixOnline, "global_reserved", (in r) => new MatrixCounters(in r).GlobalReserved),
        (EventKind.MatrixOnline, "total_allocated", (in r) => new MatrixCounters(in r).TotalAllocated),
        (EventKind.MatrixReserve, "online_maps", (in r) => new MatrixCounters(in r).OnlineMaps),
        (EventKind.MatrixReserve, "global_available", (in r) => new MatrixCounters(in r).GlobalAvailable),
        (EventKind.MatrixReserve, "global_reserved", (in r) => new MatrixCounters(in r).GlobalReserved),
        (EventKind.MatrixReserve, "total_allocated", (in r) => new MatrixCounters(in r).TotalAllocated),
        (EventKind.MatrixAssignSystem, "online_maps", (in r) => new MatrixCounters(in r).OnlineMaps),
        (EventKind.MatrixAssignSystem, "global_available", (in r) => new MatrixCounters(in r).GlobalAvailable),
        (EventKind.MatrixAssignSystem, "global_reserved", (in r) => new MatrixCounters(in r).GlobalReserved),
        (EventKind.MatrixAssignSystem, "total_allocated", (in r) => new MatrixCounters(in r).TotalAllocated),
        (EventKind.MatrixAlloc, "cpu", (in r) => new MatrixOperation(in r).Cpu),
        (EventKind.MatrixAlloc, "online", (in r) => new MatrixOperation(in r).Online ? 1UL : 0),
        (EventKind.MatrixAlloc, "available", (in r) => new MatrixOperation(in r).Available),
        (EventKind.MatrixAlloc, "allocated", (in r) => new MatrixOperation(in r).Allocated),
        (EventKind.MatrixAlloc, "managed", (in r) => new MatrixOperation(in r).Managed),
        (EventKind.MatrixFree, "cpu", (in r) => new MatrixOperation(in r).Cpu),
        (EventKind.MatrixFree, "online", (in r) => new MatrixOperation(in r).Online ? 1UL : 0),
        (EventKind.MatrixFree, "available", (in r) => new MatrixOperation(in r).Available),
        (EventKind.MatrixFree, "allocated", (in r) => new MatrixOperation(in r).Allocated),
        (EventKind.MatrixFree, "managed", (in r) => new MatrixOperation(in r).Managed),
        (EventKind.MatrixReserveManaged, "cpu", (in r) => new MatrixOperation(in r).Cpu),
        (EventKind.MatrixReserveManaged, "online", (in r) => new MatrixOperation(in r).Online ? 1UL : 0),
        (EventKind.MatrixReserveManaged, "available", (in r) => new MatrixOperation(in r).Available),
        (EventKind.MatrixReserveManaged, "allocated", (in r) => new MatrixOperation(in r).Allocated),
        (EventKind.MatrixReserveManaged, "managed", (in r) => new MatrixOperation(in r).Managed),
        (EventKind.MatrixFreeCall, "cpu", (in r) => new MatrixRelease(in r).Cpu),
        (EventKind.MatrixFreeCall, "managed", (in r) => new MatrixRelease(in r).Managed ? 1UL : 0),
        (EventKind.CpuhpEnter, "cpu", (in r) => new HotplugStep(in r).Cpu),
        (EventKind.CpuhpEnter, "step", (in r) => (ulong)(long)new HotplugStep(in r).Step),
        (EventKind.CpuhpEnter, "fun", (in r) => new HotplugStep(in r).Fun),
        (EventKind.CpuhpMultiEnter, "cpu", (in r) => new HotplugStep(in r).Cpu),
        (EventKind.CpuhpMultiEnter, "step", (in r) => (ulong)(long)new HotplugStep(in r).Step),
        (EventKind.CpuhpMultiEnter, "fun", (in r) => new HotplugStep(in r).Fun),
        (EventKind.CpuhpExit, "cpu", (in r) => new HotplugResult(in r).Cpu),
        (EventKind.CpuhpExit, "step", (in r) => (ulong)(long)new HotplugResult(in r).Step),
        (EventKind.CpuhpExit, "ret", (in r) => (ulong)(long)new HotplugResult(in r).Ret),
        (EventKind.SuspendResume, "action", (in r) => new SuspendPhase(in r).Action),
        (EventKind.SuspendResume, "start", (in r) => new SuspendPhase(in r).Start ? 1UL : 0),
        (EventKind.IrteWrite, "index", (in r) => new IrteStore(in r).Index),
        (EventKind.IrteWrite, "sub", (in r) => new IrteStore(in r).Sub),
        (EventKind.IrteWrite, "lo", (in r) => new IrteStore(in r).Lo),
        (EventKind.IrteWrite, "hi", (in r) => new IrteStore(in r).Hi),
        (EventKind.IrteWriteAmd, "devid", (in r) => new AmdIrteStore(in r).DevId),
        (EventKind.IrteWriteAmd, "index", (in r) => new AmdIrteStore(in r).Index),
        (EventKind.IrteWriteAmd, "lo", (in r) => new AmdIrteStore(in r).Lo),
        (EventKind.IrteWriteAmd, "hi", (in r) => new AmdIrteStore(in r).Hi),
        (EventKind.DeviceAlias, "devid", (in r) => new AmdDevice(in r).DevId),
        (EventKind.DeviceAlias, "alias", (in r) => new AmdDevice(in r).Alias),
        (EventKind.QiSubmit, "iommu", (in r) => new Invalidation(in r).Iommu),
        (EventKind.QiSubmit, "qw0", (in r) => new Invalidation(in r).Qw0),
        (EventKind.IrAlloc, "count", (in r) => new RemapRange(in r).Count),
        (EventKind.IrFree, "count", (in r) => new RemapRange(in r).Count),
        (EventKind.MsiWrite, "device", (in r) => new MessageWrite(in r).Device),
        (EventKind.MsiWrite, "entry", (in r) => new MessageWrite(in r).Entry),
        (EventKind.MsiWrite, "address", (in r) => new MessageWrite(in r).Address),
        (EventKind.MsiWrite, "data", (in r) => new MessageWrite(in r).Data),
        (EventKind.MsiMask, "chip", (in r) => new MaskChange(in r).Chip),
        (EventKind.MsiUnmask, "chip", (in r) => new MaskChange(in r).Chip),
        (EventKind.MsixEnable, "device", (in r) => new DeviceOperation(in r).Device),
        (EventKind.MsiEnable, "device", (in r) => new DeviceOperation(in r).Device),
        (EventKind.MsixDisable, "device", (in r) => new DeviceOperation(in r).Device),
        (EventKind.FreeIrqVectors, "device", (in r) => new DeviceOperation(in r).Device),
        (EventKind.PciRestoreMsiState, "device", (in r) => new DeviceOperation(in r).Device),
        (EventKind.IrqSetAffinity, "mask", (in r) => new AffinityRequest(in r).Mask),
        (EventKind.IrqDoSetAffinity, "mask", (in r) => new AffinityRequest(in r).Mask),
        (EventKind.VpciChannel, "device", (in r) => new ChannelChange(in r).Device),
        (EventKind.VpciChannel, "open", (in r) => new ChannelChange(in r).Open ? 1UL : 0),
        (EventKind.VpciCreateInterrupt, "device", (in r) => new HostMapping(in r).Device),
        (EventKind.VpciCreateInterrupt, "status", (in r) => (ulong)(long)new HostMapping(in r).Status),
        (EventKind.VectorSetup, "ret", (in r) => (ulong)(long)new VectorResult(in r).Ret),
        (EventKind.VectorReserve, "ret", (in r) => (ulong)(long)new VectorResult(in r).Ret),
        (EventKind.VectorReserveManaged, "ret", (in r) => (ulong)(long)new VectorResult(in r).Ret),
        (EventKind.VectorAllocManaged, "ret", (in r) => (ulong)(long)new VectorResult(in r).Ret),
        (EventKind.ApicUpdateVector, "cpu", (in r) => new VectorPlace(in r).Cpu),
        (EventKind.VectorFreeMoved, "cpu", (in r) => new VectorPlace(in r).Cpu),
        (EventKind.AmdInvalidate, "devid", (in r) => new AmdDevice(in r).DevId),
        (EventKind.DeviceRaise, "device", (in r) => new EntryOperation(in r).Device),
        (EventKind.DeviceRaise, "entry", (in r) => new EntryOperation(in r).Entry),
        (EventKind.MsixStore, "device", (in r) => new EntryOperation(in r).Device),
        (EventKind.MsixStore, "entry", (in r) => new EntryOperation(in r).Entry),
        (EventKind.MsixPending, "device", (in r) => new EntryOperation(in r).Device),
        (EventKind.MsixPending, "entry", (in r) => new EntryOperation(in r).Entry),
        (EventKind.GuestEntryMask, "device", (in r) => new EntryOperation(in r).Device),
        (EventKind.GuestEntryMask, "entry", (in r) => new EntryOperation(in r).Entry),
        (EventKind.TriggerOwner, "device", (in r) => new EntryOperation(in r).Device),
        (EventKind.TriggerOwner, "entry", (in r) => new EntryOperation(in r).Entry),
        (EventKind.MsixStore, "register", (in r) => new EntryOperation(in r).Choice),
        (EventKind.MsixStore, "value", (in r) => new EntryOperation(in r).Value),
        (EventKind.MsixPending, "pending", (in r) => new EntryOperation(in r).Flag ? 1UL : 0),
        (EventKind.GuestEntryMask, "masked", (in r) => new EntryOperation(in r).Flag ? 1UL : 0),
        (EventKind.TriggerOwner, "owner", (in r) => new EntryOperation(in r).Choice),
        (EventKind.MsixSeen, "device", (in r) => new EntryContent(in r).Device),
        (EventKind.MsixSeen, "entry", (in r) => new EntryContent(in r).Entry),
        (EventKind.MsixSeen, "address", (in r) => new EntryContent(in r).Address),
        (EventKind.MsixSeen, "data", (in r) => new EntryContent(in r).Data),
        (EventKind.MsixSeen, "masked", (in r) => new EntryContent(in r).Masked ? 1UL : 0),
        (EventKind.MsiModeSeen, "device", (in r) => new MsiMode(in r).Device),
        (EventKind.MsiModeSeen, "msix", (in r) => new MsiMode(in r).Msix ? 1UL : 0),
        (EventKind.MsiModeSeen, "msi", (in r) => new MsiMode(in r).Msi ? 1UL : 0),
        (EventKind.MsiModeSeen, "intx", (in r) => new MsiMode(in r).Intx ? 1UL : 0),
        (EventKind.IrqStateSeen, "disabled", (in r) => new GenericFlags(in r).Disabled ? 1UL : 0),
        (EventKind.IrqStateSeen, "masked", (in r) => new GenericFlags(in r).Masked ? 1UL : 0),
        (EventKind.LapicAccept, "cpu", (in r) => new LapicStep(in r).Cpu),
        (EventKind.LapicService, "cpu", (in r) => new LapicStep(in r).Cpu),
        (EventKind.LapicEoi, "cpu", (in r) => new LapicStep(in r).Cpu),
        (EventKind.LapicAccept, "level", (in r) => new LapicStep(in r).Level ? 1UL : 0),
        (EventKind.LapicEoi, "level", (in r) => new LapicStep(in r).Level ? 1UL : 0),
        (EventKind.IoApicPin, "rte", (in r) => new PinState(in r).Rte),
        (EventKind.IoApicPin, "ioapic", (in r) => new PinState(in r).IoApic),
        (EventKind.IoApicPin, "pin", (in r) => new PinState(in r).Pin),
        (EventKind.IoPageFault, "device", (in r) => new PageFault(in r).Device),
        (EventKind.IoPageFault, "address", (in r) => new PageFault(in r).Address),
        (EventKind.RemapControl, "step", (in r) => new RemapSetup(in r).Step),
        (EventKind.RemapControl, "unit", (in r) => new RemapSetup(in r).Unit),
        (EventKind.RemapControl, "value", (in r) => new RemapSetup(in r).Value),
        (EventKind.IrteHalf, "index", (in r) => new IrteHalfStore(in r).Index),
        (EventKind.IrteHalf, "half", (in r) => (ulong)new IrteHalfStore(in r).Half),
        (EventKind.IrteHalf, "value", (in r) => new IrteHalfStore(in r).Value),
        (EventKind.PostedDescriptor, "address", (in r) => new DescriptorState(in r).Address),
        (EventKind.PostedDescriptor, "pir", (in r) => new DescriptorState(in r).Pir ? 1UL : 0),
        (EventKind.PostedDescriptor, "on", (in r) => new DescriptorState(in r).On ? 1UL : 0),
        (EventKind.PostedDescriptor, "sn", (in r) => new DescriptorState(in r).Sn ? 1UL : 0),
        (EventKind.PostedDescriptor, "nv", (in r) => new DescriptorState(in r).Nv),
        (EventKind.PostedDescriptor, "ndst", (in r) => new DescriptorState(in r).Ndst),
        (EventKind.VcpuPlace, "address", (in r) => new VcpuMove(in r).Address),
        (EventKind.VcpuPlace, "state", (in r) => new VcpuMove(in r).State),
        (EventKind.VcpuPlace, "apic", (in r) => new VcpuMove(in r).Apic),
        (EventKind.PiIrteUpdate, "set", (in r) => new PostedUpdate(in r).Set ? 1UL : 0),
        (EventKind.IrqfdBind, "gsi", (in r) => new IrqfdOperation(in r).Gsi),
        (EventKind.IrqfdBind, "bound", (in r) => new IrqfdOperation(in r).Bound ? 1UL : 0),
        (EventKind.IrqfdSignal, "gsi", (in r) => new IrqfdOperation(in r).Gsi),
        (EventKind.IrqRoute, "gsi", (in r) => new RouteChange(in r).Gsi),
        (EventKind.IrqRoute, "present", (in r) => new RouteChange(in r).Present ? 1UL : 0),
        (EventKind.MessageCopied, "agent", (in r) => new MessageCopy(in r).Agent),
        (EventKind.GuestPin, "rte", (in r) => new PinState(in r).Rte),
        (EventKind.GuestPin, "pin", (in r) => new PinState(in r).Pin),
    ];

    public static TheoryData<int> Indexes()
    {
        var data = new TheoryData<int>();
        for (int i = 0; i < Rows.Length; i++) data.Add(i);
        return data;
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public void View_reads_what_the_schema_says(int index)
    {
        (EventKind kind, string name, Look look) = Rows[index];
        EventOperand? operand = EventSchema.Find(kind)!.FindOperand(name);
        Assert.True(operand is not null, $"{kind} has no operand {name}");
        var random = new Random(index);
        Span<byte> bytes = stackalloc byte[IrqEvent.SizeBytes];
        for (int i = 0; i < 64; i++)
        {
            random.NextBytes(bytes);
            IrqEvent record = System.Runtime.InteropServices.MemoryMarshal.Read<IrqEvent>(bytes);
            IrqEvent extension = record;
            ulong expected = operand.Get(in record, in extension);
            Assert.Equal(expected, look(in record) & operand.Mask);
        }
    }

    [Fact]
    public void Every_row_is_there_once()
    {
        var seen = new HashSet<(EventKind, string)>();
        foreach ((EventKind kind, string operand, _) in Rows) Assert.True(seen.Add((kind, operand)), $"{kind} {operand}");
    }
}
