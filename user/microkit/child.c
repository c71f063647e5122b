// SPDX-License-Identifier: BSD-2-Clause
//
// What a parent does with its children.

#include <kaal/microkit.h>

#include <microkit.h>

void microkit_pd_restart(microkit_child pd, seL4_Word entry_point)
{
    enum { REGISTERS = 2 }; // of seL4_UserContext: pc, sp
    // Not on the stack: zeroes for the rest of it could be a call of memset, which not all have.
    static seL4_UserContext context;
    context.pc = entry_point;
    context.sp = KAAL_MICROKIT_STACK_TOP;
    seL4_Error err = seL4_TCB_WriteRegisters(BASE_TCB_CAP + pd, seL4_True, 0, REGISTERS, &context);
    if (err != seL4_NoError) {
        microkit_internal_fail("microkit_pd_restart: error writing TCB registers", err);
    }
}

static void fail(const char *what, microkit_child pd, seL4_Error err)
{
    microkit_dbg_puts(what);
    microkit_dbg_puts(" TCB '");
    microkit_dbg_put32(pd);
    microkit_internal_fail("'", err);
}

void microkit_pd_stop(microkit_child pd)
{
    seL4_Error err = seL4_TCB_Suspend(BASE_TCB_CAP + pd);
    if (err != seL4_NoError) {
        fail("microkit_pd_stop: error stopping", pd, err);
    }
}

void microkit_pd_resume(microkit_child pd)
{
    seL4_Error err = seL4_TCB_Resume(BASE_TCB_CAP + pd);
    if (err != seL4_NoError) {
        fail("microkit_pd_resume: error resuming", pd, err);
    }
}
