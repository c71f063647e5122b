// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Structures and capability types of AArch64.

#include <sel4/simple_types.h>

typedef seL4_CPtr seL4_ARM_VSpace;

// Registers in the order of seL4_TCB_ReadRegisters and seL4_TCB_WriteRegisters.
typedef struct seL4_UserContext_ {
    // "Frame" registers of seL4_TCB_CopyRegisters.
    seL4_Word pc, sp, spsr, x0, x1, x2, x3, x4, x5, x6, x7, x8, x16, x17, x18, x29, x30;
    // "Integer" registers.
    seL4_Word x9, x10, x11, x12, x13, x14, x15, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
    seL4_Word tpidr_el0, tpidrro_el0;
} seL4_UserContext;

_Static_assert(sizeof(seL4_UserContext) == 36 * sizeof(seL4_Word), "36 registers");

typedef struct seL4_ARM_SMCContext_ {
    seL4_Word x0, x1, x2, x3, x4, x5, x6, x7;
} seL4_ARM_SMCContext;
