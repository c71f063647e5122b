// SPDX-License-Identifier: BSD-2-Clause
#include "fpu.h"

#include "kernel/arch.h"
#include "kernel/kernel.h"
#include "kernel/sysreg.h"
#include "kernel/tcb.h"

#include <stddef.h>

// CPACR_EL1.FPEN
static const uint64_t TRAP_EL0 = UINT64_C(1) << 20;
static const uint64_t TRAP_NEVER = UINT64_C(3) << 20;

static struct {
    struct arch_context *owner;
    struct arch_context *current;
    bool allowed; // current may use it
    bool open;    // what CPACR_EL1 says
} fpu;

// fpu.S
void fpu_save(struct arch_context *context);
void fpu_load(const struct arch_context *context);

static void set_access(void)
{
    const bool open = fpu.allowed && fpu.owner == fpu.current;
    if (open != fpu.open) {
        sysreg_write(cpacr_el1, open ? TRAP_NEVER : TRAP_EL0);
        fpu.open = open;
    }
}

void fpu_init(void)
{
    sysreg_write(cpacr_el1, TRAP_EL0);
    barrier_instruction();
}

void arch_context_switch(struct arch_context *context, bool fpu_allowed)
{
    fpu.current = context;
    fpu.allowed = fpu_allowed;
    set_access();
}

void arch_context_release(struct arch_context *context)
{
    if (fpu.owner == context) {
        fpu_save(context);
        fpu.owner = NULL;
        set_access();
    }
}

bool fpu_trap(void)
{
    if (!fpu.allowed) {
        return false;
    }
    ASSERT(fpu.current == &kernel.current->context);
    if (fpu.owner != NULL) {
        fpu_save(fpu.owner);
    }
    fpu.owner = fpu.current;
    fpu_load(fpu.owner);
    set_access();
    return true;
}
