// SPDX-License-Identifier: BSD-2-Clause
//
// What an exception means.
#include "trap.h"

#include "debug_registers.h"
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

#include <sel4/reserved.h>

#include <stddef.h>

// Exception classes of ESR_EL1.
enum {
    CLASS_FPU = 0x07,
    CLASS_INSTRUCTION_ABORT = 0x20,
    CLASS_DATA_ABORT = 0x24,
    CLASS_BREAKPOINT = 0x30,
    CLASS_STEP = 0x32,
    CLASS_WATCHPOINT = 0x34,
    CLASS_BRK = 0x3c,
};

struct kernel_fault kernel_fault_registers;

_Static_assert(offsetof(struct kernel_fault, sp) == FAULT_SP, "trap.S");
_Static_assert(offsetof(struct kernel_fault, pc) == FAULT_PC, "trap.S");
_Static_assert(offsetof(struct kernel_fault, syndrome) == FAULT_SYNDROME, "trap.S");
_Static_assert(offsetof(struct kernel_fault, address) == FAULT_ADDRESS, "trap.S");

// NULL if it is of no business to user level.
static struct tcb *debug_trap(uint64_t syndrome)
{
    if (!KCFG_HARDWARE_DEBUG) {
        return NULL;
    }
    switch (syndrome >> SYNDROME_CLASS_SHIFT) {
    case CLASS_BREAKPOINT:
        return debug_registers_breakpoint();
    case CLASS_WATCHPOINT:
        return debug_registers_watchpoint(sysreg_read(far_el1));
    case CLASS_STEP:
        return debug_registers_step(syndrome);
    case CLASS_BRK:
        return entry_debug_exception(KAAL_DEBUG_REASON_SOFTWARE, 0, 0);
    default:
        return NULL;
    }
}

struct tcb *trap_synchronous(uint64_t syndrome)
{
    const uint64_t low = syndrome & UINT32_MAX;
    struct tcb *next;
    switch (low >> SYNDROME_CLASS_SHIFT) {
    case CLASS_INSTRUCTION_ABORT:
        return entry_vm_fault(arch_restart_pc(&kernel.current->context), low, true);
    case CLASS_DATA_ABORT:
        return entry_vm_fault(sysreg_read(far_el1), low, false);
    case CLASS_FPU:
        return fpu_trap() ? kernel.current : entry_user_exception(low);
    default:
        next = debug_trap(low);
        return next != NULL ? next : entry_user_exception(low);
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
