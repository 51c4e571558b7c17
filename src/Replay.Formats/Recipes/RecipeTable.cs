using System.Collections.Generic;

namespace Replay.Formats.Recipes;

/// <summary>
/// What to record on each platform. The other side of <c>events.map</c>: a test holds each against the other, so a new
/// line there needs a row here, and the other way round.
/// </summary>
/// <remarks>
/// Argument registers are those of x86-64 calls; fixed offsets into structures are the same in Linux 6.1 and 6.12:
/// irq_data (irq +4, hwirq +8, chip +24), msi_desc (irq +0, dev +8), msi_msg, apic_chip_data (from vector +8 on).
/// Those that depend on the configuration are variables that the script takes from the running kernel.
/// </remarks>
public static partial class RecipeTable
{
    private const string IrqData = "irq=+4(%di):u32";

    private const string IrqDesc = "irq=+$IRQ_DESC(%di):u32";

    private const string PciDev = "dev=+0(+$PCI_DEV(%di)):string";

    private const string ChipData =
        "vector=+8(%di):u32 prev_vector=+12(%di):u32 cpu=+16(%di):u32 prev_cpu=+20(%di):u32 irq=+24(%di):u32";

    private const string Affinity = "irq=+4(%di):u32 mask=+0(%si):x64 force=%dx:u8";

    private const string Chip = "irq=+4(%di):u32 hwirq=+8(%di):x64 chip=+0(+0(+24(%di))):string";

    /// <summary>Platforms as users name them.</summary>
    public static IReadOnlyList<RecipePlatform> Platforms { get; } =
    [
        new("hyperv", RecipePlatforms.HyperV,
            "inside a Linux guest of Hyper-V or Azure: its kernel, its virtual PCI bus, its channel"),
        new("kvm", RecipePlatforms.Kvm,
            "on a Linux host that runs guests under KVM: its kernel, KVM, and what QEMU logs"),
        new("vfio", RecipePlatforms.Vfio,
            "on a Linux host that gives devices to guests by VFIO: its kernel, errors and resets, KVM, QEMU"),
        new("bare-metal", RecipePlatforms.BareMetal,
            "on a machine, or inside a guest of any other hypervisor: its kernel"),
    ];

    /// <summary>Probes in the order in which they are defined.</summary>
    public static IReadOnlyList<RecipeProbe> Probes { get; } =
    [
        // MSI and MSI-X, config space, resets.
        new("pci_write_msi_msg", "__pci_write_msi_msg",
            "irq=+0(%di):u32 idx=+$MSI_INDEX(%di):u16 addr_lo=+0(%si):x32 addr_hi=+4(%si):x32 data=+8(%si):x32 "
            + "dev=+0(+0(+8(%di))):string", RecipePlatforms.All),
        new("pci_msi_mask", "pci_msi_mask_irq", Chip, RecipePlatforms.All),
        new("pci_msi_unmask", "pci_msi_unmask_irq", Chip, RecipePlatforms.All),
        new("enable_msix_range", "__pci_enable_msix_range",
            PciDev + " minvec=%dx:s32 maxvec=%cx:s32", RecipePlatforms.All),
        new("msix_range_ret", "__pci_enable_msix_range", "ret=%ax:s32", RecipePlatforms.All) { IsReturn = true },
        new("enable_msi_range", "__pci_enable_msi_range",
            PciDev + " minvec=%si:s32 maxvec=%dx:s32", RecipePlatforms.All),
        new("disable_msix", "pci_disable_msix", PciDev, RecipePlatforms.All),
        new("free_irq_vectors", "pci_free_irq_vectors", PciDev, RecipePlatforms.All),
        new("pci_save_state", "pci_save_state", PciDev, RecipePlatforms.All),
        new("pci_restore_state", "pci_restore_state", PciDev, RecipePlatforms.All),
        new("pci_restore_msi_state", "pci_restore_msi_state", PciDev, RecipePlatforms.All),
        new("pcie_flr", "pcie_flr", PciDev, RecipePlatforms.All),
        new("pci_reset_function", "pci_reset_function", PciDev, RecipePlatforms.All),
        new("secondary_bus_reset", "pci_bridge_secondary_bus_reset", PciDev, RecipePlatforms.All),

        // The generic interrupt core and the vector domain: seen on a CPU that goes down too, where
        // tracepoints are silent.
        new("irq_set_affinity", "irq_set_affinity_locked", Affinity, RecipePlatforms.All),
        new("irq_do_set_affinity", "irq_do_set_affinity", Affinity, RecipePlatforms.All),
        new("apic_set_affinity", "apic_set_affinity", Affinity, RecipePlatforms.All),
        new("apic_set_aff_ret", "apic_set_affinity", "ret=%ax:s32", RecipePlatforms.All) { IsReturn = true },
        new("msi_set_affinity", "msi_set_affinity", Affinity, RecipePlatforms.All),
        new("ioapic_set_affinity", "ioapic_set_affinity", Affinity, RecipePlatforms.All),
        new("irq_startup", "irq_startup", IrqDesc, RecipePlatforms.All),
        new("irq_shutdown", "irq_shutdown", IrqDesc, RecipePlatforms.All),
        new("irq_shutdown_deact", "irq_shutdown_and_deactivate", IrqDesc, RecipePlatforms.All),
        new("setup_irq", "__setup_irq", "irq=%di:u32 name=+0(+$ACTION_NAME(%dx)):string", RecipePlatforms.All),
        new("free_irq", "free_irq", "irq=%di:u32", RecipePlatforms.All),
        new("apic_update_vector", "apic_update_vector",
            IrqData + " newvec=%si:u32 newcpu=%dx:u32", RecipePlatforms.All),
        new("send_cleanup_vector", "__send_cleanup_vector", ChipData, RecipePlatforms.All),
        new("vector_schedule_cleanup", "__vector_schedule_cleanup", ChipData, RecipePlatforms.All),
        new("free_moved_vector", "free_moved_vector", ChipData, RecipePlatforms.All),
        new("move_cleanup_ipi", "__sysvec_irq_move_cleanup", "", RecipePlatforms.All),
        new("vector_cleanup_timer", "vector_cleanup_callback", "", RecipePlatforms.All),
        new("irq_complete_move", "irq_complete_move", "", RecipePlatforms.All),
        new("irq_force_complete_move", "irq_force_complete_move", IrqDesc, RecipePlatforms.All),
        new("retrigger", "apic_retrigger_irq", IrqData, RecipePlatforms.All),
        new("retrigger_hier", "irq_chip_retrigger_hierarchy", IrqData, RecipePlatforms.All),
        new("check_irq_resend", "check_irq_resend", IrqDesc + " inject=%si:u8", RecipePlatforms.All),
        new("x86_vec_activate", "x86_vector_activate", "irq=+4(%si):u32 reserve=%dx:u8", RecipePlatforms.All),
        new("x86_vec_deactivate", "x86_vector_deactivate", "irq=+4(%si):u32", RecipePlatforms.All),
        new("matrix_free", "irq_matrix_free", "cpu=%si:u32 bit=%dx:u32 managed=%cx:u8", RecipePlatforms.All),
        new("ack_irq", "apic_ack_irq", IrqData, RecipePlatforms.All),
        new("edge_irq", "handle_edge_irq", IrqDesc, RecipePlatforms.All),

        // Steps of a CPU that goes down or up, and of the whole kernel.
        new("lapic_can_unplug", "lapic_can_unplug_cpu", "", RecipePlatforms.All),
        new("can_unplug_ret", "lapic_can_unplug_cpu", "ret=%ax:s32", RecipePlatforms.All) { IsReturn = true },
        new("fixup_irqs", "fixup_irqs", "", RecipePlatforms.All),
        new("migrate_all_off", "irq_migrate_all_off_this_cpu", "", RecipePlatforms.All),
        new("lapic_offline", "lapic_offline", "", RecipePlatforms.All),
        new("lapic_online", "lapic_online", "", RecipePlatforms.All),
        new("freeze_sec_cpus", "freeze_secondary_cpus", "primary=%di:s32", RecipePlatforms.All),
        new("thaw_sec_cpus", "thaw_secondary_cpus", "", RecipePlatforms.All),
        new("syscore_suspend", "syscore_suspend", "", RecipePlatforms.All),
        new("syscore_resume", "syscore_resume", "", RecipePlatforms.All),
        new("lapic_suspend", "lapic_suspend", "", RecipePlatforms.All),
        new("lapic_resume", "lapic_resume", "", RecipePlatforms.All),
        new("suspend_dev_irqs", "suspend_device_irqs", "", RecipePlatforms.All),
        new("resume_dev_irqs", "resume_device_irqs", "", RecipePlatforms.All),
        new("ioapic_resume", "ioapic_resume", "", RecipePlatforms.All),
        new("pci_pm_restore_noirq", "pci_pm_restore_noirq", "dev=+0(+0(%di)):string", RecipePlatforms.All),
        new("pci_pm_freeze_noirq", "pci_pm_freeze_noirq", "dev=+0(+0(%di)):string", RecipePlatforms.All),
        new("pci_pm_thaw_noirq", "pci_pm_thaw_noirq", "dev=+0(+0(%di)):string", RecipePlatforms.All),
        new("pci_pm_poweroff_noirq", "pci_pm_poweroff_noirq", "dev=+0(+0(%di)):string", RecipePlatforms.All),
        new("pci_pm_resume_noirq", "pci_pm_resume_noirq", "dev=+0(+0(%di)):string", RecipePlatforms.All),
        new("m_nvme_reset_prepare", "nvme_reset_prepare", "", RecipePlatforms.All),
        new("m_nvme_reset_done", "nvme_reset_done", "", RecipePlatforms.All),
        new("m_nvme_reset_work", "nvme_reset_work", "", RecipePlatforms.All),
        new("m_nvme_dev_disable", "nvme_dev_disable", "", RecipePlatforms.All),

        // Interrupt remapping, Intel and AMD. Both drivers have a modify_irte.
        new("modify_irte", "modify_irte", "idx=+8(%di):u16 sub=+10(%di):u16 lo=+0(%si):x64 hi=+8(%si):x64",
            RecipePlatforms.WithRemapping) { Near = "intel_irq_remapping_alloc" },
        new("modify_irte_ga", "modify_irte_ga", "devid=%si:u16 index=%dx:s32 lo=+0(%cx):x64 hi=+8(%cx):x64",
            RecipePlatforms.WithRemapping),
        new("ir_set_affinity", "intel_ir_set_affinity", Affinity, RecipePlatforms.WithRemapping),
        new("amd_ir_set_affinity", "amd_ir_set_affinity", Affinity, RecipePlatforms.WithRemapping),
        new("ir_alloc", "intel_irq_remapping_alloc", "virq=%si:u32 nr=%dx:u32", RecipePlatforms.WithRemapping),
        new("ir_free", "intel_irq_remapping_free", "virq=%si:u32 nr=%dx:u32", RecipePlatforms.WithRemapping),
        new("ir_activate", "intel_irq_remapping_activate", "irq=+4(%si):u32", RecipePlatforms.WithRemapping),
        new("ir_deactivate", "intel_irq_remapping_deactivate", "irq=+4(%si):u32", RecipePlatforms.WithRemapping),
        new("iommu_suspend", "iommu_suspend", "", RecipePlatforms.WithRemapping),
        new("iommu_resume", "iommu_resume", "", RecipePlatforms.WithRemapping),
        new("disable_ir", "disable_irq_remapping", "", RecipePlatforms.WithRemapping),
        new("reenable_ir", "reenable_irq_remapping", "mode=%di:u32", RecipePlatforms.WithRemapping),
        new("reenable_ir2", "irq_remapping_reenable", "mode=%di:u32", RecipePlatforms.WithRemapping),

        // PCIe errors.
        new("pcie_do_recovery", "pcie_do_recovery", PciDev + " state=%si:u32", RecipePlatforms.All),
        new("report_error_detected", "report_error_detected", PciDev + " state=%si:u32", RecipePlatforms.All),
        new("report_frozen_detected", "report_frozen_detected", PciDev, RecipePlatforms.All),
        new("report_normal_detected", "report_normal_detected", PciDev, RecipePlatforms.All),
        new("report_mmio_enabled", "report_mmio_enabled", PciDev, RecipePlatforms.All),
        new("report_slot_reset", "report_slot_reset", PciDev, RecipePlatforms.All),
        new("report_resume", "report_resume", PciDev, RecipePlatforms.All),
        new("nvme_error_detected", "nvme_error_detected", PciDev + " state=%si:u32", RecipePlatforms.All),
        new("nvme_slot_reset", "nvme_slot_reset", PciDev, RecipePlatforms.All),
        new("nvme_error_resume", "nvme_error_resume", PciDev, RecipePlatforms.All),
        new("e1000_error_detected", "e1000_io_error_detected", PciDev + " state=%si:u32", RecipePlatforms.All),
        new("e1000_slot_reset", "e1000_io_slot_reset", PciDev, RecipePlatforms.All),
        new("e1000_resume", "e1000_io_resume", PciDev, RecipePlatforms.All),
        new("pcie_wait_link", "pcie_wait_for_link", PciDev + " active=%si:u8", RecipePlatforms.All),
        new("aer_root_reset", "aer_root_reset", PciDev, RecipePlatforms.All),
        new("pci_bus_error_reset", "pci_bus_error_reset", PciDev, RecipePlatforms.All),
        new("pci_reset_secondary_bus", "pci_reset_secondary_bus", PciDev, RecipePlatforms.All),
        new("vfio_error_detected", "vfio_pci_core_aer_err_detected", PciDev + " state=%si:u32", RecipePlatforms.Vfio),
        new("vfio_set_vector", "vfio_msi_set_vector_signal",
            "vector=%si:u32 fd=%dx:s32 msix=%cx:u8", RecipePlatforms.Vfio),
        new("vfio_msihandler", "vfio_msihandler", "irq=%di:u32", RecipePlatforms.Vfio),

        // The guest's side of Hyper-V's virtual PCI (interrupt unmasking, composition, bus states).
        HyperV("hv_irq_unmask", "hv_irq_unmask", IrqData),
        HyperV("hv_irq_mask", "hv_irq_mask", IrqData),
        HyperV("hv_arch_irq_unmask", "hv_arch_irq_unmask", IrqData),
        HyperV("hv_compose_msi_msg", "hv_compose_msi_msg", IrqData),
        HyperV("hv_pci_probe", "hv_pci_probe", ""),
        HyperV("hv_pci_suspend", "hv_pci_suspend", ""),
        HyperV("hv_pci_resume", "hv_pci_resume", ""),
        HyperV("hv_pci_remove", "hv_pci_remove", ""),
        HyperV("hv_pci_enter_d0", "hv_pci_enter_d0", ""),
        HyperV("hv_pci_bus_exit", "hv_pci_bus_exit", ""),
        HyperV("hv_pci_restore_msi_state", "hv_pci_restore_msi_state", ""),
        HyperV("hv_int_desc_free", "hv_int_desc_free", ""),
    ];

    private static RecipeProbe HyperV(string name, string function, string arguments) =>
        new(name, function, arguments, RecipePlatforms.HyperV) { IsContext = true };
}
