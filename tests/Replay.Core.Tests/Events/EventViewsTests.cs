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
        (EventKind.DeviceRaise, "device", (in r) => new DeviceEntry(in r).Device),
        (EventKind.DeviceRaise, "entry", (in r) => new DeviceEntry(in r).Entry),
        (EventKind.AerAnswer, "device", (in r) => new AerVoteGiven(in r).Device),
        (EventKind.AerAnswer, "callback", (in r) => new AerVoteGiven(in r).Callback),
        (EventKind.AerAnswer, "answer", (in r) => new AerVoteGiven(in r).Answer),
        (EventKind.GuestAerStep, "device", (in r) => new GuestRecoveryStep(in r).Device),
        (EventKind.GuestAerStep, "step", (in r) => new GuestRecoveryStep(in r).Step),
        (EventKind.GuestAccess, "device", (in r) => new GuestDeviceAccess(in r).Device),
        (EventKind.GuestAccess, "space", (in r) => new GuestDeviceAccess(in r).Space),
        (EventKind.AerTimer, "device", (in r) => new RecoveryTimer(in r).Device),
        (EventKind.AerTimer, "ready", (in r) => new RecoveryTimer(in r).Ready ? 1UL : 0),
        (EventKind.AerTimer, "expired", (in r) => new RecoveryTimer(in r).Expired ? 1UL : 0),
        (EventKind.VmRun, "vm", (in r) => new MachineRun(in r).Vm),
        (EventKind.VmRun, "running", (in r) => new MachineRun(in r).Running ? 1UL : 0),
        (EventKind.AerEvent, "device", (in r) => new ErrorReport(in r).Device),
        (EventKind.AerEvent, "severity", (in r) => new ErrorReport(in r).Severity),
        (EventKind.AerEvent, "status", (in r) => new ErrorReport(in r).Status),
        (EventKind.DeviceStep, "device", (in r) => new DeviceProgress(in r).Device),
        (EventKind.DeviceStep, "step", (in r) => new DeviceProgress(in r).Step),
        (EventKind.DeviceStep, "state", (in r) => (ulong)(long)new DeviceProgress(in r).State),
        (EventKind.DeviceStep, "source", (in r) => new DeviceProgress(in r).Source),
        (EventKind.VfioHost, "platform", (in r) => new HostDescription(in r).Platform),
        (EventKind.VfioHost, "irq_code", (in r) => new HostDescription(in r).IrqCode),
        (EventKind.VfioHost, "dma_translation", (in r) => new HostDescription(in r).DmaTranslation ? 1UL : 0),
        (EventKind.VfioHost, "page0_mapped", (in r) => new HostDescription(in r).Page0Mapped ? 1UL : 0),
        (EventKind.VfioFunction, "device", (in r) => new FunctionDescription(in r).Device),
        (EventKind.VfioFunction, "port", (in r) => new FunctionDescription(in r).Port),
        (EventKind.VfioFunction, "owner", (in r) => new FunctionDescription(in r).Owner),
        (EventKind.VfioFunction, "bound", (in r) => new FunctionDescription(in r).Bound),
        (EventKind.VfioFunction, "entries", (in r) => new FunctionDescription(in r).Entries),
        (EventKind.VfioFunction, "group", (in r) => new FunctionDescription(in r).Group),
        (EventKind.VfioFunction, "no_bus_reset", (in r) => new FunctionDescription(in r).NoBusReset ? 1UL : 0),
        (EventKind.VfioSetIrqs, "device", (in r) => new TriggerChange(in r).Device),
        (EventKind.VfioSetIrqs, "start", (in r) => new TriggerChange(in r).Start),
        (EventKind.VfioSetIrqs, "count", (in r) => new TriggerChange(in r).Count),
        (EventKind.VfioSetIrqs, "trigger", (in r) => new TriggerChange(in r).Trigger),
        (EventKind.GuestMsixControl, "device", (in r) => new GuestControlWrite(in r).Device),
        (EventKind.GuestMsixControl, "enable", (in r) => new GuestControlWrite(in r).Enable ? 1UL : 0),
        (EventKind.GuestMsixControl, "mask", (in r) => new GuestControlWrite(in r).Mask ? 1UL : 0),
        (EventKind.GuestMsixMask, "device", (in r) => new EntryFlag(in r).Device),
        (EventKind.GuestMsixMask, "entry", (in r) => new EntryFlag(in r).Entry),
        (EventKind.GuestMsixMask, "masked", (in r) => new EntryFlag(in r).Value ? 1UL : 0),
        (EventKind.VfioReset, "device", (in r) => new ResetRequest(in r).Device),
        (EventKind.VfioReset, "kind", (in r) => new ResetRequest(in r).Kind),
        (EventKind.VfioReset, "via", (in r) => new ResetRequest(in r).Via),
        (EventKind.VfioReset, "caller", (in r) => new ResetRequest(in r).Caller),
        (EventKind.VfioReset, "single", (in r) => new ResetRequest(in r).Single ? 1UL : 0),
        (EventKind.VfioReset, "contended", (in r) => new ResetRequest(in r).Contended ? 1UL : 0),
        (EventKind.VfioReset, "enable_survives", (in r) => new ResetRequest(in r).EnableSurvives ? 1UL : 0),
        (EventKind.VfioReset, "entry_mask", (in r) => new ResetRequest(in r).EntryMask ? 1UL : 0),
        (EventKind.VfioResetReturn, "device", (in r) => new ResetResult(in r).Device),
        (EventKind.VfioResetReturn, "ret", (in r) => (ulong)(long)new ResetResult(in r).Ret),
        (EventKind.KvmRoute, "device", (in r) => new EntryFlag(in r).Device),
        (EventKind.KvmRoute, "entry", (in r) => new EntryFlag(in r).Entry),
        (EventKind.KvmRoute, "present", (in r) => new EntryFlag(in r).Value ? 1UL : 0),
        (EventKind.GuestMsixMessage, "device", (in r) => new MessageWrite(in r).Device),
        (EventKind.GuestMsixMessage, "entry", (in r) => new MessageWrite(in r).Entry),
        (EventKind.GuestMsixMessage, "address", (in r) => new MessageWrite(in r).Address),
        (EventKind.GuestMsixMessage, "data", (in r) => new MessageWrite(in r).Data),
        (EventKind.MsixTableRead, "device", (in r) => new MessageWrite(in r).Device),
        (EventKind.MsixTableRead, "entry", (in r) => new MessageWrite(in r).Entry),
        (EventKind.MsixTableRead, "address", (in r) => new MessageWrite(in r).Address),
        (EventKind.MsixTableRead, "data", (in r) => new MessageWrite(in r).Data),
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
