// SPDX-License-Identifier: BSD-2-Clause
#include "fpu.h"

#include "kernel/arch.h"
#include "kernel/kernel.h"
#include "kernel/sysreg.h"
#include "kernel/tcb.h"

#include <stddef.h>

struct arch_context *fpu_owner;

// fpu.S
void fpu_save(struct arch_context *context);
void fpu_load(const struct arch_context *context);

void fpu_init(void)
{
    fpu_set_access(false);
    barrier_instruction();
}

void arch_context_release(struct arch_context *context)
{
    context->uses_vectors = false;
    if (fpu_owner == context) {
        fpu_save(context);
        fpu_owner = NULL;
        fpu_set_access(false);
    }
}

bool fpu_trap(void)
{
    struct tcb *tcb = kernel.current;
    if ((tcb->flags & seL4_TCBFlag_fpuDisabled) != 0) {
        return false;
    }
    if (fpu_owner != NULL) {
        fpu_save(fpu_owner);
    }
    fpu_owner = &tcb->context;
    fpu_owner->uses_vectors = true;
    fpu_load(fpu_owner);
    fpu_set_access(true);
    return true;
}
