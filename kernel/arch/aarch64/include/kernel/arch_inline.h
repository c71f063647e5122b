// SPDX-License-Identifier: BSD-2-Clause
//
// AArch64 at EL1: the inline functions of the contract kernel/arch.h.
//
// All of RAM is mapped at one offset, above the middle of the address space that TTBR1 translates:
//
//   0xffff800000000000 + p    RAM at physical p; device registers of the kernel at theirs
//   0xffffffffc0000000        the kernel image, at its link address
#pragma once

#include "kernel/arch.h"
#include "kernel/assert.h"
#include "kernel/sysreg.h"

#define ARCH_WINDOW UINT64_C(0xffff800000000000)

static inline void *arch_ptr(paddr_t address)
{
    // This is where physical addresses become pointers.
    return (void *)(uintptr_t)(address.raw + ARCH_WINDOW);
}

static inline paddr_t arch_paddr(const void *object)
{
    return paddr((uint64_t)(uintptr_t)object - ARCH_WINDOW);
}

// --- registers ----------------------------------------------------------------------------------

static inline unsigned arch_register_number(enum arch_register reg)
{
    switch (reg) {
    case ARCH_REG_BADGE:
        return 0;
    case ARCH_REG_INFO:
        return 1;
    case ARCH_REG_MR0:
        return 2;
    case ARCH_REG_REPLY:
        return 6;
    case ARCH_REG_SYSCALL:
        return 7;
    case ARCH_REG_NBDEST:
        return 8;
    }
    return 0;
}

static inline uint64_t arch_get(const struct arch_context *context, enum arch_register reg,
                                unsigned offset)
{
    return context->x[arch_register_number(reg) + offset];
}

static inline void arch_set(struct arch_context *context, enum arch_register reg, unsigned offset,
                            uint64_t value)
{
    context->x[arch_register_number(reg) + offset] = value;
}

static inline uint64_t arch_restart_pc(const struct arch_context *context)
{
    return context->restart_pc;
}

static inline uint64_t arch_next_pc(const struct arch_context *context)
{
    return context->pc;
}

static inline void arch_set_next_pc(struct arch_context *context, uint64_t pc)
{
    context->pc = pc;
}

static inline void arch_restart(struct arch_context *context)
{
    context->pc = context->restart_pc;
}

extern struct arch_context *fpu_owner; // fpu.h

// CPACR_EL1.FPEN: traps of EL0, or none.
static inline void fpu_set_access(bool open)
{
    sysreg_write(cpacr_el1, (open ? UINT64_C(3) : UINT64_C(1)) << 20);
}

// Both compute with vectors: the registers go with the switch. fpu_exchange (fpu.S) changes no
// registers but its arguments' and x16, so that a fast path stays without a stack frame.
static inline void fpu_hand_over(struct arch_context *from, struct arch_context *to)
{
    register struct arch_context *x14 __asm__("x14") = from;
    register struct arch_context *x15 __asm__("x15") = to;
    __asm__ volatile("mov x17, x30\n\tbl fpu_exchange\n\tmov x30, x17"
                     : "+r"(x14), "+r"(x15)
                     :
                     : "x16", "x17", "memory");
    fpu_owner = to;
}

static inline void arch_context_switch(struct arch_context *from, struct arch_context *to)
{
    if (fpu_owner == to) {
        fpu_set_access(true);
    } else if (fpu_owner == from) {
        if (to->uses_vectors) {
            fpu_hand_over(from, to);
        } else {
            fpu_set_access(false);
        }
    }
}

// --- translation tables -------------------------------------------------------------------------

enum {
    PTE_VALID = 1 << 0,
    PTE_TABLE = 1 << 1,  // levels 0..2: a table and not a block; level 3: always set
    PTE_DEVICE = 0 << 2, // index into MAIR_EL1 (boot_arch.c)
    PTE_NORMAL = 4 << 2,
    PTE_USER = 1 << 6, // EL0 may access
    PTE_READONLY = 1 << 7,
    PTE_SHARED = 3 << 8, // inner shareable
    PTE_ACCESSED = 1 << 10,
    PTE_NOT_GLOBAL = 1 << 11,
};
#define PTE_PRIVILEGED_XN (UINT64_C(1) << 53)
#define PTE_USER_XN       (UINT64_C(1) << 54)
#define PTE_ADDRESS       UINT64_C(0x0000fffffffff000)

enum { ARCH_LAST_LEVEL = ARCH_LEVELS - 1 };

static inline enum arch_pte_kind arch_pte_kind(arch_pte_t pte, unsigned level)
{
    if ((pte & PTE_VALID) == 0) {
        return ARCH_PTE_EMPTY;
    }
    return level < ARCH_LAST_LEVEL && (pte & PTE_TABLE) != 0 ? ARCH_PTE_TABLE : ARCH_PTE_PAGE;
}

static inline paddr_t arch_pte_address(arch_pte_t pte)
{
    return paddr(pte & PTE_ADDRESS);
}

static inline bool arch_pte_writable(arch_pte_t pte)
{
    return (pte & (PTE_USER | PTE_READONLY)) == PTE_USER;
}

static inline arch_pte_t arch_pte_table(paddr_t table)
{
    return table.raw | PTE_TABLE | PTE_VALID;
}

enum { TTBR_ASID_SHIFT = 48 };

static inline void arch_vspace_activate(paddr_t root, uint64_t asid)
{
    sysreg_write(ttbr0_el1, root.raw | asid << TTBR_ASID_SHIFT);
    barrier_instruction();
}

static inline arch_pte_t arch_pte_page(paddr_t frame, unsigned level, struct arch_mapping mapping)
{
    arch_pte_t pte =
        frame.raw | PTE_VALID | PTE_ACCESSED | PTE_NOT_GLOBAL | PTE_SHARED | PTE_PRIVILEGED_XN;
    pte |= level == ARCH_LAST_LEVEL ? PTE_TABLE : 0;
    pte |= mapping.cached ? PTE_NORMAL : PTE_DEVICE;
    pte |= mapping.execute ? 0 : PTE_USER_XN;
    if (mapping.read) {
        pte |= mapping.write ? PTE_USER : PTE_USER | PTE_READONLY;
    }
    return pte;
}
