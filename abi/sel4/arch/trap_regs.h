// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The registers of a system call that the kernel may change: x0 to x5.

#include <sel4/simple_types.h>

struct kaal_trap_regs {
    seL4_Word x0;    // in: capability address; out: badge or notification word
    seL4_Word x1;    // message info
    seL4_Word mr[4]; // x2 to x5: message registers 0 to 3
};
