// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The one way in which the stubs invoke an object.
//
// Capability arguments are in caps_or_badges and words 4 on in msg when a stub comes here; words 0
// to 3 go in registers. The answer's label is the error.

#include <sel4/arch/syscalls_trap.h>
#include <sel4/functions.h>
#include <sel4/types.h>

// Invokes with the words in regs->mr and leaves the answer's first four there. On an error they are
// also in msg[0] to msg[3], where callers look for the details.
LIBSEL4_INLINE_FUNC seL4_Error kaal_invoke_regs(seL4_CPtr service, seL4_Word label, seL4_Word caps,
                                                seL4_Word length, struct kaal_trap_regs *regs)
{
    seL4_Error error;

    regs->x0 = service;
    regs->x1 = seL4_MessageInfo_new(label, 0, caps, length).words[0];
    kaal_trap_call((seL4_Word)seL4_SysCall, regs);

    error = (seL4_Error)(regs->x1 >> 12);
    if (error != seL4_NoError) {
        seL4_SetMR(0, regs->mr[0]);
        seL4_SetMR(1, regs->mr[1]);
        seL4_SetMR(2, regs->mr[2]);
        seL4_SetMR(3, regs->mr[3]);
    }
    return error;
}

// Invokes where the answer has no words of interest. Words that `length` does not count are 0.
LIBSEL4_INLINE_FUNC seL4_Error kaal_invoke(seL4_CPtr service, seL4_Word label, seL4_Word caps,
                                           seL4_Word length, seL4_Word mr0, seL4_Word mr1,
                                           seL4_Word mr2, seL4_Word mr3)
{
    struct kaal_trap_regs regs = {0, 0, {mr0, mr1, mr2, mr3}};

    return kaal_invoke_regs(service, label, caps, length, &regs);
}
