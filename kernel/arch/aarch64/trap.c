// SPDX-License-Identifier: BSD-2-Clause
//
// What an exception means.
#include "trap.h"

#include "fpu.h"
#include "offsets.h"

#include "kernel/arch.h"
#include "kernel/kernel.h"
#include "kernel/plat.h"
#include "kernel/print.h"
#include "kernel/syscall.h"
#include "kernel/sysreg.h"
#include "kernel/tcb.h"
#include "lib/fmt.h"

#include <stddef.h>

// Exception classes of ESR_EL1.
enum {
    CLASS_FPU = 0x07,
    CLASS_INSTRUCTION_ABORT = 0x20,
    CLASS_DATA_ABORT = 0x24,
    CLASS_BRK = 0x3c,
};

// Reason of a debug exception (seL4_SoftwareBreakRequest, where the API has it).
enum { SOFTWARE_BREAK = 3 };

struct kernel_fault kernel_fault_registers;

_Static_assert(offsetof(struct kernel_fault, sp) == FAULT_SP, "trap.S");
_Static_assert(offsetof(struct kernel_fault, pc) == FAULT_PC, "trap.S");
_Static_assert(offsetof(struct kernel_fault, syndrome) == FAULT_SYNDROME, "trap.S");
_Static_assert(offsetof(struct kernel_fault, address) == FAULT_ADDRESS, "trap.S");

struct tcb *trap_synchronous(uint64_t syndrome)
{
    const uint64_t low = syndrome & UINT32_MAX;
    switch (low >> SYNDROME_CLASS_SHIFT) {
    case CLASS_INSTRUCTION_ABORT:
        return entry_vm_fault(arch_restart_pc(&kernel.current->context), low, true);
    case CLASS_DATA_ABORT:
        return entry_vm_fault(sysreg_read(far_el1), low, false);
    case CLASS_FPU:
        return fpu_trap() ? kernel.current : entry_user_exception(low);
    case CLASS_BRK:
        return KCFG_HARDWARE_DEBUG ? entry_debug_exception(SOFTWARE_BREAK, 0, 0)
                                   : entry_user_exception(low);
    default:
        return entry_user_exception(low);
    }
}

struct tcb *trap_unexpected(uint64_t syndrome)
{
    return entry_user_exception(syndrome & UINT32_MAX);
}

// --- faults of the kernel -----------------------------------------------------------------------

static void print_register(const char *name, uint64_t value)
{
    char buffer[48];
    struct fmt text;
    fmt_init(&text, buffer, sizeof(buffer));
    fmt_char(&text, ' ');
    fmt_str(&text, name);
    fmt_char(&text, '=');
    fmt_hex(&text, value);
    kernel_print(buffer);
}

void kernel_fault(const struct kernel_fault *fault)
{
    kernel_print("[kernel] @fault");
    print_register("pc", fault->pc);
    print_register("esr", fault->syndrome);
    print_register("far", fault->address);
    print_register("sp", fault->sp);
    for (unsigned i = 0; i < sizeof(fault->x) / sizeof(fault->x[0]); i++) {
        char name[8];
        struct fmt text;
        fmt_init(&text, name, sizeof(name));
        fmt_char(&text, 'x');
        fmt_u64(&text, i);
        print_register(name, fault->x[i]);
    }
    kernel_print("\n");
    plat_halt();
}
