using System.Collections.Generic;

namespace Replay.Formats.Recipes;

/// <content>Tracepoints, and what QEMU logs.</content>
public static partial class RecipeTable
{
    /// <summary>Tracepoints in the order in which they are enabled.</summary>
    public static IReadOnlyList<RecipeTracepoint> Tracepoints { get; } =
    [
        new("irq:irq_handler_entry", RecipePlatforms.All),
        new("irq:irq_handler_exit", RecipePlatforms.All),

        new("irq_vectors:local_timer_entry", RecipePlatforms.All),
        new("irq_vectors:local_timer_exit", RecipePlatforms.All),
        new("irq_vectors:spurious_apic_entry", RecipePlatforms.All),
        new("irq_vectors:spurious_apic_exit", RecipePlatforms.All),
        new("irq_vectors:error_apic_entry", RecipePlatforms.All),
        new("irq_vectors:error_apic_exit", RecipePlatforms.All),
        new("irq_vectors:x86_platform_ipi_entry", RecipePlatforms.All),
        new("irq_vectors:x86_platform_ipi_exit", RecipePlatforms.All),
        new("irq_vectors:irq_work_entry", RecipePlatforms.All),
        new("irq_vectors:irq_work_exit", RecipePlatforms.All),
        new("irq_vectors:reschedule_entry", RecipePlatforms.All),
        new("irq_vectors:reschedule_exit", RecipePlatforms.All),
        new("irq_vectors:call_function_entry", RecipePlatforms.All),
        new("irq_vectors:call_function_exit", RecipePlatforms.All),
        new("irq_vectors:call_function_single_entry", RecipePlatforms.All),
        new("irq_vectors:call_function_single_exit", RecipePlatforms.All),
        new("irq_vectors:threshold_apic_entry", RecipePlatforms.All),
        new("irq_vectors:threshold_apic_exit", RecipePlatforms.All),
        new("irq_vectors:deferred_error_apic_entry", RecipePlatforms.All),
        new("irq_vectors:deferred_error_apic_exit", RecipePlatforms.All),
        new("irq_vectors:thermal_apic_entry", RecipePlatforms.All),
        new("irq_vectors:thermal_apic_exit", RecipePlatforms.All),
        new("irq_vectors:vector_setup", RecipePlatforms.All),
        new("irq_vectors:vector_reserve", RecipePlatforms.All),
        new("irq_vectors:vector_reserve_managed", RecipePlatforms.All),
        new("irq_vectors:vector_activate", RecipePlatforms.All),
        new("irq_vectors:vector_deactivate", RecipePlatforms.All),
        new("irq_vectors:vector_alloc", RecipePlatforms.All),
        new("irq_vectors:vector_alloc_managed", RecipePlatforms.All),
        new("irq_vectors:vector_update", RecipePlatforms.All),
        new("irq_vectors:vector_config", RecipePlatforms.All),
        new("irq_vectors:vector_clear", RecipePlatforms.All),
        new("irq_vectors:vector_free_moved", RecipePlatforms.All),
        new("irq_vectors:vector_teardown", RecipePlatforms.All),

        new("irq_matrix:irq_matrix_online", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_offline", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_reserve", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_remove_reserved", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_assign_system", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_reserve_managed", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_remove_managed", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_assign", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_alloc", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_alloc_managed", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_free", RecipePlatforms.All),
        new("irq_matrix:irq_matrix_alloc_reserved", RecipePlatforms.All),

        new("cpuhp:cpuhp_enter", RecipePlatforms.All),
        new("cpuhp:cpuhp_multi_enter", RecipePlatforms.All),
        new("cpuhp:cpuhp_exit", RecipePlatforms.All),

        new("power:suspend_resume", RecipePlatforms.All),
        new("power:device_pm_callback_start", RecipePlatforms.All),
        new("power:device_pm_callback_end", RecipePlatforms.All),

        new("ras:aer_event", RecipePlatforms.All),

        new("intel_iommu:qi_submit", RecipePlatforms.WithRemapping),

        // For people, and for what is not mapped yet.
        new("printk:console", RecipePlatforms.All, IsContext: true),
        new("iommu:io_page_fault", RecipePlatforms.WithRemapping, IsContext: true),
        new("hyperv:vmbus_onoffer", RecipePlatforms.HyperV, IsContext: true),
        new("hyperv:vmbus_onoffer_rescind", RecipePlatforms.HyperV, IsContext: true),
        new("hyperv:vmbus_open", RecipePlatforms.HyperV, IsContext: true),
        new("hyperv:vmbus_onopen_result", RecipePlatforms.HyperV, IsContext: true),
        new("hyperv:vmbus_close_internal", RecipePlatforms.HyperV, IsContext: true),
        new("hyperv:vmbus_release_relid", RecipePlatforms.HyperV, IsContext: true),
        new("kvm:kvm_msi_set_irq", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_set_irq", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_ioapic_set_irq", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_ioapic_delayed_eoi_inj", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_apic_accept_irq", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_apicv_accept_irq", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_inj_virq", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_eoi", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_pv_eoi", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_ack_irq", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_pi_irte_update", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_avic_ga_log", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_hv_hypercall", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_hv_hypercall_done", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
        new("kvm:kvm_hv_synic_set_irq", RecipePlatforms.Kvm | RecipePlatforms.Vfio, IsContext: true),
    ];

    /// <summary>Trace events of QEMU that tell what the guest and its monitor did.</summary>
    public static IReadOnlyList<string> QemuEvents { get; } =
    [
        "apic_deliver_irq", "ioapic_mem_write", "ioapic_set_irq", "msix_write_config", "pci_cfg_write",
        "vtd_inv_desc_iec", "vtd_ir_enable", "vtd_ir_irte_get", "vtd_ir_remap", "vtd_ir_remap_msi",
        "vtd_reg_ir_root", "vtd_reg_write_gcmd",
    ];

    /// <summary>Those that QEMU has for assigned devices.</summary>
    public static IReadOnlyList<string> QemuVfioEvents { get; } =
    [
        "vfio_intx_disable", "vfio_intx_enable", "vfio_intx_eoi", "vfio_intx_interrupt", "vfio_msi_disable",
        "vfio_msi_enable", "vfio_msi_interrupt", "vfio_msix_disable", "vfio_msix_enable", "vfio_msix_pba_disable",
        "vfio_msix_pba_enable", "vfio_msix_vector_do_use", "vfio_msix_vector_release", "vfio_pci_hot_reset",
        "vfio_pci_hot_reset_result", "vfio_pci_reset", "vfio_pci_reset_flr",
        "vfio_pci_reset_pm", "vfio_pci_write_config",
    ];
}
